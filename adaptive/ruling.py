"""What follows from rules: whoever meets a condition is steered as if by a trainer's directive, and the log says why.

Among rules the newest goes first, and before all of them go trainers. A rule that would leave nothing to learn is not
followed. Where a course has no rules, none of this costs a query.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import BigIntegerField, Q, UUIDField
from django.utils import timezone

from adaptive.adapting import Standing
from adaptive.conditions import Met, met, occasions_in
from adaptive.directives import Directive, DirectiveKind
from adaptive.guarding import is_default_path
from adaptive.returning import is_fulfilled
from adaptive.rule_conditions import Condition
from adaptive.rules import Effect, Firing, Rule, Then
from adaptive.steering import WHOLE_COURSE, DirectiveEntry, has_rules
from courses import clock
from courses.models import Cohort, Enrollment
from courses.statements import Query, Slot

log = logging.getLogger(__name__)

KINDS = {
    Then.INSERT: DirectiveKind.PIN,
    Then.ASSIGN: DirectiveKind.DUE,
    Then.SKIP: DirectiveKind.BAN,
    Then.EASIER: DirectiveKind.EASIER,
    Then.HARDER: DirectiveKind.HARDER,
    Then.WAY: DirectiveKind.WAY,
}
BRINGING_BACK = (Then.INSERT, Then.ASSIGN)  # what was completed before, where that is to mend something
ABOUT_DOING = (DirectiveKind.PIN, DirectiveKind.DUE, DirectiveKind.BAN)  # over when the module is done
COURSE = Slot("course", BigIntegerField())
OWN = Cohort.objects.filter(learners=Slot("learner", UUIDField()), courses=COURSE)
ON = Query(
    lambda: (
        Condition.objects.filter(
            Q(rule__cohort=None) | Q(rule__cohort__in=OWN.values("pk")),
            rule__course=COURSE,
            rule__ended_at=None,
            rule__on_since__isnull=False,
        )
        .select_related("rule", "module", "skill")
        .order_by("-rule_id", "place")
    )
)


def obey(standing: Standing) -> bool:
    """Follow the rules whose condition came true for this learner. Say whether anything else is asked for now.

    The enrollment must be locked.
    """
    before = standing.steering.ids
    fire(standing, _met_now(standing))
    if any(one.rule for one in standing.steering.directives):
        _end_what_is_done(standing)
        _give_up_what_leaves_nothing(standing)
    return standing.steering.ids != before


def _met_now(standing: Standing) -> list[tuple[Rule, Met]]:
    enrollment = standing.enrollment
    if not has_rules(enrollment.course_id):
        return []
    rows = ON.all(course=enrollment.course_id, learner=enrollment.learner_id)
    rules = [(rule, list(conditions)) for rule, conditions in groupby(rows, attrgetter("rule"))]
    asked = [(rule, conditions) for rule, conditions in rules if met(rule, conditions, standing)]
    fired = fired_for(enrollment, [rule for rule, _ in asked])
    found = [(rule, met(rule, conditions, standing, fired[rule.pk])) for rule, conditions in asked]
    return [(rule, occasion) for rule, occasion in found if occasion]


def fired_for(enrollment: Enrollment, rules: Sequence[Rule]) -> Mapping[int, set[str]]:
    """Return the occasions on which each of these rules fired for this learner."""
    fired: dict[int, set[str]] = {rule.pk: set() for rule in rules}
    if rules:
        firings = Firing.objects.that_count().filter(enrollment=enrollment, rule__in=rules)
        for rule, occasion in firings.values_list("rule", "occasion"):
            fired[rule].update(occasions_in(occasion))
    return fired


def fire(standing: Standing, found: Sequence[tuple[Rule, Met]]) -> int:
    """Do what these rules ask for, as far as they may; return how many fired: those that are on still."""
    on = _still_on([rule for rule, _ in found])
    firings = [_fire(standing, rule, occasion) for rule, occasion in found if rule.pk in on]
    return len(firings)


def _still_on(rules: Sequence[Rule]) -> set[int]:
    """Return those that nobody has switched off or removed meanwhile, and let nobody do so until the transaction ends.

    Who does so afterwards finds what they asked for, and withdraws it. All are locked before anything is written, in
    one order, so that nobody waits for somebody who waits for them.
    """
    locked = Rule.objects.live().select_for_update(of=("self",), no_key=True).order_by("pk")
    return set(locked.filter(pk__in=[rule.pk for rule in rules]).values_list("pk", flat=True)) if rules else set()


def _fire(standing: Standing, rule: Rule, occasion: Met) -> Firing:
    """Do what the rule asks for, as far as it may, and write down what became of it."""
    now = clock.now()
    effect = effect_of(standing, rule, occasion, now)
    directive = _ask(standing, rule, occasion, now) if effect == Effect.FOLLOWED else None
    return Firing.objects.create(
        rule=rule,
        enrollment=standing.enrollment,
        occasion=occasion.occasion,
        at=now,
        facts=occasion.facts,
        effect=effect,
        directive=directive,
    )


def effect_of(standing: Standing, rule: Rule, occasion: Met, now: datetime) -> Effect:
    """Return what becomes of a rule that fires now. Nothing is read or written."""
    if rule.then == Then.NOTIFY:
        return Effect.NOTICE
    if rule.target_id and rule.target_id not in standing.syllabus.modules:
        return Effect.GONE
    entry = entry_of(rule, occasion, now)
    is_over = entry.kind in ABOUT_DOING and standing.progress.module(rule.target_id).done
    if is_over and not (occasion.is_remedial and rule.then in BRINGING_BACK):
        return Effect.DONE
    against = [one for one in standing.steering.directives if one.is_against(entry) or _is_other_way(one, entry)]
    if any(not one.rule for one in against):
        return Effect.OVERRULED
    if any(one.rule > rule.pk for one in against):
        return Effect.NEWER
    leaves_nothing = entry.kind == DirectiveKind.BAN and _leaves_nothing(standing, entry, now)
    return Effect.NOTHING_LEFT if leaves_nothing else Effect.FOLLOWED


def entry_of(rule: Rule, occasion: Met, now: datetime) -> DirectiveEntry:
    """Return what the rule asks for when it fires now, before it has a row of its own."""
    until, about = _until(rule, now), rule.target_id or WHOLE_COURSE
    until_words = until.isoformat() if until else ""
    asked = (rule.note, rule.pk, occasion.cause, rule.modality)
    return DirectiveEntry(0, KINDS[Then(rule.then)], about, until_words, *asked, made=now.isoformat())


def _until(rule: Rule, now: datetime) -> datetime | None:
    """When what the rule asks for ends: an assignment after a whole day, a change of lessons to the minute."""
    if rule.lasting is None:
        return None
    if rule.then != Then.ASSIGN:
        return now + timedelta(days=rule.lasting)
    day = timezone.localdate(now) + timedelta(days=rule.lasting + 1)
    return timezone.make_aware(datetime.combine(day, time.min))


def _is_other_way(one: DirectiveEntry, other: DirectiveEntry) -> bool:
    return one.kind == other.kind == DirectiveKind.WAY and one.about == other.about


def _leaves_nothing(standing: Standing, entry: DirectiveEntry, now: datetime) -> bool:
    """Say whether something is open now, and nothing would be any more."""
    then = replace(standing, steering=standing.steering.joined_by(entry))
    return is_default_path(then, now) and not is_default_path(standing, now)


def _ask(standing: Standing, rule: Rule, occasion: Met, now: datetime) -> Directive:
    """Write the directive, in place of what older rules asked for against it or just like it."""
    entry = entry_of(rule, occasion, now)
    by_rules = [one for one in standing.steering.directives if one.rule]
    older = [one for one in by_rules if one.is_against(entry) or _is_same(one, entry)]
    _end(older, now, Effect.NEWER)
    made = Directive.objects.create(
        course_id=rule.course_id,
        enrollment=standing.enrollment,
        kind=entry.kind,
        module_id=rule.target_id,
        modality=rule.modality,
        note=rule.note,
        rule=rule,
        holds_until=entry.ends_at,
        made_at=now,
    )
    standing.steering = standing.steering.without(*older).joined_by(replace(entry, id=made.pk))
    return made


def _is_same(one: DirectiveEntry, other: DirectiveEntry) -> bool:
    return (one.kind, one.about) == (other.kind, other.about)


def _end_what_is_done(standing: Standing) -> None:
    """End what rules asked for about modules that are done by now, or once more: it has had its effect."""
    asked = [one for one in standing.steering.directives if one.rule and one.kind in ABOUT_DOING]
    over = [one for one in asked if is_fulfilled(standing.progress, one)]
    _end(over, clock.now())
    standing.steering = standing.steering.without(*over)


def _give_up_what_leaves_nothing(standing: Standing) -> None:
    """Where rules left out so much that nothing is open, give up what they left out, the oldest rule first.

    Where a course is complete without it, leaving out was the point.
    """
    now = clock.now()
    skipped = sorted((one for one in standing.steering.aside.values() if one.rule), key=lambda one: one.rule)
    without = replace(standing, steering=standing.steering.without(*skipped))
    if standing.is_complete or not skipped or is_default_path(without, now):
        return
    while is_default_path(standing, now):
        given_up = skipped.pop(0)
        _end([given_up], now, Effect.NOTHING_LEFT)
        standing.steering = standing.steering.without(given_up)


def _end(entries: Sequence[DirectiveEntry], now: datetime, because: str = "") -> None:
    if entries:
        ids = [one.id for one in entries]
        Directive.objects.filter(pk__in=ids, ended_at=None).update(ended_at=now)
        if because:
            Firing.objects.filter(directive__in=ids).update(given_up_because=because)
