"""Somebody new finds out where to start: few questions, nothing repeated, nothing lost, and only true claims."""

import uuid
from datetime import timedelta

import pytest

from adaptive import newcomers
from adaptive.adapting import Standing, standing_of
from adaptive.advancing import advance
from adaptive.locating import judge
from adaptive.models import Outcome, Recommendation
from adaptive.newcomers import kinds_in
from adaptive.placement import MOST_QUESTIONS, is_on_offer, is_under_way
from adaptive.placing import begin_placement, stop_placement
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.replaying import Verdict, replay
from adaptive.reviewing import MOST_DUE, due
from adaptive.serving import COUNTING, live_tutor
from adaptive.stepping import open_step
from courses import clock
from courses.answering import Submission
from courses.marking import PASSED
from courses.models import Course, Enrollment, Interaction, InteractionKind, Presentation, Purpose, User
from mlcore.placement import USUAL_KINDS
from tests.adaptive.acting import respond, shown
from tests.adaptive.conftest import again


def standing(enrollment: Enrollment) -> Standing:
    enrollment = again(enrollment)
    return standing_of(enrollment, live_tutor(enrollment.course_id))


def pass_on(question: Presentation) -> Outcome:
    """Say "I don't know yet"."""
    return advance(Submission(shown(question), dict(PASSED), uuid.uuid4(), seconds_spent=5.0))


def place_of(question: Presentation) -> int:
    """The place of the question's module in the course."""
    return question.question_version.question.module.position


def take_test(enrollment: Enrollment, knows: int) -> list[Outcome]:
    """Answer all that is asked, right in the first so many modules, and nothing beyond."""
    question, outcomes = begin_placement(again(enrollment)), []
    while question:
        outcomes.append(respond(question, right=True) if place_of(question) < knows else pass_on(question))
        question = outcomes[-1].next_question
    return outcomes


def test_who_knows_the_first_half_starts_after_it(newcomer: Enrollment) -> None:
    outcomes = take_test(newcomer, knows=4)

    assert outcomes[-1].finished == Ending.PLACED
    assert len(outcomes) <= MOST_QUESTIONS
    assert 2 <= outcomes[-1].next_step.module.position <= 4
    assert recommend_next(again(newcomer)) == outcomes[-1].next_step


def test_who_knows_nothing_starts_at_the_beginning_and_is_not_kept_long(newcomer: Enrollment) -> None:
    outcomes = take_test(newcomer, knows=0)

    assert len(outcomes) < MOST_QUESTIONS
    assert outcomes[-1].next_step.module.position == 0
    assert standing(newcomer).progress.placement.known == {}


def test_who_knows_everything_still_shows_what_nothing_builds_on(newcomer: Enrollment) -> None:
    outcomes = take_test(newcomer, knows=6)

    now = standing(newcomer)
    assert outcomes[-1].next_step.module.position >= 4
    assert not now.is_complete
    assert again(newcomer).finished_at is None


def test_no_question_is_asked_twice_and_each_notes_how_likely_it_was(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=4)

    asked = list(newcomer.presentations.filter(purpose=Purpose.PLACEMENT))
    assert len({one.question_version_id for one in asked}) == len(asked)
    assert all(0.0 < one.propensity <= 1.0 and 0.0 < one.predicted < 1.0 for one in asked)


def test_answers_of_the_test_are_believed_like_any_other(newcomer: Enrollment) -> None:
    before = standing(newcomer).beliefs(list(standing(newcomer).syllabus.skills))

    outcome = respond(begin_placement(newcomer), right=True)

    [moved] = outcome.moves
    assert moved["after"][0] > before[moved["skill"]].mean
    assert moved["after"][2] == 1


def test_the_same_answer_twice_is_one(newcomer: Enrollment) -> None:
    question, key = begin_placement(newcomer), uuid.uuid4()

    first, second = respond(question, right=True, key=key), respond(question, right=True, key=key)

    assert first.next_question == second.next_question
    assert newcomer.interactions.count() == 1


def test_beginning_again_goes_on_where_it_was_left(newcomer: Enrollment) -> None:
    question = respond(begin_placement(newcomer), right=True).next_question

    assert begin_placement(again(newcomer)) == question
    assert is_under_way(standing(newcomer))


def test_it_can_be_skipped_at_once_and_is_not_offered_again(newcomer: Enrollment) -> None:
    assert is_on_offer(standing(newcomer))

    stop_placement(newcomer)
    stop_placement(again(newcomer))

    assert not is_on_offer(standing(newcomer))
    assert [event.kind for event in newcomer.interactions.all()] == [InteractionKind.PLACED]
    assert recommend_next(again(newcomer)).module.position == 0


def test_stopping_early_keeps_what_the_answers_told(newcomer: Enrollment) -> None:
    question = begin_placement(newcomer)
    for _ in range(2):
        question = respond(question, right=True).next_question

    stop_placement(again(newcomer))

    placement = standing(newcomer).progress.placement
    assert placement.ended == Ending.PLACED
    assert placement.known


def test_real_work_ends_the_offer_and_an_answer_that_comes_later_still_counts(newcomer: Enrollment) -> None:
    question = begin_placement(newcomer)
    step = open_step(again(newcomer))

    outcome = respond(question, right=True)

    assert not is_on_offer(standing(newcomer))
    assert outcome.next_question is None
    assert outcome.next_step == step
    assert newcomer.interactions.answers().count() == 1


def test_an_author_can_switch_it_off(newcomer: Enrollment, chain: Course) -> None:
    chain.has_placement = False
    chain.save()

    assert not is_on_offer(standing(newcomer))


def test_a_small_course_offers_none(enrollment: Enrollment) -> None:
    assert not is_on_offer(standing(enrollment))


def test_folding_the_log_again_gives_the_same(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=4)
    before = standing(newcomer).progress.as_json()

    newcomer.states.all().delete()

    assert standing(newcomer).progress.as_json() == before


def test_the_first_step_after_it_replays_identically(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=4)

    step = Recommendation.objects.of(newcomer).get()

    assert replay(step).verdict == Verdict.SAME


def test_a_wrong_answer_later_takes_back_what_seemed_known(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=4)
    skill, [module, *_] = next(iter(standing(newcomer).progress.placement.known.items()))
    entry = standing(newcomer).syllabus.modules[module]
    question = Presentation.objects.create(
        enrollment=newcomer, question_version_id=entry.questions[-1].version, module_id=module
    )

    respond(question, right=False)

    progress = standing(newcomer).progress
    assert skill not in progress.placement.known
    assert not progress.module(module).done


def test_what_seems_known_comes_back_after_a_week(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=6)
    now, placed = clock.now(), {pk for pk, one in standing(newcomer).progress.modules.items() if one.done}

    soon, later = (due(standing(newcomer), now + timedelta(days=days)) for days in (2, 8))

    assert soon == []
    assert {one.module.id for one in later} <= placed
    assert len(later) == min(len(placed), MOST_DUE)


def test_counts_alone_can_place_somebody(newcomer: Enrollment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptive.serving._find_best", lambda course: COUNTING)

    outcomes = take_test(newcomer, knows=4)

    assert outcomes[-1].finished == Ending.PLACED
    assert 1 <= outcomes[-1].next_step.module.position <= 4


def test_what_seems_known_is_at_least_as_sure_as_a_known_skill_must_be(newcomer: Enrollment) -> None:
    question = begin_placement(newcomer)
    for _ in range(2):
        question = respond(question, right=True).next_question

    judgment = judge(standing(newcomer))

    assert judgment.known
    assert all(judgment.chances[skill] >= 0.75 for skill in judgment.known)
    assert judgment.known == sorted(judgment.known, key=list(judgment.chances).index)


def test_what_seems_known_stands_on_what_seems_known_too(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=5)

    now = standing(newcomer)
    known = now.progress.placement.known
    assert len(known) >= 4
    assert all(before in known for skill in known for before in now.syllabus.skills[skill].requires)


def test_newcomers_of_a_subject_are_expected_to_be_as_those_before_them_were(newcomer: Enrollment) -> None:
    usually = kinds_in(newcomer.course.subject)
    for number in range(4):
        learner = User.objects.create(email=f"expert-{number}@example.org")
        take_test(Enrollment.objects.create(learner=learner, course=newcomer.course), knows=6)
    newcomers.forget()

    now = kinds_in(newcomer.course.subject)

    assert usually == pytest.approx(USUAL_KINDS)
    assert now[-1] > usually[-1] + 0.1
    assert now.sum() == pytest.approx(1.0, abs=1e-3)
    assert kinds_in("another subject") == pytest.approx(USUAL_KINDS)


def test_the_log_says_that_it_was_placement(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=2)

    answers = Interaction.objects.answers().filter(enrollment=newcomer)
    assert {answer.presentation.purpose for answer in answers} == {Purpose.PLACEMENT}
    assert newcomer.interactions.last().kind == InteractionKind.PLACED
