"""What trainers ask of the policy at a moment, as plain data that is kept with each choice.

Where nobody steers, that costs no query: each process knows the steered courses and asks again once a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, Self

from django.db.models import BigIntegerField, Q, UUIDField

from adaptive.directives import MOMENT, Directive, DirectiveKind
from adaptive.syllabus import ModuleEntry
from courses import clock
from courses.models import Cohort, Enrollment
from courses.statements import Query, Slot

FRESH_FOR = 1.0  # seconds that a process trusts what it read
COURSE = Slot("course", BigIntegerField())
NOT_ENDED = Query(
    lambda: Directive.objects.filter(
        Q(enrollment=Slot("enrollment", BigIntegerField()))
        | Q(cohort__in=Cohort.objects.filter(learners=Slot("learner", UUIDField()), courses=COURSE).values("pk")),
        course=COURSE,
        ended_at=None,
    ).order_by("pk")
)

_steered: tuple[float, frozenset[int]] = (0.0, frozenset())


@dataclass(frozen=True)
class DirectiveEntry:
    """A directive that holds: about a skill if it is a waiver, about a module otherwise."""

    id: int
    kind: str
    about: int
    until: str = ""  # ISO 8601; empty for no end
    note: str = ""

    @property
    def ends_at(self) -> datetime | None:
        return datetime.fromisoformat(self.until) if self.until else None

    @property
    def last_day(self) -> datetime | None:
        """As Directive.last_day."""
        return self.ends_at - MOMENT if self.ends_at and self.kind != DirectiveKind.LOCK else self.ends_at


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
        dated = [(one.ends_at, one) for one in self.directives if one.kind == DirectiveKind.DUE and one.ends_at]
        return {one.about: one for _, one in sorted(dated, key=itemgetter(0), reverse=True)}

    @cached_property
    def waived(self) -> frozenset[int]:
        """The skills that count as known where something builds on them."""
        return frozenset(self._about(DirectiveKind.WAIVER))

    def left_of(self, modules: Iterable[ModuleEntry]) -> list[ModuleEntry]:
        """Return the modules that may be offered; all of them where none would be left, for nobody may get stuck."""
        every = list(modules)
        return [module for module in every if module.id not in self.aside] or every

    def _about(self, kind: str) -> dict[int, DirectiveEntry]:
        return {directive.about: directive for directive in self.directives if directive.kind == kind}


UNSTEERED = Steering()


def steering_of(enrollment: Enrollment) -> Steering:
    """Return what holds for this learner now. Costs one query in a course that is steered, and none elsewhere."""
    if enrollment.course_id not in _steered_courses():
        return UNSTEERED
    rows = NOT_ENDED.all(enrollment=enrollment.pk, learner=enrollment.learner_id, course=enrollment.course_id)
    return steering_from(rows, clock.now())


def steering_from(rows: Sequence[Directive], now: datetime) -> Steering:
    """Return those of these directives that hold at a moment."""
    return Steering(tuple(_entry(row) for row in rows if _holds(row, now)))


def forget() -> None:
    """Let this process look again at once."""
    global _steered
    _steered = (0.0, frozenset())


def _steered_courses() -> frozenset[int]:
    global _steered
    read_at, courses = _steered
    if not read_at or time.monotonic() - read_at >= FRESH_FOR:
        found = Directive.objects.filter(ended_at=None).order_by().values_list("course", flat=True)
        courses = frozenset(found.distinct())
        _steered = time.monotonic(), courses
    return courses


def _holds(row: Directive, now: datetime) -> bool:
    if row.ended_at or (row.holds_from and now < row.holds_from):
        return False
    return row.holds_until is None or now < row.holds_until or row.kind == DirectiveKind.DUE


def _entry(row: Directive) -> DirectiveEntry:
    until = row.holds_until.isoformat() if row.holds_until else ""
    return DirectiveEntry(row.pk, row.kind, row.about_id, until, row.note)
