"""Where authors let made-up learners try a course before real ones do."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from adaptive.flying.flight_jobs import (
    ask_for_flight,
    flight_under_way,
    is_still_so,
    latest_flight,
    latest_report,
)
from adaptive.flying.reports import DRAFT, LEARNERS, PUBLISHED
from adaptive.flying.showing import show
from adaptive.models import Job, JobState
from courses.access import actor, for_authors
from courses.authoring.views import crumbs_to
from courses.models import Course


@require_safe
@for_authors
def flight(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How a course flies: the flight under way, and what the latest one found."""
    course = _course(pk)
    title = _("Test flight: %(course)s") % {"course": course}
    under_way, latest, reported = flight_under_way(course), latest_flight(course), latest_report(course)
    context = {
        "course": course,
        "under_way": under_way,
        "failed": latest if latest and latest.state == JobState.FAILED else None,
        "flight": reported,
        "shown": show(reported.result) if reported else None,
        "is_still_so": is_still_so(reported.result, course) if reported else True,
        "learners": LEARNERS,
        "breadcrumbs_items": [*crumbs_to(course), {"url": "", "label": title}],
        "header_title": title,
        "header_icon": "view",
    }
    return TemplateResponse(request, "adaptive/flight.html", context)


@require_POST
@for_authors
def fly(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Start a flight, and come back to see it."""
    course = _course(pk)
    edition = request.POST.get("edition", DRAFT)
    if edition not in (DRAFT, PUBLISHED):
        raise Http404
    if flight_under_way(course):
        messages.warning(request, _("A flight through this course is under way already."))
    else:
        ask_for_flight(course, actor(request), edition)
    return redirect(flight_url(course))


@require_safe
@for_authors
def progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far the flight under way is, for flight.js."""
    under_way = flight_under_way(_course(pk))
    return JsonResponse(_told(under_way) if under_way else {"is_over": True})


@require_safe
@for_authors
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The latest report as a file."""
    course = _course(pk)
    reported = latest_report(course)
    if reported is None:
        raise Http404
    response: HttpResponse = JsonResponse(reported.result, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="flight-{course.slug}.json"'
    return response


def flight_url(course: Course) -> str:
    return reverse("authoring_flight", args=[course.pk])


def _course(pk: int) -> Course:
    return get_object_or_404(Course.objects.select_related("edition", "latest_revision"), pk=pk)


def _told(job: Job) -> dict[str, Any]:
    return {"is_over": False, "progress": job.progress, "words": words_of(job)}


def words_of(job: Job) -> str:
    """Where a flight under way stands, in words."""
    if job.state == JobState.WAITING:
        return _("Waiting for a worker.")
    learners = int(job.options.get("learners", LEARNERS))
    return _("%(over)d of %(all)d learners are through.") % {"over": round(job.progress * learners), "all": learners}
