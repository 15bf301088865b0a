"""What there is to learn: the catalog, a course's outline, and taking it up."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.access import actor, for_people, visible_courses
from courses.enrolling import NotOpen
from courses.enrolling import enroll as take_up
from courses.models import Enrollment, Module, User
from courses.views.looking import for_reading


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """List the published courses; one's own first."""
    courses = _courses(request).annotate(
        modules_count=Count("modules", filter=Q(modules__live=True)),
        is_own=Exists(Enrollment.objects.filter(course=OuterRef("pk"), learner=request.user.pk)),
    )
    return render(request, "courses/catalog.html", {"courses": courses.order_by("-is_own", "title")})


@for_reading
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the course teaches; the page tells who takes it how far they are."""
    shown = get_object_or_404(_courses(request), slug=slug)
    enrollment = Enrollment.objects.with_edition().filter(course=shown, learner=request.user.pk).first()
    modules = list(Module.objects.filter(course=shown, live=True).order_by("position", "id"))
    minutes = sum(module.minutes for module in modules)
    context = {"course": shown, "enrollment": enrollment, "modules": modules, "minutes": minutes}
    return render(request, "courses/course.html", context)


@require_POST
@for_people
def enroll(request: HttpRequest, slug: str) -> HttpResponse:
    """Take up the course and begin."""
    wanted = get_object_or_404(visible_courses(actor(request)), slug=slug)
    try:
        take_up(actor(request), wanted)
    except NotOpen:
        messages.info(request, _("This course is not published yet."))
        return redirect("courses:course", slug)
    return redirect("adaptive:today")


def _courses(request: HttpRequest) -> Any:
    """What this person may see; a passer-by sees what is published."""
    return visible_courses(request.user if request.user.is_authenticated else User())
