"""What trainers and rules ask of the policy at a moment, as plain data that is kept with each choice.

Where nobody steers, that costs no query: each process knows the courses with directives and those with rules, and
asks again once a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Self

from django.db.models import BigIntegerField, BooleanField, OuterRef, Q, UUIDField, Value

from adaptive.directives import MOMENT, Directive, DirectiveKind
from adaptive.rule_conditions import Condition, both
from adaptive.rules import Firing, Rule
from adaptive.syllabus import ModuleEntry
from courses import clock
from courses.models import Cohort, Enrollment
from courses.statements import Query, Slot

FRESH_FOR = 1.0  # seconds that a process trusts what it read
COURSE = Slot("course", BigIntegerField())
NOT_ENDED = Query(
    lambda: (
        Directive.objects.filter(
            Q(enrollment=Slot("enrollment", BigIntegerField()))
            | Q(cohort__in=Cohort.objects.filter(learners=Slot("learner", UUIDField()), courses=COURSE).values("pk")),
            course=COURSE,
            ended_at=None,
        )
        .select_related("firing")
        .order_by("pk")
    )
)
AGAINST = {
    DirectiveKind.PIN: (DirectiveKind.BAN, DirectiveKind.LOCK),
    DirectiveKind.DUE: (DirectiveKind.BAN, DirectiveKind.LOCK),
    DirectiveKind.BAN: (DirectiveKind.PIN, DirectiveKind.DUE),
    DirectiveKind.EASIER: (DirectiveKind.HARDER,),
    DirectiveKind.HARDER: (DirectiveKind.EASIER,),
}  # what cannot be asked of one module at the same time
WHOLE_COURSE = 0

_known: tuple[float, frozenset[int], frozenset[int]] = (0.0, frozenset(), frozenset())  # read at, steered, ruled


@dataclass(frozen=True)
class DirectiveEntry:
    """A directive that holds: about a skill if it is a waiver, about a module or WHOLE_COURSE otherwise."""

    id: int
    kind: str
    about: int
    until: str = ""  # ISO 8601; empty for no end
    note: str = ""
    rule: int = 0  # that asked for it; 0 for a trainer
    cause: str = ""  # why the rule fired, as the learner reads it
    modality: str = ""
    percent: int = 0  # of answers right, to aim for
    for_all: bool = False  # of the cohort
    made: str = ""  # ISO 8601; empty in steps of earlier versions

    @property
    def ends_at(self) -> datetime | None:
        return datetime.fromisoformat(self.until) if self.until else None

    @property
    def last_day(self) -> datetime | None:
        """As Directive.last_day."""
        return self.ends_at - MOMENT if self.ends_at and self.kind != DirectiveKind.LOCK else self.ends_at

    def is_against(self, other: DirectiveEntry) -> bool:
        """Whether both cannot be respected."""
        return self.about == other.about and self.kind in AGAINST.get(DirectiveKind(other.kind), ())


@dataclass(frozen=True)
class Steering:
    """What holds for one learner in one course."""

    directives: tuple[DirectiveEntry, ...] = ()

    @classmethod
    def from_json(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(tuple(DirectiveEntry(**row) for row in rows))

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(directive) for directive in self.directives]

    @property
    def ids(self) -> set[int]:
        return {directive.id for directive in self.directives}

    def without(self, *left_out: DirectiveEntry) -> Self:
        return replace(self, directives=tuple(one for one in self.directives if one not in left_out))

    def joined_by(self, entry: DirectiveEntry) -> Self:
        return replace(self, directives=(*self.directives, entry))

    @cached_property
    def counting(self) -> Sequence[DirectiveEntry]:
        """What counts: not what a rule asks for against a trainer's word. Trainers stand last."""
        by_hand = [one for one in self.directives if not one.rule]
        by_rules = [one for one in self.directives if one.rule and not any(word.is_against(one) for word in by_hand)]
        return by_rules + by_hand

    @cached_property
    def aside(self) -> Mapping[int, DirectiveEntry]:
        """The modules that are not to be offered. A ban says more than a lock."""
        return self._about(DirectiveKind.LOCK) | self._about(DirectiveKind.BAN)

    @cached_property
    def never(self) -> frozenset[int]:
        """The modules that nobody waits for: banned without an end."""
        return frozenset(about for about, one in self._about(DirectiveKind.BAN).items() if not one.until)

    @cached_property
    def pinned(self) -> Mapping[int, DirectiveEntry]:
        """The modules to offer first."""
        return self._about(DirectiveKind.PIN)

    @cached_property
    def wanted(self) -> Mapping[int, DirectiveEntry]:
        """The modules with a deadline; of several, the earliest."""
        dated = [(one.ends_at, one) for one in self.counting if one.kind == DirectiveKind.DUE and one.ends_at]
        return {one.about: one for _, one in sorted(dated, key=itemgetter(0), reverse=True)}

    @cached_property
    def waived(self) -> frozenset[int]:
        """The skills that count as known where something builds on them."""
        return frozenset(self._about(DirectiveKind.WAIVER))

    @cached_property
    def success(self) -> DirectiveEntry | None:
        """What sets how often to succeed: a word about this learner alone before one about all, then the latest."""
        found = [one for one in self.counting if one.kind == DirectiveKind.AIM]
        return max(found, key=lambda one: (not one.for_all, one.id), default=None)

    @cached_property
    def placement(self) -> DirectiveEntry | None:
        """What asks for a placement test anew, until the learner begins it."""
        return next((one for one in self.counting if one.kind == DirectiveKind.PLACE), None)

    def level_in(self, module: int) -> DirectiveEntry | None:
        """What asks for easier or harder lessons here; of several, what is about this module, and then the latest."""
        return self._in(module, DirectiveKind.EASIER, DirectiveKind.HARDER)

    def way_in(self, module: int) -> DirectiveEntry | None:
        """What asks for a way of teaching here."""
        return self._in(module, DirectiveKind.WAY)

    def left_of(self, modules: Iterable[ModuleEntry]) -> list[ModuleEntry]:
        """Return the modules that may be offered: neither put aside, nor without a lesson that the learner can use.

        Where none would be left, first those without such a lesson are, and then all: nobody may get stuck.
        """
        every = list(modules)
        free = [module for module in every if module.id not in self.aside]
        return [module for module in free if not module.is_unsuited] or free or every

    def _about(self, kind: str) -> dict[int, DirectiveEntry]:
        return {directive.about: directive for directive in self.counting if directive.kind == kind}

    def _in(self, module: int, *kinds: str) -> DirectiveEntry | None:
        found = [one for one in self.counting if one.kind in kinds and one.about in (module, WHOLE_COURSE)]
        return max(found, key=lambda one: (one.about, one.id), default=None)


UNSTEERED = Steering()


def steering_of(enrollment: Enrollment) -> Steering:
    """Return what holds for this learner now. Costs one query where there are directives or rules, another one where
    rules ask for something, and none elsewhere.

    A rule that fires in one process must count in the others at once: where rules are on, each of them looks.
    """
    _, steered, ruled = _look()
    return steering_now(enrollment) if enrollment.course_id in steered | ruled else UNSTEERED


def steering_now(enrollment: Enrollment) -> Steering:
    """As steering_of, without asking first whether anybody steers."""
    rows = NOT_ENDED.all(enrollment=enrollment.pk, learner=enrollment.learner_id, course=enrollment.course_id)
    return steering_from(rows, clock.now(), _causes_of(rows))


def steerings_of(enrollments: Sequence[Enrollment]) -> dict[int, Steering]:
    """As steering_of for each of these enrollments of one learner, by enrollment; with as many queries as for one."""
    _, steered, ruled = _look()
    asked = {one.course_id: one for one in enrollments if one.course_id in steered | ruled}
    rows: dict[int, list[Directive]] = {course: [] for course in asked}
    if asked:
        learners = {one.learner_id for one in asked.values()}
        cohorts = Cohort.objects.filter(learners__in=learners, courses=OuterRef("course")).values("pk")
        own = Q(enrollment__in=[one.pk for one in asked.values()]) | Q(cohort__in=cohorts)
        found = Directive.objects.filter(own, course__in=asked, ended_at=None)
        for row in found.select_related("firing").order_by("pk"):
            rows[row.course_id].append(row)
    now, causes = clock.now(), _causes_of([row for own in rows.values() for row in own])
    return {one.pk: steering_from(rows.get(one.course_id, []), now, causes) for one in enrollments}


def has_rules(course_id: int) -> bool:
    """Whether any rule of this course is on. Costs no query."""
    return course_id in _look()[2]


def steering_from(
    rows: Sequence[Directive], now: datetime, causes: Mapping[int, str] = MappingProxyType({})
) -> Steering:
    """Return those of these directives that hold at a moment, with the causes of those that rules asked for."""
    return Steering(tuple(_entry(row, causes.get(row.pk, "")) for row in rows if _holds(row, now)))


def _causes_of(rows: Sequence[Directive]) -> dict[int, str]:
    """Return, by directive, why the rule fired that asked for it: as the learner reads it."""
    firings: list[Firing] = [row.firing for row in rows if row.rule_id and hasattr(row, "firing")]
    if not firings:
        return {}
    conditions = list(Condition.objects.with_names().filter(rule__in={firing.rule_id for firing in firings}))
    return {firing.directive_id or 0: _cause(firing, conditions) for firing in firings}


def _cause(firing: Firing, conditions: Sequence[Condition]) -> str:
    own = [one for one in conditions if one.rule_id == firing.rule_id]
    return both(one.cause for one in own if str(one.place) in firing.facts)


def forget() -> None:
    """Let this process look again at once."""
    global _known
    _known = (0.0, frozenset(), frozenset())


def _look() -> tuple[float, frozenset[int], frozenset[int]]:
    """Return when this was read, which courses have directives, and which have rules that are on."""
    global _known
    if not _known[0] or time.monotonic() - _known[0] >= FRESH_FOR:
        steered, ruled = (
            rows.order_by().values_list("course", Value(is_rule, output_field=BooleanField())).distinct()
            for rows, is_rule in ((Directive.objects.filter(ended_at=None), False), (Rule.objects.live(), True))
        )
        found = list(steered.union(ruled, all=True))
        with_directives, with_rules = (
            frozenset(course for course, of_rules in found if of_rules is is_rule) for is_rule in (False, True)
        )
        _known = time.monotonic(), with_directives, with_rules
    return _known


def _holds(row: Directive, now: datetime) -> bool:
    if row.ended_at or (row.holds_from and now < row.holds_from):
        return False
    return row.holds_until is None or now < row.holds_until or row.kind == DirectiveKind.DUE


def _entry(row: Directive, cause: str) -> DirectiveEntry:
    until = row.holds_until.isoformat() if row.holds_until else ""
    return DirectiveEntry(
        row.pk,
        row.kind,
        row.about_id,
        until,
        row.note,
        row.rule_id or 0,
        cause,
        row.modality,
        percent=row.percent or 0,
        for_all=row.cohort_id is not None,
        made=row.made_at.isoformat(),
    )
