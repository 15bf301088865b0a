"""A learner answers, what we believe of them moves, what comes next is chosen: all of it, or at least the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from adaptive.adapting import Standing, caught_up, read_standing
from adaptive.asking import present_in_order
from adaptive.deciding import Decision, decide, ending_after
from adaptive.degrading import on_the_best_rung
from adaptive.guarding import is_put_aside
from adaptive.models import Outcome, Recommendation, Rung
from adaptive.ordering import answers_since_finishing, step_in_order
from adaptive.placing import go_on_placing, is_of_placement, without_finding
from adaptive.progress import Ending
from adaptive.recommending import draw_step, offer_step, step_on_offer
from adaptive.ruling import obey
from adaptive.serving import LiveTutor
from adaptive.syllabus import ModuleEntry, syllabus_of
from adaptive.wishes import wishes_of
from courses import clock
from courses.answering import Submission, record_answer
from courses.models import Enrollment, Interaction
from courses.recording import append
from courses.statements import insert

ANSWERS_IN_ORDER = 5  # in one visit, when nothing is known of the learner


def advance(submission: Submission) -> Outcome:
    """Record the answer, take it in, and choose what comes next, in one transaction.

    The same request again returns the same outcome. A rung of the ladder that breaks takes its recording with it, and
    the next one records the answer anew: whatever breaks, the answer stays.
    Raises AlreadyAnswered and KeyReused as `record_answer` does.
    """

    def go_on(live: LiveTutor) -> Outcome:
        return _follow(submission, lambda answer: _go_on(answer, live))

    def go_on_in_order() -> Outcome:
        with transaction.atomic():
            return _follow(submission, _go_on_in_order)

    return on_the_best_rung(submission.presentation.enrollment, go_on, otherwise=go_on_in_order)


def outcome_of(answer: Interaction) -> Outcome | None:
    """Return what this answer led to, as it was written down then."""
    return Outcome.objects.select_related("next_question", "next_step").filter(answer=answer).first()


def _follow(submission: Submission, go_on: Callable[[Interaction], Outcome]) -> Outcome:
    recorded = record_answer(submission)
    answer, shown = recorded.answer, submission.presentation
    known = None if recorded.is_new else outcome_of(answer)
    if known:
        return known
    answer.enrollment, answer.presentation, answer.question_version = shown.enrollment, shown, shown.question_version
    outcome = go_on(answer)
    insert(outcome)
    return outcome


def _go_on(answer: Interaction, live: LiveTutor) -> Outcome:
    standing = read_standing(answer.enrollment, live)
    before = standing.state.mastery
    _take_in(standing, answer)
    moves = _moves(standing, before, answer)
    decision = go_on_placing(standing) if is_of_placement(answer) else decide(standing, answer)
    outcome = Outcome(answer=answer, moves=moves, rung=live.rung)
    if decision.ending:
        append(standing.enrollment, decision.ending)
        outcome.finished = decision.ending.response["because"]
    if obey(standing):
        decision = _as_rules_ask(standing, decision)
    if decision.ending:
        note_completion(standing)
    standing.keep()
    for chosen in (decision.question, decision.step):
        if chosen:
            insert(chosen)
    outcome.next_question, outcome.next_step = decision.question, decision.step
    if not (decision.question or decision.step):
        outcome.next_step = step_on_offer(standing) or offer_step(standing)
    return outcome


def _as_rules_ask(standing: Standing, decision: Decision) -> Decision:
    """Draw the step again, as something else is asked for; break off a visit to what is put aside now."""
    shown = decision.question
    module = standing.syllabus.modules.get(shown.module_id) if shown else None
    return Decision(
        question=None if module and is_put_aside(standing, module) else shown,
        ending=decision.ending,
        step=draw_step(standing) if decision.step else None,
    )


def _take_in(standing: Standing, answer: Interaction) -> None:
    """Fold the answer; with whatever came before it and was not seen yet."""
    if standing.state.pk and standing.state.seen_up_to == answer.sequence - 1:
        standing.take_in([answer])
    elif standing.state.seen_up_to < answer.sequence:
        caught_up(standing)


def _moves(standing: Standing, before: dict[str, Any], answer: Interaction) -> list[dict[str, Any]]:
    """Return the skills of the question with what was believed of them before and after."""
    version = answer.question_version
    asked = [standing.syllabus.skill_of.get(slug, 0) for slug in version.content["skills"]] if version else []
    after = standing.state.mastery
    return [
        {"skill": skill, "before": before.get(str(skill)), "after": after[str(skill)]}
        for skill in asked
        if str(skill) in after
    ]


def note_completion(standing: Standing) -> None:
    """Write down when the last module of the course was done for the first time."""
    if standing.enrollment.finished_at is None and standing.is_complete:
        standing.enrollment.finished_at = clock.now()
        standing.enrollment.save(update_fields=["finished_at"])


def _go_on_in_order(answer: Interaction) -> Outcome:
    """Choose without any tutor: a handful of questions, then the next module."""
    enrollment, outcome = answer.enrollment, Outcome(answer=answer, rung=Rung.COURSE_ORDER)
    module = syllabus_of(enrollment).modules.get(answer.module_id or 0)
    if is_of_placement(answer):
        outcome.finished = Ending.SKIPPED
        append(enrollment, without_finding())
        outcome.next_step = step_in_order(enrollment)
    elif module and (instead := _step_instead(enrollment, module)):
        outcome.next_step = instead
    elif module and answers_since_finishing(answer) < min(ANSWERS_IN_ORDER, len(module.questions)):
        outcome.next_question = present_in_order(enrollment, module, answer.variant_id)
    else:
        outcome.finished = Ending.ENOUGH
        append(enrollment, ending_after(answer, Ending.ENOUGH))
        outcome.next_step = step_in_order(enrollment)
    return outcome


def _step_instead(enrollment: Enrollment, module: ModuleEntry) -> Recommendation | None:
    """Return the step on offer in place of a module that the learner refused; None if they go on with it."""
    if not wishes_of(enrollment).keeps_out(module):
        return None
    step = step_in_order(enrollment)
    return step if step.module_id != module.id else None
