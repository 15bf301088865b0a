"""Where trainers steer: what they ask of one learner or a whole cohort, and what was asked earlier."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from adaptive.directing import Reach, direct, end, nobodys
from adaptive.directives import Directive, DirectiveKind
from adaptive.forms import DirectiveForm, PlaceForm
from adaptive.oversight import Row, earlier_in, rows_in, unsuited_in, with_done, without_choice
from adaptive.placing_anew import CannotAsk, ask_anew
from courses.access import actor, coached_enrollment, for_trainers, trained_cohort

ROWS_ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_trainers
def steer_learner(request: HttpRequest, pk: int, enrollment_pk: int) -> HttpResponseBase:
    """What counts for one learner; a form sent here adds to it."""
    cohort = trained_cohort(actor(request), pk)
    enrollment = coached_enrollment(actor(request), cohort, enrollment_pk)
    return _page(request, Reach(cohort, enrollment.course, enrollment))


@require_http_methods(["GET", "HEAD", "POST"])
@for_trainers
def steer_cohort(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    """What counts for everybody of a cohort in a course; a form sent here adds to it."""
    cohort = trained_cohort(actor(request), pk)
    return _page(request, Reach(cohort, get_object_or_404(cohort.courses, slug=slug)))


@require_POST
@for_trainers
def ask_for_placement(request: HttpRequest, pk: int, enrollment_pk: int) -> HttpResponse:
    """Ask one learner to find out anew where they stand."""
    cohort = trained_cohort(actor(request), pk)
    enrollment = coached_enrollment(actor(request), cohort, enrollment_pk)
    form, reach = PlaceForm(request.POST), Reach(cohort, enrollment.course, enrollment)
    try:
        ask_anew(reach, actor(request), form.ask(enrollment.course))
    except CannotAsk as why_not:
        messages.warning(request, str(why_not))
    else:
        words = _("Asked. %(name)s finds the test at their next visit. Until it begins you can take it back.")
        messages.success(request, words % {"name": enrollment.learner.name})
    return redirect(f"{reverse('analytics:learner', args=[cohort.pk, enrollment.pk])}#placement")


@require_POST
@for_trainers
def end_directive(request: HttpRequest, pk: int, directive_pk: int) -> HttpResponseBase:
    """Take back what was asked for."""
    cohort = trained_cohort(actor(request), pk)
    directives = Directive.objects.made_in(cohort).with_names().select_related("course", "enrollment")
    directive = get_object_or_404(directives, pk=directive_pk)
    end(directive, actor(request))
    messages.success(request, _("Ended: “%s”. Add it again if you change your mind.") % directive)
    return redirect(address_of(Reach(cohort, directive.course, directive.enrollment)))


@require_safe
@for_trainers
def steer_nobodys(request: HttpRequest) -> HttpResponse:
    """What is asked of learners whom no cohort holds any more: all of it for admins, their own for others."""
    found = nobodys(actor(request)).standing(timezone.now()).with_names().select_related("enrollment__learner")
    page = Paginator([Row(one, timezone.now()) for one in found], ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "adaptive/nobodys.html", {"page": page})


@require_POST
@for_trainers
def end_nobodys(request: HttpRequest, directive_pk: int) -> HttpResponse:
    """Take back what was asked of such a learner."""
    directive = get_object_or_404(nobodys(actor(request)).with_names(), pk=directive_pk)
    end(directive, actor(request))
    messages.success(request, _("Ended: “%s”.") % directive)
    return redirect("adaptive:steer_nobodys")


def section_of(reach: Reach) -> dict[str, Any]:
    """Return what the section about steering shows, with a blank form."""
    now = timezone.now()
    rows = rows_in(reach, now)
    return {
        "reach": reach,
        "steering": rows,
        "steering_form": DirectiveForm(course=reach.course),
        "steering_url": address_of(reach),
        "placement_asked": next((row for row in rows if row.directive.kind == DirectiveKind.PLACE), None),
        "without_choice": without_choice(reach, rows),
        "unsuited": unsuited_in(reach),
    }


def address_of(reach: Reach) -> str:
    if reach.enrollment:
        return reverse("adaptive:steer_learner", args=[reach.cohort.pk, reach.enrollment.pk])
    return reverse("adaptive:steer_cohort", args=[reach.cohort.pk, reach.course.slug])


def _page(request: HttpRequest, reach: Reach) -> HttpResponse:
    form = DirectiveForm(request.POST if request.method == "POST" else None, course=reach.course)
    if form.is_valid():
        _say(request, reach, direct(reach, actor(request), form.ask))
        return redirect(address_of(reach))
    learner = reach.enrollment.learner if reach.enrollment else None
    context = section_of(reach) | {
        "steering_form": form,
        "earlier": earlier_in(reach, timezone.now()),
        "cohort": reach.cohort,
        "learner": learner,
        "name": learner.name if learner else reach.cohort.name,
    }
    return render(request, "adaptive/steering.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, reach: Reach, made: Directive) -> None:
    """Say that it counts now; or what keeps it from having an effect."""
    row = with_done(reach, next(row for row in rows_in(reach, timezone.now()) if row.directive.pk == made.pk))
    if row.opposed:
        words = _("Added: “%(made)s”. It has no effect while “%(opposed)s” counts: that goes first.")
        messages.warning(request, words % {"made": made, "opposed": row.opposed})
    elif row.missing:
        skills = ", ".join(one.skill.title for one in row.missing)
        words = _("Added: “%(made)s”. Still closed, as it builds on: %(skills)s. You may let that count as known.")
        messages.warning(request, words % {"made": made, "skills": skills})
    elif row.done_by:
        messages.success(request, _("Added: “%s”.") % made + " " + _who_has_done_it(reach, row))
    else:
        messages.success(request, _("Added: “%s”. It counts from the next step on.") % made)


def _who_has_done_it(reach: Reach, row: Row) -> str:
    """Say what becomes of a module that was completed before a trainer wanted it."""
    if reach.enrollment is None:
        words = ngettext(
            "It counts from the next step on, but not for %d learner who has completed it already.",
            "It counts from the next step on, but not for %d learners who have completed it already.",
            row.done_by,
        )
        return words % row.done_by
    if row.directive.kind == DirectiveKind.DUE:
        return _("%s has completed it already, so it comes back for one more visit: from a week before the day on.") % (
            reach.enrollment.learner.name
        )
    return _("%s has completed it already, so it comes back for one more visit.") % reach.enrollment.learner.name
