"""Who stays away is looked at once, and again only when something changed that a rule could read."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adaptive import forgetting, serving
from adaptive.absences import AbsenceLook
from adaptive.adapting import read_standing
from adaptive.mastery import SkillBelief
from adaptive.models import Calibration, Checkpoint, Forgetting
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import Draft, remove, switch_off, switch_on
from adaptive.rules import Rule, Then
from adaptive.serving import live_tutor
from adaptive.watching import watch_absences
from courses import clock
from courses.enrolling import enroll
from courses.models import Enrollment, Skill, User
from mlcore.calibration import Calibration as CourseCalibration
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.edited import add_a_question
from tests.adaptive.ruled import drafted
from tests.adaptive.steered import in_days, skill
from tests.adaptive.test_refitting import SOON

Change = Callable[[Enrollment, Rule], None]
ONCE_A_WHILE = ("adaptive_checkpoint", "adaptive_forgetting")  # each process reads them once a second or minute


@pytest.fixture
def unmet(wide: Enrollment, noor: User) -> Rule:
    """A rule about an absence, and something else that is not so of anybody."""
    learn(wide, lambda n: True, answers=1)
    return on(noor, wide, Condition(when=When.MASTERED, skill=skill(wide.course, 5)))


def on(author: User, enrollment: Enrollment, other: Condition) -> Rule:
    rule = drafted(author, enrollment.course, Draft([Condition(when=When.INACTIVE, days=7), other], Then.NOTIFY))
    switch_on(rule)
    return rule


def watched(days: float) -> tuple[int, int, int]:
    """How often rules fired, how many learners were looked at, and how many queries all of it took."""
    with CaptureQueriesContext(connection) as seen:
        fired = watch_absences(in_days(days))
    asked = [one["sql"] for one in seen if not any(table in one["sql"] for table in ONCE_A_WHILE)]
    return fired, sum('FROM "adaptive_learnerstate"' in sql for sql in asked), len(asked)


def test_who_stays_away_costs_nothing_more_however_many_and_however_long(wide: Enrollment, unmet: Rule) -> None:
    alone = [watched(days) for days in (6, 8, 8.05, 9, 90)]
    for number in range(6):
        enroll(User.objects.create_user(f"away-{number}@example.org"), wide.course)
    together = [watched(days) for days in (90.1, 90.2, 900)]

    assert [looks for _, looks, _ in (*alone, *together)] == [0, 1, 0, 0, 0, 6 * 2, 0, 0]  # a blank state is read twice
    assert {queries for *_, queries in (*alone[2:], *together[1:])} == {4}  # the last one asks who is away
    assert {fired for fired, *_ in (*alone, *together)} == {0}


def they_are_calibrated(wide: Enrollment, rule: Rule | None, level: float = 3.0) -> None:
    live = live_tutor(wide.course_id)
    found = CourseCalibration(live.tutor.calibration.population, level=level, level_sd=0.1, author_slope=0.5)
    own = {"course": wide.course, "checkpoint_id": live.checkpoint, "number": 1 + Calibration.objects.count()}
    Calibration.objects.create(**own, data=found.to_bytes())
    serving.forget()


def the_checkpoint_is_gone(wide: Enrollment, rule: Rule) -> None:
    Checkpoint.objects.filter(is_live=True).update(is_live=False)
    Checkpoint.objects.update(path="nowhere")
    serving.forget()


def the_course_is_edited(wide: Enrollment, rule: Rule) -> None:
    add_a_question(wide.course)


def another_law_is_found(wide: Enrollment, rule: Rule) -> None:
    Forgetting.objects.create(subject=wide.course.subject, parameters=list(SOON))
    forgetting.forget()


def the_rule_rests_for_a_while(wide: Enrollment, rule: Rule) -> None:
    switch_off(rule, rule.made_by)
    watch_absences(in_days(9))
    switch_on(rule)


@pytest.mark.parametrize(
    "change",
    [
        they_are_calibrated,
        the_checkpoint_is_gone,
        the_course_is_edited,
        another_law_is_found,
        the_rule_rests_for_a_while,
    ],
)
def test_whatever_could_change_what_a_rule_reads_is_looked_at_once_more(
    wide: Enrollment, unmet: Rule, change: Change
) -> None:
    before = [watched(days)[1] for days in (8, 9)]

    change(wide, unmet)

    after = [watched(days)[1] for days in (10, 11)]
    assert before == [1, 0]
    assert (after[0] > 0, after[1]) == (True, 0)


def test_the_next_absence_is_looked_at_anew(wide: Enrollment, unmet: Rule) -> None:
    looks = [watched(8)[1]]
    with clock.set_to(in_days(9)):
        learn(wide, lambda n: True, answers=1)

    looks += [watched(days)[1] for days in (12, 17, 18)]

    assert looks == [1, 0, 1, 0]
    assert AbsenceLook.objects.get().entries == again(wide).last_sequence


def test_a_rule_fires_as_soon_as_a_calibration_makes_the_rest_of_it_true(wide: Enrollment, noor: User) -> None:
    they_are_calibrated(wide, None, level=-3.0)
    answered = learn(wide, lambda n: True, answers=1)[0].answer.question_version.question.skills.get()
    while believed(wide, answered).is_unsure:
        learn(wide, lambda n: True, answers=1)
    on(noor, wide, Condition(when=When.MASTERED, skill=answered))

    before = [watch_absences(in_days(days)) for days in (8, 9)]
    they_are_calibrated(wide, Rule.objects.get())
    after = [watch_absences(in_days(days)) for days in (10, 11)]

    assert (before, after) == ([0, 0], [1, 0])


def believed(enrollment: Enrollment, one: Skill) -> SkillBelief:
    return read_standing(again(enrollment), live_tutor(enrollment.course_id)).beliefs([one.pk])[one.pk]


def test_looks_go_with_the_rule_that_needed_them(wide: Enrollment, unmet: Rule) -> None:
    watch_absences(in_days(8))
    assert AbsenceLook.objects.count() == 1

    remove(unmet, unmet.made_by)
    watch_absences(in_days(8))

    assert not AbsenceLook.objects.exists()
