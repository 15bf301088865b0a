"""What authors and trainers do with rules: write one, try it, switch it on and off, write it anew, remove it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from adaptive.directives import Directive
from adaptive.rules import Firing, FiringQuerySet, Rule, RuleQuerySet, Then, When
from adaptive.steering import forget
from courses import clock
from courses.models import Cohort, Course, Module, Skill, User


@dataclass(frozen=True)
class Realm:
    """Where rules hold: in a course, by its authors, or for one cohort in it, by its trainers."""

    course: Course
    cohort: Cohort | None = None

    @property
    def rules(self) -> RuleQuerySet:
        """Those that can be changed here."""
        return Rule.objects.with_names().filter(course=self.course, cohort=self.cohort)

    @property
    def rules_of_course(self) -> RuleQuerySet:
        """Those of the course's authors that hold here, too, as far as they are on."""
        return Rule.objects.live().with_names().filter(course=self.course, cohort=None if self.cohort else -1)

    @property
    def firings(self) -> FiringQuerySet:
        """What may be seen here: trainers see their own learners, authors what their rules did."""
        if self.cohort:
            return Firing.objects.with_names().seen_in(self.cohort, self.course)
        return Firing.objects.with_names().filter(rule__course=self.course, rule__cohort=None)


@dataclass(frozen=True)
class Draft:
    """What was written: the condition with what it needs, and the action with what that needs."""

    when: When
    then: Then
    module: Module | None = None
    skill: Skill | None = None
    percent: int | None = None
    answers: int | None = None
    days: int | None = None
    target: Module | None = None
    modality: str = ""
    lasting: int | None = None
    note: str = ""


@transaction.atomic
def write(realm: Realm, author: User, draft: Draft) -> Rule:
    """Write a rule down. It is off until it is switched on."""
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    return Rule.objects.create(course=realm.course, cohort=realm.cohort, made_by=author, **said)


@transaction.atomic
def rewrite(realm: Realm, rule: Rule, author: User, draft: Draft) -> Rule:
    """Put a new rule in the place of one. It is off at first, and begins anew: the old one keeps its log."""
    remove(rule, author)
    return write(realm, author, draft)


@transaction.atomic
def switch_on(rule: Rule) -> None:
    """Let the rule fire from now on. Doing so twice changes nothing."""
    Rule.objects.filter(pk=rule.pk, ended_at=None, on_since=None).update(on_since=clock.now())
    forget()


@transaction.atomic
def switch_off(rule: Rule, person: User) -> int:
    """Let the rule rest, and withdraw what it asks for; return how much that was."""
    Rule.objects.filter(pk=rule.pk, ended_at=None).update(on_since=None)
    return _withdraw(rule, person)


@transaction.atomic
def remove(rule: Rule, person: User) -> int:
    """Take the rule back for good, with what it asks for. Its log stays."""
    Rule.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=clock.now(), ended_by=person)
    return _withdraw(rule, person)


def _withdraw(rule: Rule, person: User) -> int:
    ended = Directive.objects.filter(rule=rule, ended_at=None).update(ended_at=clock.now(), ended_by=person)
    forget()
    return ended


@transaction.atomic
def see(notice: Firing, trainer: User) -> None:
    """Put a notice away. Doing so twice changes nothing."""
    Firing.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=clock.now(), seen_by=trainer)
