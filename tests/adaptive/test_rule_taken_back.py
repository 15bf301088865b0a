"""Whoever takes a rule back while somebody else has it in hand is obeyed: it does nothing any more."""

from collections.abc import Callable

import pytest
from django.db import transaction

from adaptive.adapting import standing_of
from adaptive.conditions import Found, Met
from adaptive.directives import Directive
from adaptive.rule_conditions import Condition, When
from adaptive.rulemaking import Draft, Realm, RuleEnded, remove, rewrite, switch_off
from adaptive.rules import Rule, Then
from adaptive.ruling import fire
from adaptive.serving import live_tutor
from courses.models import Enrollment, User
from courses.recording import lock
from tests.adaptive.conftest import again
from tests.adaptive.ruled import fired, ruled
from tests.adaptive.steered import module

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
