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
from courses.models import Course, Enrollment, InteractionKind, Module, User

TO_BE_TRIED_AGAIN = "again"  # how a visit ends that settled nothing
FOUND_OUT = "placed"  # how a placement test ends that told something


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """List the published courses; one's own first."""
    courses = _courses(request).annotate(
        modules_count=Count("modules", filter=Q(modules__live=True)),
        is_own=Exists(Enrollment.objects.filter(course=OuterRef("pk"), learner=request.user.pk)),
    )
    return render(request, "courses/catalog.html", {"courses": courses.order_by("-is_own", "title")})


@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the course teaches and, to who takes it, how far they are."""
    shown = get_object_or_404(_courses(request), slug=slug)
    enrollment = Enrollment.objects.filter(course=shown, learner=request.user.pk).first()
    rows = _outline(shown, enrollment)
    context = {
        "course": shown,
        "enrollment": enrollment,
        "rows": rows,
        "done": sum(row["state"] in ("done", "placed") for row in rows),
        "minutes": sum(row["module"].minutes for row in rows),
    }
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


def _outline(shown: Course, enrollment: Enrollment | None) -> list[dict[str, Any]]:
    """Return the modules with what was done in them: "", "started", "placed" or "done"."""
    modules = Module.objects.filter(course=shown, live=True).prefetch_related("skills", "variants")
    did: set[tuple[int | None, str]] = set()
    if enrollment:
        did |= {(module, InteractionKind.PLACED) for module in _placed(enrollment)}
        settled = enrollment.interactions.exclude(kind=InteractionKind.FINISHED, response__because=TO_BE_TRIED_AGAIN)
        did |= set(settled.order_by().values_list("module", "kind").distinct())
    return [
        {
            "module": module,
            "state": _state(module, did),
            "modalities": sorted({variant.modality for variant in module.variants.all() if variant.live}),
        }
        for module in modules.order_by("position", "id")
    ]


def _state(module: Module, did: set[tuple[int | None, str]]) -> str:
    if (module.pk, InteractionKind.FINISHED) in did:
        return "done"
    if (module.pk, InteractionKind.OPENED) in did:
        return "started"
    return "placed" if (module.pk, InteractionKind.PLACED) in did else ""


def _placed(enrollment: Enrollment) -> set[int]:
    """Return the modules that seemed known when the learner began, or when a trainer asked anew."""
    tests = enrollment.interactions.filter(kind=InteractionKind.PLACED, response__because=FOUND_OUT)
    found = tests.order_by("-sequence").values_list("response__known", flat=True).first()
    return {module for modules in (found or {}).values() for module in modules}
