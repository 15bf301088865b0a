"""Several conditions in one rule: all of them, or any; what fires, once for what, and what the learner reads."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import RestrictedError

from adaptive.conditions import reasons_of
from adaptive.directing import end
from adaptive.directives import Directive
from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.rehearsing import rehearse
from adaptive.replaying import Verdict, replay
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import Draft, objections_to, switch_on
from adaptive.rules import Effect, Firing, Joined, Rule, Then
from adaptive.watching import watch_absences
from courses import clock
from courses.models import Course, Enrollment, Module, User
from tests.adaptive.acting import finish_a_module, learn
from tests.adaptive.ruled import drafted, fired, ruled
from tests.adaptive.steered import BAN, WAIVER, asked, cohort_with, in_days, module, next_for, skill

ALL, ANY = Joined.ALL, Joined.ANY
LAST_VERSION = "0013_courses_as_they_were"
THIS_VERSION = (
    "0014_several_conditions_in_a_rule",
    "0015_move_conditions_into_their_rows",
    "0016_rules_without_their_old_condition",
    "0021_rules_know_what_they_replaced",
)


def on(author: User, course: Course, draft: Draft) -> Rule:
    """A rule of the course that is on."""
    rule = drafted(author, course, draft)
    switch_on(rule)
    return rule


def so(when: When, **more: Any) -> Condition:
    return Condition(when=when, **more)


def other_than(*modules: Module) -> Module:
    return modules[0].course.modules.exclude(pk__in=[one.pk for one in modules]).last()


def test_a_rule_with_several_conditions_reads_as_one_sentence(wide: Enrollment, noor: User) -> None:
    conditions = [
        so(When.COMPLETED, module=module(wide.course, 1)),
        so(When.MASTERED, skill=skill(wide.course, 2)),
        so(When.INACTIVE, days=2),
    ]

    both = drafted(noor, wide.course, Draft(conditions, Then.NOTIFY))
    either = drafted(noor, wide.course, Draft([so(When.BEGUN), so(When.INACTIVE, days=1)], Then.NOTIFY, ANY))

    assert both.sentence == (
        "When a learner has completed “Module 1” and has mastered “Skill-2” and has been inactive for 2 days, "
        "notify the trainer."
    )
    assert either.sentence == (
        "When a learner has begun the course or has been inactive for 1 day, notify the trainer."
    )


def test_where_all_must_hold_the_last_one_makes_it_fire(wide: Enrollment, noor: User) -> None:
    first = next_for(wide).module
    target = other_than(first)
    rule = on(
        noor,
        wide.course,
        Draft([so(When.BEGUN), so(When.COMPLETED, module=first)], Then.INSERT, target=target, note="It fits"),
    )
    learn(wide, lambda n: True, answers=1)
    assert fired(wide) == []

    step = finish_a_module(wide)[-1].next_step

    assert step
    assert (step.module, fired(wide)) == (target, [(Then.INSERT, Effect.FOLLOWED)])
    firing = Firing.objects.select_related("rule").get()
    assert sorted(firing.facts) == ["1", "2"]
    assert reasons_of(firing).startswith(f"has begun the course; has completed “{first}”: 1 visit, ")
    assert sentence(step) == (
        "A rule of the course asks for this first, because you have begun the course and you have completed "
        f"“{first}”: “It fits”"
    )
    assert sentence(next_for(wide)) == sentence(step)
    assert replay(Recommendation.objects.get(pk=step.pk)).verdict == Verdict.SAME
    assert [case.occasion.occasion for case in rehearse(rule).cases] == [firing.occasion]


def test_where_any_is_enough_each_fires_once_and_only_those_that_hold_are_told(wide: Enrollment, noor: User) -> None:
    first = next_for(wide).module
    conditions = [
        so(When.BEGUN),
        so(When.COMPLETED, module=other_than(first)),
        so(When.COMPLETED, module=first),
    ]
    rule = on(noor, wide.course, Draft(conditions, Then.NOTIFY, ANY))

    finish_a_module(wide)
    learn(wide, lambda n: True, answers=2)

    occasions = [firing.occasion for firing in Firing.objects.order_by("pk")]
    assert occasions == ["1 begun;", "3 completed;"]
    assert [case.occasion.occasion for case in reversed(rehearse(rule).cases)] == occasions


def test_a_new_score_is_another_occasion_while_the_rest_still_holds(wide: Enrollment, noor: User) -> None:
    scores = [so(When.BELOW, module=one, percent=50) for one in wide.course.modules.all()[:1]]
    only = scores[0].module
    wide.course.modules.exclude(pk=only.pk).update(live=False)
    on(noor, wide.course, Draft([so(When.BEGUN), *scores], Then.NOTIFY))

    learn(wide, lambda n: False, answers=9)

    visits = wide.interactions.filter(kind="finished").count()
    assert visits >= 2
    assert [firing.occasion for firing in Firing.objects.order_by("pk")] == [
        f"1 begun; 2 visit {n};" for n in range(1, visits + 1)
    ]


def test_an_absence_counts_together_with_what_else_must_hold(wide: Enrollment, grace: User) -> None:
    cohort = cohort_with(grace, wide)
    learn(wide, lambda n: True, answers=1)
    kept = skill(wide.course, 1)
    away = [so(When.INACTIVE, days=7), so(When.MASTERED, skill=kept)]
    never = drafted(grace, cohort, Draft(away, Then.NOTIFY))
    began = drafted(grace, cohort, Draft([so(When.INACTIVE, days=7), so(When.BEGUN)], Then.NOTIFY))
    for rule in (never, began):
        switch_on(rule)

    counts = [watch_absences(in_days(days)) for days in (6.9, 7.1, 8)]
    with clock.set_to(in_days(9)):
        learn(wide, lambda n: True, answers=1)
    counts.append(watch_absences(in_days(17)))

    assert counts == [0, 1, 0, 1]
    assert set(Firing.objects.values_list("rule", flat=True)) == {began.pk}
    assert sorted(Firing.objects.first().facts) == ["1", "2"]


def test_any_of_an_absence_and_something_else_fires_for_each_by_itself(wide: Enrollment, noor: User) -> None:
    rule = on(noor, wide.course, Draft([so(When.INACTIVE, days=2), so(When.BEGUN)], Then.NOTIFY, ANY))
    learn(wide, lambda n: True, answers=1)

    assert watch_absences(in_days(3)) == 1
    assert watch_absences(in_days(4)) == 0

    kept = [firing.occasion for firing in Firing.objects.order_by("pk")]
    assert kept == ["2 begun;", f"1 after {wide.interactions.count()};"]
    with clock.set_to(in_days(5)):
        assert [case.occasion.occasion for case in reversed(rehearse(rule).cases)] == kept


@pytest.mark.parametrize("joined", [ALL, ANY])
def test_who_was_enrolled_and_never_came_has_not_begun(wide: Enrollment, noor: User, joined: Joined) -> None:
    rule = on(noor, wide.course, Draft([so(When.BEGUN), so(When.INACTIVE, days=2)], Then.NOTIFY, joined))

    watch_absences(in_days(3))

    expected = ["2 after 0;"] if joined == ANY else []
    assert [firing.occasion for firing in Firing.objects.all()] == expected
    with clock.set_to(in_days(5)):
        assert [case.occasion.occasion for case in rehearse(rule).cases] == expected


def test_in_a_dry_run_who_came_late_begins_when_they_came(wide: Enrollment, noor: User) -> None:
    rule = drafted(noor, wide.course, Draft([so(When.BEGUN)], Then.NOTIFY))
    with clock.set_to(in_days(5)):
        learn(wide, lambda n: True, answers=1)

    with clock.set_to(in_days(6)):
        (case,) = rehearse(rule).cases

    assert (case.at - wide.enrolled_at).days == 5
    assert case.step == wide.recommendations.earliest("made_at")


def test_only_what_held_decides_whether_a_completed_module_comes_back(wide: Enrollment, noor: User) -> None:
    done = finish_a_module(wide)[-1].answer.module
    failing = next_for(wide).module
    on(
        noor,
        wide.course,
        Draft([so(When.BEGUN), so(When.BELOW, module=failing, percent=70)], Then.INSERT, ANY, target=done),
    )

    while not learn(wide, lambda n: False, answers=1)[-1].finished:
        pass

    assert fired(wide) == [(Then.INSERT, Effect.DONE), (Then.INSERT, Effect.FOLLOWED)]
    assert next_for(wide).module == done


def test_what_makes_no_sense_together_is_objected_to(wide: Enrollment) -> None:
    first, second = module(wide.course, 1), module(wide.course, 2)
    known = skill(wide.course, 1)
    refused = [
        ([so(When.BEGUN), so(When.BEGUN)], ANY, (2, "when")),
        ([so(When.INACTIVE, days=1), so(When.BEGUN), so(When.INACTIVE, days=2)], ANY, (3, "when")),
        ([so(When.MASTERED, skill=known), so(When.UNMASTERED, skill=known, answers=3)], ALL, (2, "when")),
        ([so(When.AT_LEAST, module=first, percent=60), so(When.BELOW, module=first, percent=60)], ALL, (2, "when")),
        ([so(When.BEGUN), so(When.COMPLETED, module=first)], ALL, (0, "target")),
        ([so(When.BEGUN), so(When.UNMASTERED, skill=known, answers=2)], ANY, (2, "answers")),
    ]
    fine = [
        ([so(When.MASTERED, skill=known), so(When.UNMASTERED, skill=known, answers=3)], ANY),
        ([so(When.AT_LEAST, module=first, percent=40), so(When.BELOW, module=first, percent=60)], ALL),
        ([so(When.AT_LEAST, module=first, percent=60), so(When.BELOW, module=second, percent=60)], ALL),
        ([so(When.COMPLETED, module=first), so(When.BELOW, module=first, percent=60)], ALL),
    ]

    for conditions, joined, where in refused:
        found = objections_to(Draft(conditions, Then.INSERT, joined, target=first))
        assert [(one.place, one.name) for one in found] == [where]
    assert [objections_to(Draft(*parts[:1], Then.INSERT, parts[1], target=first)) for parts in fine] == [[]] * 4


def test_what_a_rule_speaks_of_cannot_be_deleted_so_that_its_log_stays(wide: Enrollment, noor: User) -> None:
    unmet, target = module(wide.course, 4), module(wide.course, 5)
    unlearned = skill(wide.course, 4)
    rule = on(
        noor,
        wide.course,
        Draft(
            [so(When.BEGUN), so(When.COMPLETED, module=unmet), so(When.MASTERED, skill=unlearned)],
            Then.SKIP,
            ANY,
            target=target,
        ),
    )
    next_for(wide)
    wide.recommendations.all().delete()  # which would hold the module that happened to be offered
    log = [(one.rule.sentence, reasons_of(one)) for one in Firing.objects.with_names()]

    for thing in (unmet, target, unlearned):
        with pytest.raises(RestrictedError):
            thing.delete()

    assert [(one.rule.sentence, reasons_of(one)) for one in Firing.objects.with_names()] == log
    assert log == [(rule.sentence, "has begun the course")]
    assert Directive.objects.get(ended_at=None).module == target


def test_what_a_trainer_spoke_of_cannot_be_deleted(wide: Enrollment, grace: User) -> None:
    about = {BAN: module(wide.course, 2), WAIVER: skill(wide.course, 3)}
    for kind, thing in about.items():
        end(asked(grace, kind, thing, wide), grace)

    for thing in about.values():
        with pytest.raises(RestrictedError):
            thing.delete()

    assert {one.what for one in Directive.objects.with_names()} == {"Module 2", "Skill-3"}


def test_rules_of_the_last_version_keep_their_words_and_their_log(wide: Enrollment, noor: User) -> None:
    rules = [
        ruled(noor, wide.course, When.BEGUN, Then.NOTIFY),
        ruled(noor, wide.course, When.UNMASTERED, Then.NOTIFY, skill=skill(wide.course, 1), answers=99),
        ruled(noor, wide.course, When.BELOW, Then.NOTIFY, module=module(wide.course, 1), percent=40),
    ]
    learn(wide, lambda n: True, answers=1)
    before = [(rule.pk, rule.sentence) for rule in Rule.objects.with_names()], list(Firing.objects.values())

    migrated_to("0015_move_conditions_into_their_rows", "0014_several_conditions_in_a_rule", LAST_VERSION)
    old = MigrationExecutor(connection).loader.project_state(("adaptive", LAST_VERSION)).apps
    as_it_was = list(old.get_model("adaptive", "Rule").objects.order_by("pk").values_list("when", "answers", "percent"))
    log = list(old.get_model("adaptive", "Firing").objects.values_list("occasion", "facts"))
    migrated_to(*THIS_VERSION)

    assert as_it_was == [("begun", None, None), ("unmastered", 99, None), ("below", None, 40)]
    assert log == [("begun", {})]
    assert before == ([(rule.pk, rule.sentence) for rule in Rule.objects.with_names()], list(Firing.objects.values()))
    assert len(before[0]) == len(rules)


def migrated_to(*names: str) -> None:
    for name in names:
        connection.check_constraints()
        MigrationExecutor(connection).migrate([("adaptive", name)])
