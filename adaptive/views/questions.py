"""One question at a time: asked, hinted at, answered, and what the answer led to."""

import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from adaptive.adapting import standing_of
from adaptive.advancing import advance, outcome_of
from adaptive.drawing import enough_of, moves
from adaptive.explaining import sentence
from adaptive.forms import AnswerForm
from adaptive.models import Outcome
from adaptive.placing import is_kept_back, is_overtaken
from adaptive.placing import place_of as place_in_test
from adaptive.progress import Ending
from adaptive.serving import live_tutor
from adaptive.visiting import place_of
from courses import marking
from courses.access import actor, for_people, own_presentation
from courses.answering import AlreadyAnswered, Submission
from courses.hinting import HintBefore, NoSuchHint, hints_taken, take_hint
from courses.limiting import ANSWERING, HINTING
from courses.marking import UnreadableResponse
from courses.marking.revealing import choices_after
from courses.models import Interaction, Presentation, Purpose
from courses.recording import KeyReused
from courses.views.limiting import at_most
from courses.views.looking import for_reading


@for_reading
@for_people
def question(request: HttpRequest, presentation_id: uuid.UUID) -> HttpResponseBase:
    """Ask; or show what came of it, if it was answered before."""
    shown = own_presentation(actor(request), presentation_id)
    if shown.interactions.answers().exists():
        return redirect("adaptive:outcome", shown.pk)
    if is_overtaken(shown):
        messages.info(request, _("The placement test of this question has ended."))
        return redirect("adaptive:placement", shown.enrollment.course.slug)
    return _question_page(request, shown)


@require_POST
@for_people
@at_most(HINTING)
def hint(request: HttpRequest, presentation_id: uuid.UUID) -> HttpResponse:
    """Open the next hint and keep what was typed so far."""
    shown = own_presentation(actor(request), presentation_id)
    if shown.interactions.answers().exists():
        return redirect("adaptive:outcome", shown.pk)
    number = request.POST.get("hint", "")
    with suppress(NoSuchHint, HintBefore):
        take_hint(shown, int(number) if number.isdecimal() else len(hints_taken(shown)) + 1)
    return _question_page(request, shown)


@require_POST
@for_people
@at_most(ANSWERING)
def answer(request: HttpRequest, presentation_id: uuid.UUID) -> HttpResponseBase:
    """Take the answer and go to what came of it. The same form asks for hints, so that nothing typed is lost."""
    if "hint" in request.POST:
        return hint(request, presentation_id)
    shown = own_presentation(actor(request), presentation_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _question_page(request, shown, _("Something was missing beside your answer. Please send it again."))
    try:
        response = marking.response_from(shown.question_version.content, request.POST)
        came_of_it = advance(_submission(shown, response, form))
    except UnreadableResponse as problem:
        return _question_page(request, shown, str(problem))
    except KeyReused:
        return _question_page(request, shown, _("This page had been used before. Please send your answer again."))
    except AlreadyAnswered as earlier:
        return _answered_before(request, shown, earlier.answer)
    if shown.purpose == Purpose.PLACEMENT and not (came_of_it.next_question_id or came_of_it.finished):
        messages.info(request, _("The placement test had ended before this answer came. It counts like any other."))
    return _onward(shown, came_of_it)


@for_reading
@for_people
def outcome(request: HttpRequest, presentation_id: uuid.UUID) -> HttpResponseBase:
    """Say how good the answer was, which skills moved, and what comes next."""
    shown = own_presentation(actor(request), presentation_id)
    answered = shown.interactions.answers().first()
    if answered is None:
        return redirect("adaptive:question", shown.pk)
    if is_kept_back(shown):
        return redirect("adaptive:placement", shown.enrollment.course.slug)
    return render(request, "adaptive/outcome.html", _outcome_context(shown, answered))


def _onward(shown: Presentation, came_of_it: Outcome) -> HttpResponse:
    """Go to what came of an answer; in a placement test to the next question, or to what it told in the end."""
    if shown.purpose == Purpose.PLACEMENT and came_of_it.next_question_id:
        return redirect("adaptive:question", came_of_it.next_question_id)
    if came_of_it.finished == Ending.PLACED:
        return redirect("adaptive:placement", shown.enrollment.course.slug)
    return redirect("adaptive:outcome", shown.pk)


def _submission(shown: Presentation, response: Any, form: AnswerForm) -> Submission:
    sent = form.cleaned_data
    return Submission(shown, response, sent["key"], seconds_spent=sent["seconds"], confidence=sent["confidence"])


def _question_page(request: HttpRequest, shown: Presentation, error: str = "") -> HttpResponse:
    content = shown.question_version.content
    asked = marking.as_shown(content, shown.pk)
    opened = hints_taken(shown)
    hint_count = len(content["hints"])
    is_test = shown.purpose == Purpose.PLACEMENT
    context = {
        "presentation": shown,
        "course": shown.enrollment.course,
        "module": shown.module,
        "shown": marking.filled_in(asked, request.POST) if request.method == "POST" else asked,
        "error": error,
        "key": uuid.uuid4(),
        "confidence": request.POST.get("confidence", ""),
        "difficulty": content["difficulty"],
        "hints": [(number, content["hints"][number - 1]) for number in opened],
        "next_hint": len(opened) + 1 if len(opened) < hint_count else None,
        "hint_count": hint_count,
        "place": place_in_test(shown) if is_test else place_of(shown),
    }
    template = "adaptive/placement_question.html" if is_test else "adaptive/question.html"
    return render(request, template, context, status=422 if error else 200)


def _answered_before(request: HttpRequest, shown: Presentation, answered: Interaction) -> HttpResponse:
    """Show the answer that counts: the one that arrived first. In a placement test, go on."""
    if is_kept_back(shown):
        return redirect("adaptive:placement", shown.enrollment.course.slug)
    return render(request, "adaptive/answered_before.html", _outcome_context(shown, answered), status=409)


def _outcome_context(shown: Presentation, answered: Interaction) -> dict[str, Any]:
    standing = standing_of(shown.enrollment, live_tutor(shown.enrollment.course_id))
    came_of_it = outcome_of(answered)
    next_step = came_of_it.next_step if came_of_it else None
    entry = standing.syllabus.modules.get(next_step.module_id) if next_step else None
    return {
        "presentation": shown,
        "course": shown.enrollment.course,
        "module": shown.module,
        "question": shown.question_version.content,
        "choices": choices_after(shown.question_version.content, answered.response, shown.pk),
        "mark": answered.result,
        "outcome": came_of_it,
        "enough": enough_of(standing, shown.module_id, came_of_it.moves if came_of_it else []),
        "moves": moves(standing, came_of_it.moves) if came_of_it else [],
        "next_step": next_step,
        "next_module": entry,
        "next_variant": entry.variant(next_step.variant_id) if entry and next_step else None,
        "why": sentence(next_step) if next_step else "",
        "is_complete": standing.is_complete,
    }
