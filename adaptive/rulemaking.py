"""What authors and trainers do with rules: write one, try it, switch it on and off, write it anew, remove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from adaptive.directives import Directive
from adaptive.mastery import ENOUGH_ANSWERS
from adaptive.rule_conditions import REMEDIAL, Condition, When
from adaptive.rules import Effect, Firing, FiringQuerySet, Joined, Rule, RuleQuerySet, Then
from adaptive.steering import forget
from courses import clock
from courses.models import Cohort, Course, Module, User


class RuleEnded(Exception):
    """The rule was removed or written anew, perhaps by somebody else a moment ago."""


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
    """What was written: the conditions, and the action, each with what it needs."""

    conditions: Sequence[Condition]  # not in the database yet
    then: Then
    joined: Joined = Joined.ALL
    target: Module | None = None
    modality: str = ""
    lasting: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Objection:
    """Why a draft makes no sense: by the place of a condition, or 0 for the action, and what is to be mended there."""

    place: int
    name: str
    words: str


def objections_to(draft: Draft) -> list[Objection]:
    """Return what makes no sense though every part of the sentence is complete."""
    found = []
    for place, one in enumerate(draft.conditions, start=1):
        before = draft.conditions[: place - 1]
        if one.when == When.UNMASTERED and (one.answers or 0) < ENOUGH_ANSWERS:
            found.append(Objection(place, "answers", _too_early()))
        words = _repeats(one, before) or (_contradicts(one, before) if draft.joined == Joined.ALL else "")
        if words:
            found.append(Objection(place, "when", words))
    if _asks_for_what_is_done(draft):
        found.append(Objection(0, "target", gettext("Choose another module: this one is completed already by then.")))
    return found


def _too_early() -> str:
    words = gettext("Say %(enough)d answers or more: after fewer nobody has mastered a skill, however good they are.")
    return words % {"enough": ENOUGH_ANSWERS}


def _repeats(one: Condition, before: Sequence[Condition]) -> str:
    if one.when == When.INACTIVE and any(other.when == When.INACTIVE for other in before):
        return gettext("An absence stands in this rule already: choose something else, or remove this.")
    is_said = any(_parts_of(other) == _parts_of(one) for other in before)
    return gettext("This stands in the rule already: choose something else, or remove it.") if is_said else ""


def _contradicts(one: Condition, before: Sequence[Condition]) -> str:
    cannot = any(_exclude_each_other(one, other) or _exclude_each_other(other, one) for other in before)
    return gettext("This can never be so together with a condition before it: change one of them.") if cannot else ""


def _exclude_each_other(one: Condition, other: Condition) -> bool:
    if (one.when, other.when) == (When.MASTERED, When.UNMASTERED):
        return one.skill_id == other.skill_id
    if (one.when, other.when) == (When.BELOW, When.AT_LEAST):
        return one.module_id == other.module_id and (one.percent or 0) <= (other.percent or 0)
    return False


def _asks_for_what_is_done(draft: Draft) -> bool:
    """Whether a module is to be offered because it is completed, and nothing is wrong that it could mend."""
    about = draft.target.pk if draft.target else None
    is_done = any(one.when == When.COMPLETED and one.module_id == about for one in draft.conditions)
    mends = draft.joined == Joined.ALL and any(one.when in REMEDIAL for one in draft.conditions)
    return draft.then == Then.INSERT and is_done and not mends


def _parts_of(one: Condition) -> tuple[object, ...]:
    return one.when, one.module_id, one.skill_id, one.percent, one.answers, one.days


@transaction.atomic
def write(realm: Realm, author: User, draft: Draft, instead_of: Rule | None = None) -> Rule:
    """Write a rule down. It is off until it is switched on."""
    said = {name: getattr(draft, name) for name in ("then", "joined", "target", "modality", "lasting", "note")}
    rule = Rule.objects.create(course=realm.course, cohort=realm.cohort, made_by=author, replaces=instead_of, **said)
    for place, condition in enumerate(draft.conditions, start=1):
        condition.rule, condition.place = rule, place
    Condition.objects.bulk_create(draft.conditions)
    return rule


@transaction.atomic
def rewrite(realm: Realm, rule: Rule, author: User, draft: Draft) -> Rule:
    """Put a new rule in the place of one. It is off at first, and begins anew: the old one keeps its log.

    Raise RuleEnded if it was ended before: of two people who rewrite it at once, the second is told.
    """
    remove(rule, author)
    return write(realm, author, draft, instead_of=rule)


@transaction.atomic
def switch_on(rule: Rule) -> None:
    """Let the rule fire from now on. Doing so twice changes nothing. Raise RuleEnded if it was ended before."""
    _hold(rule)
    Rule.objects.filter(pk=rule.pk, on_since=None).update(on_since=clock.now())
    forget()


@transaction.atomic
def switch_off(rule: Rule, person: User) -> int:
    """Let the rule rest, and withdraw what it asks for; return how much that was. Raise RuleEnded as `switch_on`.

    Once it is on again, it fires anew for those from whom that was taken, if they meet it still.
    """
    _hold(rule)
    Rule.objects.filter(pk=rule.pk).update(on_since=None)
    rule.firings.filter(directive__ended_at=None, directive__isnull=False).update(given_up_because=Effect.OFF)
    return _withdraw(rule, person)


@transaction.atomic
def remove(rule: Rule, person: User) -> int:
    """Take the rule back for good, with what it asks for, as `switch_off` does. Its log stays."""
    _hold(rule)
    Rule.objects.filter(pk=rule.pk).update(ended_at=clock.now(), ended_by=person)
    return _withdraw(rule, person)


def _hold(rule: Rule) -> None:
    """Let nobody else end the rule until the transaction is over, or raise RuleEnded.

    That waits for whoever fires it at this moment: what they write is withdrawn, too.
    """
    if not Rule.objects.standing().select_for_update(of=("self",), no_key=True).filter(pk=rule.pk).first():
        raise RuleEnded


def heir_of(rule: Rule) -> Rule | None:
    """Return what stands in the place of a rule by now, or stood there last, if it was written anew."""
    heir = Rule.objects.filter(replaces=rule).with_names().first()
    return (heir_of(heir) or heir) if heir else None


def _withdraw(rule: Rule, person: User) -> int:
    ended = Directive.objects.filter(rule=rule, ended_at=None).update(ended_at=clock.now(), ended_by=person)
    forget()
    return ended


@transaction.atomic
def see(notice: Firing, trainer: User) -> None:
    """Put a notice away. Doing so twice changes nothing."""
    Firing.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=clock.now(), seen_by=trainer)


def later(firing: Firing) -> str:
    """What became of it after that; "" if it still counts, or never did."""
    asked = firing.directive
    if firing.given_up_because and firing.given_up_because != Effect.OFF:
        because = firing.get_given_up_because_display().removeprefix(gettext("not followed: "))
        return gettext("withdrawn later: %s") % because
    if asked and asked.ended_by:
        return gettext("withdrawn by %s") % asked.ended_by.name
    return gettext("over by now") if asked and asked.ended_at else ""
