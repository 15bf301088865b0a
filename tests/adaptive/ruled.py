"""Short words for the rules that authors and trainers write in tests."""

from typing import Any

from adaptive.rule_conditions import CONDITION_NEEDS, Condition, When
from adaptive.rulemaking import Draft, Realm, switch_on, write
from adaptive.rules import Firing, Rule, Then
from courses.models import Cohort, Course, Enrollment, User


def ruled(author: User, where: Course | Cohort, when: When, then: Then, **more: Any) -> Rule:
    """A rule that is on: of a course, or of a cohort in its only course."""
    rule = written(author, where, when, then, **more)
    switch_on(rule)
    return rule


def written(author: User, where: Course | Cohort, when: When, then: Then, **more: Any) -> Rule:
    """A rule that is still off, with one condition."""
    own = {name: more.pop(name) for name in CONDITION_NEEDS[when] if name in more}
    return drafted(author, where, Draft([Condition(when=when, **own)], then, **more))


def drafted(author: User, where: Course | Cohort, draft: Draft) -> Rule:
    """A rule that is still off."""
    realm = Realm(where) if isinstance(where, Course) else Realm(where.courses.get(), where)
    return write(realm, author, draft)


def fired(enrollment: Enrollment) -> list[tuple[str, str]]:
    """What rules did for this learner, the first first."""
    return [(one.rule.then, one.effect) for one in Firing.objects.filter(enrollment=enrollment).order_by("pk")]
