"""Who needs their trainer today, and why: every reason with an example and a counterexample."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from analytics.attention import REASONS, in_need, need_of
from analytics.definitions import NEEDS
from analytics.overview import summaries_of
from analytics.scope import Scope, scope_of
from analytics.summarizing import drain, rebuild
from courses.models import Cohort, Course, Enrollment, User
from tests.analytics.world import (
    START,
    answer,
    answer_often,
    cohort_of,
    course_with,
    finishes,
    learner_in,
    questions_of,
    wishes,
)


@pytest.fixture
def course(db: None) -> Course:
    return course_with(modules=2, questions=6)


@pytest.fixture
def cohort(grace: User, course: Course) -> Cohort:
    return cohort_of(grace, course)


@pytest.fixture
def ada(cohort: Cohort, course: Course) -> Enrollment:
    return learner_in(cohort, course, "ada@example.org")


def scope_at(cohort: Cohort, now: datetime) -> Scope:
    return replace(scope_of(cohort, {}), now=now)


def reasons(cohort: Cohort, now: datetime) -> dict[str, set[str]]:
    """Each learner in need, with the keys of their reasons, after counting what waits."""
    drain()
    found = [need_of(row, now) for row in in_need(scope_at(cohort, now))]
    return {need.enrollment.learner.email.split("@")[0]: {key for key, _sentence in need.reasons} for need in found}


def soon(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def test_every_reason_has_its_definition() -> None:
    assert [reason.key for reason in REASONS] == list(NEEDS)
    assert all(definition.text and definition.as_context()["formula"] for definition in NEEDS.values())


def test_four_wrong_answers_in_a_row_are_a_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "++----")

    assert reasons(cohort, soon(7)) == {"ada": {"wrong"}}


def test_four_wrong_answers_with_a_right_one_between_are_none(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "++--+--+")

    assert reasons(cohort, soon(9)) == {}


def test_falling_success_is_a_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "++++++++++++" + "--+--+--+-+"[:10])

    assert reasons(cohort, soon(23))["ada"] >= {"falling"}


def test_success_that_was_never_high_does_not_fall(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "-+--+--+-+--" + "--+--+--+-+"[:10])

    assert "falling" not in reasons(cohort, soon(23)).get("ada", set())


def test_success_that_stays_good_is_no_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "++++++++++++" + "++-++-+++-")

    assert "falling" not in reasons(cohort, soon(23)).get("ada", set())


def test_many_answers_in_one_module_are_a_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course)[:6], "+-" * 6)

    assert reasons(cohort, soon(13)) == {"ada": {"stuck"}}


def test_finishing_the_module_takes_the_reason_away(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    questions = questions_of(course)
    answer_often(ada, questions[:6], "+-" * 6)
    finishes(ada, questions[0].module, soon(12))

    assert reasons(cohort, soon(13)) == {}


def test_asking_for_something_easier_three_times_is_a_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer(ada, questions_of(course)[0])
    for hour in range(3):
        wishes(ada, questions_of(course)[0].module, "too-hard", soon(hour))

    assert reasons(cohort, soon(4)) == {"ada": {"too_hard"}}


def test_asking_for_something_harder_is_none(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer(ada, questions_of(course)[0])
    for hour in range(3):
        wishes(ada, questions_of(course)[0].module, "too-easy", soon(hour))

    assert reasons(cohort, soon(4)) == {}


def every(days: float, times: int, learner: Enrollment, course: Course) -> datetime:
    """Come back at this pace, well, and return the last time."""
    for visit in range(times):
        answer_often(learner, questions_of(course)[::6], "+++", START + timedelta(days=days * visit))
    return START + timedelta(days=days * (times - 1))


def test_somebody_who_came_daily_is_missed_after_four_days(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    last = every(1, times=5, learner=ada, course=course)

    assert reasons(cohort, last + timedelta(days=3)) == {}
    assert reasons(cohort, last + timedelta(days=5)) == {"ada": {"inactive"}}


def test_somebody_who_comes_weekly_is_not_missed_after_eight_days(
    cohort: Cohort, course: Course, ada: Enrollment
) -> None:
    last = every(6, times=5, learner=ada, course=course)

    assert reasons(cohort, last + timedelta(days=8)) == {}
    assert reasons(cohort, last + timedelta(days=19)) == {"ada": {"inactive"}}


def test_not_beginning_is_a_reason_relative_to_the_own_start(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    learner_in(cohort, course, "late@example.org", at=START + timedelta(days=9))

    assert reasons(cohort, START + timedelta(days=10)) == {"ada": {"not_started"}}


def test_a_slow_start_is_a_reason(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "+++")
    answer_often(ada, questions_of(course), "+++", START + timedelta(days=6))

    assert reasons(cohort, START + timedelta(days=6, hours=5)) == {}
    assert reasons(cohort, START + timedelta(days=8)) == {"ada": {"slow"}}


def test_nobody_is_watched_who_has_finished(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "----")
    Enrollment.objects.filter(pk=ada.pk).update(finished_at=START)

    assert reasons(cohort, START + timedelta(days=40)) == {}


def test_nobody_is_watched_after_the_last_day_of_their_cohort(cohort: Cohort, ada: Enrollment) -> None:
    cohort.ends_on = date(2026, 3, 20)
    cohort.save()

    assert reasons(cohort, START + timedelta(days=10)) == {"ada": {"not_started"}}
    assert reasons(cohort, START + timedelta(days=40)) == {}


def test_the_most_urgent_come_first(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    struggling = learner_in(cohort, course, "bo@example.org")
    answer_often(struggling, questions_of(course)[:6], "+" + "-" * 12)

    found = reasons(cohort, START + timedelta(days=5))

    assert list(found) == ["bo", "ada"]
    assert found["bo"] == {"wrong", "stuck"}


def test_reasons_are_the_same_when_recomputed_from_the_log(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course)[:6], "+" * 12 + "-" * 10)
    before = reasons(cohort, START + timedelta(days=30))

    rebuild()

    assert before == {"ada": {"wrong", "falling", "stuck", "inactive"}}
    assert reasons(cohort, START + timedelta(days=30)) == before


def test_reasons_are_sentences_with_their_numbers(cohort: Cohort, course: Course, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course)[:6], "+" * 12 + "-" * 10)
    drain()

    need = need_of(in_need(scope_at(cohort, START + timedelta(days=30)))[0], START + timedelta(days=30))

    assert dict(need.reasons) == {
        "wrong": "10 wrong answers in a row",
        "stuck": "22 answers in “Module 0” without finishing it",
        "falling": "Success fell from 100 % to 0 % over the last 10 answers",
        "inactive": "Not here for 29 days",
    }


def test_what_happened_in_several_modules_is_not_put_down_to_the_latest(
    cohort: Cohort, course: Course, ada: Enrollment
) -> None:
    first, second = course.modules.order_by("position")
    own = {module: [one for one in questions_of(course) if one.module_id == module.pk] for module in (first, second)}
    answer_often(ada, own[first], "---")
    answer_often(ada, own[second], "-", soon(3))
    for hour, module in enumerate([first, first, first, first, second]):
        wishes(ada, module, "too-hard", soon(4 + hour))
    drain()

    need = need_of(in_need(scope_at(cohort, soon(10)))[0], soon(10))

    assert ada.total.module == second
    assert dict(need.reasons) == {
        "wrong": "4 wrong answers in a row",
        "too_hard": "Asked for something easier 5 times without finishing a module",
    }


def test_a_list_of_cohorts_counts_the_same_people(cohort: Cohort, course: Course, grace: User, ada: Enrollment) -> None:
    answer_often(ada, questions_of(course), "----")
    other = cohort_of(grace, course_with(slug="algebra"), learners=2, name="Autumn")
    drain()

    summaries = {row.cohort: row for row in summaries_of([cohort, other])}

    assert [(row.learners, row.in_need, row.total_answers) for row in summaries.values()] == [(1, 1, 0), (2, 2, 0)]
    assert summaries[other].courses == ("Algebra",)
