"""Answering: the answer is safe, what follows is decided once, and its cost does not grow with the history."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adaptive import advancing, deciding
from adaptive.models import LearnerState, Outcome, Recommendation, Rung
from adaptive.progress import Wish
from adaptive.stepping import Request as Wanted
from adaptive.stepping import override, practice
from courses import marking
from courses.answering import AlreadyAnswered, Submission
from courses.models import Enrollment, Interaction, InteractionKind, Presentation
from tests.adaptive.acting import finish_a_module, learn, respond, shown
from tests.adaptive.conftest import again
from tests.factories import make_history

MOST_QUERIES = 14  # for an answer, what it moves and the next question


def test_an_answer_moves_its_skill_and_brings_the_next_question(enrollment: Enrollment) -> None:
    question = practice(again(enrollment))

    outcome = respond(question, right=True)

    assert outcome.rung == Rung.LIVE
    assert outcome.next_question
    assert outcome.next_question != question
    (move,) = outcome.moves
    assert move["after"][0] > move["before"][0]
    assert move["after"][2] == 1


def test_the_same_request_again_returns_the_same_outcome(enrollment: Enrollment) -> None:
    question, key = practice(again(enrollment)), uuid.uuid4()

    first = respond(question, right=True, key=key)
    second = respond(question, right=True, key=key)

    assert second == first
    assert second.next_question == first.next_question
    assert (Presentation.objects.count(), Outcome.objects.count()) == (2, 1)


def test_another_key_for_an_answered_question_is_refused(enrollment: Enrollment) -> None:
    question = practice(again(enrollment))
    respond(question, right=True)

    with pytest.raises(AlreadyAnswered) as refused:
        respond(question, right=False)

    assert refused.value.answer.score == 1


def test_the_last_question_of_a_visit_finishes_it_and_offers_the_next_step(enrollment: Enrollment) -> None:
    outcomes = finish_a_module(enrollment)

    last = outcomes[-1]
    assert len(outcomes) in (3, 4)
    finished = Interaction.objects.get(kind=InteractionKind.FINISHED)
    assert last.finished == finished.response["because"] == "known"
    assert last.next_step == Recommendation.objects.of(enrollment).first()
    assert last.next_question is None


def test_the_log_has_no_gaps_and_the_state_has_seen_it_all(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: n % 2 == 0, answers=30)

    sequences = list(enrollment.interactions.values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert again(enrollment).last_sequence == len(sequences)
    assert LearnerState.objects.get().seen_up_to == len(sequences)


def test_a_fault_after_the_answer_never_loses_the_answer(
    enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = practice(again(enrollment))
    monkeypatch.setattr(deciding, "draw_question", _broken)

    outcome = respond(question, right=True)

    assert Interaction.objects.answers().get() == outcome.answer
    assert outcome.rung == Rung.COURSE_ORDER
    assert outcome.next_question
    assert again(enrollment).last_sequence == 2


def test_a_fault_while_finishing_leaves_no_gap(enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "draw_step", _broken)

    finish_a_module(enrollment)

    sequences = list(enrollment.interactions.values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_the_tutor_takes_over_again_after_a_fault(enrollment: Enrollment) -> None:
    question = practice(again(enrollment))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deciding, "draw_question", _broken)
        outcome = respond(question, right=True)

    later = respond(outcome.next_question, right=True)

    assert later.rung == Rung.LIVE
    assert later.moves[0]["after"][2] == 2


def test_an_answer_to_a_step_left_behind_counts_and_leads_to_the_step_on_offer(enrollment: Enrollment) -> None:
    old = practice(again(enrollment))
    last = enrollment.course.modules.get(slug="module-4")
    override(again(enrollment), Wanted(Wish.THIS_ONE, last))
    practice(again(enrollment))

    outcome = respond(old, right=True)

    assert outcome.moves
    assert outcome.next_step
    assert outcome.next_step.module == last


@pytest.mark.parametrize("answers", [10, 1000])
def test_the_cost_of_an_answer_does_not_depend_on_the_history(enrollment: Enrollment, answers: int) -> None:
    make_history(enrollment, answers)
    question = practice(again(enrollment))
    asked = shown(question)

    with CaptureQueriesContext(connection) as queries:
        outcome = _answer(asked)

    assert outcome.next_question or outcome.next_step
    assert _count(queries) <= (MOST_QUERIES if outcome.next_question else MOST_QUERIES + 4)


def test_a_course_is_read_once_until_it_changes(enrollment: Enrollment) -> None:
    practice(again(enrollment))

    with CaptureQueriesContext(connection) as queries:
        practice(again(enrollment))

    assert not [query for query in queries if "courses_question" in query["sql"] and "version" not in query["sql"]]


def _answer(asked: Presentation) -> Outcome:
    right = marking.right_response(asked.question_version.content)
    return advancing.advance(Submission(asked, right, uuid.uuid4(), seconds_spent=12.0))


def _count(queries: CaptureQueriesContext) -> int:
    """What the database is asked; the outermost savepoint is the test's own transaction, which is a BEGIN elsewhere."""
    return len(queries) - 2


def _broken(*args: Any, **kwargs: Any) -> None:
    raise ZeroDivisionError("broken on purpose")
