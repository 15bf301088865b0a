"""Rules that authors and trainers write fire when they say, once for each occasion, and never against a trainer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from adaptive.directives import Directive
from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.replaying import Verdict, replay
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import RuleEnded, remove, switch_off, switch_on
from adaptive.rules import Effect, Firing, Rule, Then
from adaptive.stepping import practice
from adaptive.watching import watch_absences
from courses import clock
from courses.enrolling import enroll
from courses.models import Enrollment, User, Variant
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.ruled import fired, ruled, written
from tests.adaptive.steered import cohort_with, in_days, module, next_for, offered, skill
from tests.factories import make_course

FOLLOWED, NOTICE = Effect.FOLLOWED, Effect.NOTICE


def test_a_rule_reads_as_a_sentence(wide: Enrollment, grace: User) -> None:
    cohort = cohort_with(grace, wide)
    first, second = module(wide.course, 1), module(wide.course, 2)

    sentences = [
        written(grace, cohort, When.INACTIVE, Then.NOTIFY, days=7),
        written(grace, wide.course, When.BELOW, Then.EASIER, module=first, percent=60, lasting=1),
        written(
            grace, wide.course, When.UNMASTERED, Then.INSERT, skill=skill(wide.course, 1), answers=9, target=second
        ),
    ]

    assert [rule.sentence for rule in sentences] == [
        "When a learner of Spring has been inactive for 7 days, notify the trainer.",
        "When a learner has scored below 60 % in “Module 1”, offer easier lessons in the whole course for 1 day.",
        "When a learner has not mastered “Skill-1” after 9 answers, offer “Module 2” next.",
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"then": Then.WAY, "lasting": 7},
        {"then": Then.ASSIGN, "lasting": 7},
        {"then": Then.NOTIFY, "modality": "text"},
    ],
)
def test_the_database_refuses_a_rule_that_lacks_something(wide: Enrollment, odd: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Rule.objects.create(course=wide.course, **odd)


@pytest.mark.parametrize(
    "odd",
    [
        {"when": When.COMPLETED},
        {"when": When.BEGUN, "days": 7},
        {"when": When.BEGUN, "place": 1},
        {"when": When.BEGUN, "place": 6},
        {"when": When.INACTIVE, "days": 3},
    ],
)
def test_the_database_refuses_a_condition_that_lacks_something(
    wide: Enrollment, noor: User, odd: dict[str, Any]
) -> None:
    rule = written(noor, wide.course, When.INACTIVE, Then.NOTIFY, days=7)

    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.create(rule=rule, **{"place": 2} | odd)


def test_completing_a_module_brings_what_the_rule_inserts_and_says_so(wide: Enrollment, noor: User) -> None:
    first = next_for(wide).module
    other = wide.course.modules.exclude(pk=first.pk).last()
    ruled(noor, wide.course, When.COMPLETED, Then.INSERT, module=first, target=other, note="It fits")

    outcome = finish_a_module(wide)[-1]

    step = outcome.next_step
    assert step
    assert (step.module, offered(step)) == (other, {other.slug})
    assert sentence(step) == (
        f"A rule of the course asks for this first, because you have completed “{first}”: “It fits”"
    )
    assert fired(wide) == [(Then.INSERT, FOLLOWED)]
    assert next_for(wide) == step
    assert replay(Recommendation.objects.get(pk=step.pk)).verdict == Verdict.SAME


def test_a_rule_fires_once_however_long_its_condition_holds(wide: Enrollment, noor: User) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)

    learn(wide, lambda n: True, answers=8)

    assert fired(wide) == [(Then.NOTIFY, NOTICE)]
    firing = Firing.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Firing.objects.create(rule=firing.rule, enrollment=wide, occasion=firing.occasion, effect=NOTICE)


def test_a_score_counts_for_each_visit_anew(wide: Enrollment, noor: User) -> None:
    for one in wide.course.modules.all():
        ruled(noor, wide.course, When.BELOW, Then.NOTIFY, module=one, percent=50)

    learn(wide, lambda n: False, answers=8)

    visited = Firing.objects.order_by("pk").values_list("rule__conditions__module", flat=True)
    assert len(visited) == wide.interactions.filter(kind="finished").count() >= 2
    assert Firing.objects.first().facts["1"]["percent"] == 0
    assert {firing.occasion for firing in Firing.objects.all()} <= {"1 visit 1;", "1 visit 2;"}


def test_a_high_score_meets_the_other_condition(wide: Enrollment, noor: User) -> None:
    for one in wide.course.modules.all():
        ruled(noor, wide.course, When.BELOW, Then.NOTIFY, module=one, percent=50)
        ruled(noor, wide.course, When.AT_LEAST, Then.NOTIFY, module=one, percent=100)

    finish_a_module(wide)

    assert list(Firing.objects.values_list("rule__conditions__when", flat=True)) == [When.AT_LEAST]


def test_a_rule_of_a_cohort_is_for_its_learners_only(wide: Enrollment, grace: User, noor: User) -> None:
    cohort = cohort_with(grace, wide)
    other = again(enroll(noor, wide.course))
    ruled(grace, cohort, When.BEGUN, Then.NOTIFY)

    for enrollment in (wide, other):
        next_for(enrollment)

    assert [firing.enrollment for firing in Firing.objects.all()] == [wide]


def test_a_rule_that_is_off_or_removed_does_nothing(wide: Enrollment, noor: User) -> None:
    written(noor, wide.course, When.BEGUN, Then.NOTIFY)
    off, gone = (ruled(noor, wide.course, When.BEGUN, Then.NOTIFY) for _ in range(2))
    switch_off(off, noor)
    remove(gone, noor)
    with pytest.raises(RuleEnded):
        switch_on(gone)

    next_for(wide)

    assert fired(wide) == []


def test_removing_a_rule_withdraws_what_it_asks_for_and_keeps_the_log(wide: Enrollment, noor: User) -> None:
    skipped = module(wide.course, 2)
    rule = ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=skipped)
    assert "module-2" not in offered(next_for(wide))

    assert remove(rule, noor) == 1

    assert "module-2" in offered(next_for(wide))
    assert fired(wide) == [(Then.SKIP, FOLLOWED)]
    assert Directive.objects.get().ended_by == noor


def test_an_assignment_is_due_after_so_many_whole_days(wide: Enrollment, noor: User) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.ASSIGN, target=module(wide.course, 3), lasting=3)

    step = next_for(wide)

    made = Directive.objects.get()
    assert offered(step) == {"module-3"}
    assert timezone.localdate(made.last_day) == timezone.localdate() + timedelta(days=3)
    assert sentence(step).startswith("A rule of the course wants this done by ")
    assert sentence(step).endswith(", because you have begun the course.")


@pytest.mark.parametrize(("then", "levels"), [(Then.EASIER, {2}), (Then.HARDER, {4})])
def test_lessons_of_the_other_difficulty_are_left_out_for_some_days(
    wide: Enrollment, noor: User, then: Then, levels: set[int]
) -> None:
    ruled(noor, wide.course, When.BEGUN, then, lasting=2)

    step = next_for(wide)

    assert {Variant.objects.get(pk=offer["variant"]).difficulty for offer in step.candidates} == levels
    assert "A rule of the course chose among its " in sentence(step)
    assert replay(step).verdict == Verdict.SAME
    with clock.set_to(in_days(3)):
        later = next_for(wide)
        assert {Variant.objects.get(pk=offer["variant"]).difficulty for offer in later.candidates} == {2, 4}
        assert "A rule of the course" not in sentence(later)


def test_easier_lessons_come_with_easier_questions(wide: Enrollment, noor: User) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.EASIER, lasting=2)

    outcomes = learn(wide, lambda n: True, answers=2)

    shown = [outcome.answer.question_version.content["difficulty"] for outcome in outcomes]
    assert set(shown) <= {1, 2}


def test_one_way_of_teaching_is_chosen_where_there_is_such_a_lesson(wide: Enrollment, noor: User) -> None:
    lacking = module(wide.course, 1)
    lacking.variants.filter(modality="worked-example").delete()
    ruled(noor, wide.course, When.BEGUN, Then.WAY, modality="worked-example", lasting=2)

    step = next_for(wide)

    ways = {offer["module"]: Variant.objects.get(pk=offer["variant"]).modality for offer in step.candidates}
    assert ways.pop(lacking.pk) == "text"
    assert set(ways.values()) == {"worked-example"}


def test_a_narrowing_that_changed_nothing_is_not_named(wide: Enrollment, noor: User) -> None:
    Variant.objects.filter(module__course=wide.course).exclude(modality="text", difficulty=2).delete()
    ruled(noor, wide.course, When.BEGUN, Then.EASIER, lasting=2)

    assert "A rule of the course" not in sentence(next_for(again(wide)))


def test_an_absence_is_noticed_once_and_the_next_one_again(wide: Enrollment, grace: User) -> None:
    cohort = cohort_with(grace, wide)
    learn(wide, lambda n: True, answers=1)
    ruled(grace, cohort, When.INACTIVE, Then.NOTIFY, days=7)

    counts = [watch_absences(in_days(days)) for days in (6.9, 7.1, 8, 20)]
    with clock.set_to(in_days(21)):
        learn(wide, lambda n: True, answers=1)
    counts += [watch_absences(in_days(days)) for days in (27, 29, 30)]

    assert counts == [0, 1, 0, 0, 0, 1, 0]
    assert Firing.objects.last().facts["1"]["days"] == 7


def test_who_never_began_is_away_since_they_enrolled_and_who_finished_is_not(
    wide: Enrollment, grace: User, noor: User
) -> None:
    done = enroll(noor, wide.course)
    Enrollment.objects.filter(pk=done.pk).update(finished_at=timezone.now())
    ruled(
        grace,
        cohort_with(grace, wide, done),
        When.INACTIVE,
        Then.ASSIGN,
        days=3,
        target=module(wide.course, 4),
        lasting=5,
    )

    with clock.set_to(in_days(4)):
        assert watch_absences() == 1
        assert offered(next_for(wide)) == {"module-4"}


def test_without_rules_nothing_is_asked_of_the_database(wide: Enrollment, noor: User) -> None:
    elsewhere = make_course(slug="elsewhere")
    ruled(noor, elsewhere, When.BEGUN, Then.NOTIFY)

    def statements(rules: bool) -> int:
        if rules:
            ruled(noor, wide.course, When.UNMASTERED, Then.NOTIFY, skill=skill(wide.course, 1), answers=99)
        question = practice(again(wide))
        with CaptureQueriesContext(connection) as captured:
            respond(question, right=True)
        tables = ("adaptive_rule", "adaptive_condition", "adaptive_directive", "adaptive_firing")
        asked = [one["sql"] for one in captured if any(table in one["sql"] for table in tables)]
        return len([sql for sql in asked if "DISTINCT" not in sql])  # but for the look once a second

    learn(wide, lambda n: True, answers=1)
    assert statements(rules=False) == 0
    assert statements(rules=True) == 2  # the rules, and what they asked for
