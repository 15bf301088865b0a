"""Finding out where to start: the offer, the way through the questions, and what they told."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from adaptive.adapting import Standing, standing_of
from adaptive.explaining import sentence
from adaptive.placement import invitation, is_on_offer, verdicts
from adaptive.placing import begin_placement, finding, stop_placement
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.views.steps import next_step
from courses.access import actor, for_people, own_enrollment
from courses.limiting import STEPPING
from courses.marking import has_passed
from courses.models import Enrollment, Interaction, Purpose
from courses.views.limiting import at_most


@require_safe
@for_people
def placement(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the test while it may be taken; afterwards say what it told, and where to start."""
    enrollment = own_enrollment(actor(request), slug)
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    found = finding(enrollment)
    if found and found.response["because"] == Ending.PLACED:
        return render(request, "adaptive/placed.html", _finding_context(standing, found))
    if not is_on_offer(standing):
        return redirect("adaptive:today")
    context = {"course": enrollment.course, "invitation": invitation(standing)}
    return render(request, "adaptive/placement.html", context)


@require_POST
@for_people
@at_most(STEPPING)
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the first question, or the one that was left."""
    question = begin_placement(own_enrollment(actor(request), slug))
    return redirect("adaptive:question", question.pk) if question else redirect("adaptive:placement", slug)


@require_POST
@for_people
@at_most(STEPPING)
def stop(request: HttpRequest, slug: str) -> HttpResponseBase:
    """End it here: show what the answers told, or start at the beginning where there were none."""
    enrollment = own_enrollment(actor(request), slug)
    stop_placement(enrollment)
    found = finding(enrollment)
    is_placed = found is not None and found.response["because"] == Ending.PLACED
    return redirect("adaptive:placement", slug) if is_placed else next_step(request, slug)


def _finding_context(standing: Standing, found: Interaction) -> dict[str, Any]:
    step = recommend_next(standing.enrollment)
    module = standing.syllabus.modules[step.module_id]
    answers = _answers(standing.enrollment)
    return {
        "course": standing.enrollment.course,
        "skills": verdicts(standing.syllabus, found),
        "modules": [entry for entry in standing.syllabus.modules.values() if _is_placed(standing, entry.id)],
        "answers": answers,
        "step": step,
        "module": module,
        "variant": module.variant(step.variant_id),
        "why": sentence(step),
        "has_begun": standing.progress.has_opened,
    }


def _is_placed(standing: Standing, module: int) -> bool:
    return standing.progress.module(module).ended == Ending.PLACED


def _answers(enrollment: Enrollment) -> list[dict[str, Any]]:
    """The answers of the test in their order, each with how it was marked."""
    answers = enrollment.interactions.answers().filter(presentation__purpose=Purpose.PLACEMENT).order_by("sequence")
    return [
        {
            "shown": answer.presentation_id,
            "title": answer.question_version.content["title"] if answer.question_version else "",
            "verdict": answer.result["verdict"],
            "has_passed": has_passed(answer.response),
        }
        for answer in answers.select_related("question_version")
    ]
