"""Finding out where to start: the offer, the way through the questions, and what they told."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from adaptive.adapting import Standing, standing_of
from adaptive.explaining import sentence
from adaptive.placement import SkillVerdict, invitation, is_worth_it, may_be_taken, verdicts
from adaptive.placing import answers_in_test, begin_placement, finding, stop_placement
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.views.steps import next_step
from courses.access import actor, for_people, own_enrollment
from courses.limiting import STEPPING
from courses.marking import has_passed
from courses.models import Enrollment, Interaction
from courses.views.limiting import at_most
from courses.views.looking import for_reading

NEARLY = 10  # tenths
ICONS = {"known": "check", "unsure": "unsure", "unknown": "mastery-0"}


@for_reading
@for_people
def placement(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer the test while it may be taken; afterwards say what it told, and where to start. Or why there is none."""
    enrollment = own_enrollment(actor(request), slug)
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    found = finding(enrollment)
    is_placed = found is not None and found.response["because"] == Ending.PLACED
    invited = invitation(standing, is_wanted=not is_placed or "again" in request.GET)
    if invited:
        context = {"course": enrollment.course, "invitation": invited}
        return render(request, "adaptive/placement.html", context)
    if found and is_placed:
        return render(request, "adaptive/placed.html", _finding_context(standing, found))
    messages.info(request, _why_none(standing))
    return redirect("courses:course", slug)


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
    answers = _answers(standing.enrollment, found)
    return {
        "course": standing.enrollment.course,
        "groups": _groups(verdicts(standing.syllabus, found)),
        "knows_something": bool(found.response["known"]),
        "may_be_taken": may_be_taken(standing),
        "modules": [entry for entry in standing.syllabus.modules.values() if _is_placed(standing, entry.id)],
        "answers": answers,
        "step": step,
        "module": module,
        "variant": module.variant(step.variant_id),
        "why": sentence(step),
        "has_begun": standing.progress.has_opened,
    }


def _why_none(standing: Standing) -> str:
    if not is_worth_it(standing.syllabus):
        return _("This course has no placement test.")
    if standing.is_complete:
        return _("You have been through this whole course: there is nothing left that a placement test could skip.")
    return _("You have met nearly all questions of this course, so a placement test could ask nothing new.")


def _groups(found: dict[str, list[SkillVerdict]]) -> list[dict[str, Any]]:
    """The skills by what the test found, and within that by how sure it is: the surest first."""
    return [
        {"seems": seems, "count": len(several), "lines": _lines(seems, several), "icon": ICONS[seems]}
        for seems, several in found.items()
        if several
    ]


def _lines(seems: str, several: list[SkillVerdict]) -> list[tuple[str, list[str]]]:
    """Words for how sure it is, each with the titles of its skills."""
    lines: dict[str, list[str]] = defaultdict(list)
    for one in sorted(several, key=lambda one: -one.sure):
        lines[_in_words(seems, one.sure)].append(one.skill.title)
    return list(lines.items())


def _in_words(seems: str, sure: int) -> str:
    if seems == "unsure":
        return _("Could be either")
    if sure >= NEARLY:
        return _("Known, nearly sure") if seems == "known" else _("Not known yet, nearly sure")
    words = _("Known, %d in 10 sure") if seems == "known" else _("Not known yet, %d in 10 sure")
    return words % sure


def _is_placed(standing: Standing, module: int) -> bool:
    return standing.progress.module(module).ended == Ending.PLACED


def _answers(enrollment: Enrollment, found: Interaction) -> list[dict[str, Any]]:
    """The answers that led to what was found, in their order, each with how it was marked."""
    answers = answers_in_test(enrollment).filter(sequence__lt=found.sequence)
    return [
        {
            "shown": answer.presentation_id,
            "title": answer.question_version.content["title"] if answer.question_version else "",
            "verdict": answer.result["verdict"],
            "has_passed": has_passed(answer.response),
        }
        for answer in answers.select_related("question_version")
    ]
