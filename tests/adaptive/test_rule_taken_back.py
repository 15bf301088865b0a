"""Whoever takes a rule back while somebody else has it in hand is obeyed: it does nothing any more."""

from collections.abc import Callable

import pytest
from django.db import transaction

from adaptive.adapting import standing_of
from adaptive.conditions import Found, Met
from adaptive.directing import end
from adaptive.directives import Directive
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import Draft, Realm, RuleEnded, later, remove, rewrite, switch_off, switch_on
from adaptive.rules import Firing, Rule, Then
from adaptive.ruling import fire
from adaptive.serving import live_tutor
from adaptive.watching import watch_absences
from courses.models import Enrollment, User
from courses.recording import lock
from tests.adaptive.acting import finish_a_module, learn
from tests.adaptive.conftest import again
from tests.adaptive.ruled import fired, ruled
from tests.adaptive.steered import in_days, module, next_for

TAKE_BACK = (switch_off, remove)


def fire_now(enrollment: Enrollment, rule: Rule) -> int:
    """Let the rule fire as it was when it was read."""
    occasion = Met([(rule.conditions.get(), Found("begun"))])
    with transaction.atomic():
        here = again(enrollment)
        lock(here)
        return fire(standing_of(here, live_tutor(here.course_id)), [(rule, occasion)])


@pytest.mark.parametrize("take_back", TAKE_BACK)
def test_a_rule_taken_back_after_it_was_read_does_not_fire(
    wide: Enrollment, noor: User, take_back: Callable[[Rule, User], int]
) -> None:
    rule, other = (ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, n)) for n in (1, 2))
    take_back(Rule.objects.get(pk=rule.pk), noor)

    assert [fire_now(wide, one) for one in (rule, other)] == [0, 1]
    assert fired(wide) == [(Then.SKIP, "followed")]
    assert Directive.objects.get(ended_at=None).rule == other


def test_of_two_who_rewrite_a_rule_the_second_is_refused(wide: Enrollment, noor: User) -> None:
    realm, rule = Realm(wide.course), ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)
    first, second = (Rule.objects.get(pk=rule.pk) for _ in range(2))
    made = rewrite(realm, first, noor, Draft([Condition(when=When.BEGUN)], Then.NOTIFY))

    with pytest.raises(RuleEnded):
        rewrite(realm, second, noor, Draft([Condition(when=When.BEGUN)], Then.NOTIFY))

    assert list(realm.rules.standing()) == [made]


def test_switched_on_again_a_rule_asks_anew_for_what_switching_it_off_took_away(wide: Enrollment, noor: User) -> None:
    rule = ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    next_for(wide)
    withdrawn = switch_off(rule, noor)
    next_for(wide)
    between = Directive.objects.filter(ended_at=None).count()

    switch_on(rule)
    finish_a_module(wide)
    next_for(wide)

    assert (withdrawn, between) == (1, 0)
    assert Directive.objects.get(ended_at=None).module == module(wide.course, 2)
    assert fired(wide) == [(Then.SKIP, "followed")] * 2
    first, _ = Firing.objects.order_by("pk")
    assert later(first) == "withdrawn by Noor"


def test_what_a_trainer_ended_by_hand_does_not_come_back_with_the_rule(
    wide: Enrollment, noor: User, grace: User
) -> None:
    rule = ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    next_for(wide)
    end(Directive.objects.get(), grace)
    switch_off(rule, noor)

    switch_on(rule)
    finish_a_module(wide)

    assert fired(wide) == [(Then.SKIP, "followed")]
    assert not Directive.objects.filter(ended_at=None).exists()


def test_a_notice_is_not_sent_again_by_switching_its_rule_off_and_on(wide: Enrollment, noor: User) -> None:
    rule = ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)
    next_for(wide)
    switch_off(rule, noor)

    switch_on(rule)
    finish_a_module(wide)

    assert fired(wide) == [(Then.NOTIFY, "notice")]


def test_an_absence_for_which_help_was_taken_away_brings_it_again(wide: Enrollment, noor: User) -> None:
    rule = ruled(noor, wide.course, When.INACTIVE, Then.EASIER, days=3, lasting=7)
    learn(wide, lambda n: True, answers=1)
    counts = [watch_absences(in_days(4))]
    switch_off(rule, noor)
    counts.append(watch_absences(in_days(4.1)))
    switch_on(rule)

    counts += [watch_absences(in_days(days)) for days in (4.2, 4.3)]

    assert counts == [1, 0, 1, 0]
