"""A course's modules as its learner finds them: done, in progress, next, due again, or waiting for what comes first.

All of it is told from what the policy itself goes by, so that the list promises nothing that no step keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adaptive.adapting import Standing, standing_of
from adaptive.entrance import Entrance, entrance_to
from adaptive.guarding import NothingToLearn, is_put_aside, missing_for
from adaptive.placement import is_under_way
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.reviewing import due
from adaptive.serving import live_tutor
from adaptive.syllabus import ModuleEntry
from courses.models import Enrollment


class State(StrEnum):
    DONE = "done"
    PLACED = "placed"  # never visited: it seemed known in a placement test
    STARTED = "started"
    ASIDE = "aside"  # by a trainer or a rule
    LOCKED = "locked"
    NEW = "new"


ICONS = {
    State.DONE: "check",
    State.PLACED: "check",
    State.STARTED: "partly",
    State.ASIDE: "clock",
    State.LOCKED: "lock",
    State.NEW: "mastery-0",
}


@dataclass(frozen=True)
class Place:
    """How a module stands for its learner."""

    state: State = State.NEW
    before: tuple[str, ...] = ()  # titles of what comes first
    is_next: bool = False
    is_due: bool = False

    @property
    def icon(self) -> str:
        return ICONS[self.state]

    @property
    def words(self) -> str:
        return {
            State.DONE: _("Done"),
            State.PLACED: _("You seemed to know this at the start."),
            State.STARTED: _("In progress"),
            State.ASIDE: _("Left out for now, as was asked for you"),
            State.LOCKED: self._comes_first,
            State.NEW: _("Not started"),
        }[self.state]

    @property
    def _comes_first(self) -> str:
        named = " · ".join(f"“{title}”" for title in self.before)
        return ngettext("%(titles)s comes first", "%(titles)s come first", len(self.before)) % {"titles": named}


@dataclass(frozen=True)
class Outline:
    """The way into a course, and how each of its modules stands."""

    entrance: Entrance
    places: Mapping[int, Place] = field(default_factory=dict)  # by module

    @property
    def done(self) -> int:
        """How many modules need no visit any more."""
        return sum(place.state in (State.DONE, State.PLACED) for place in self.places.values())

    def place_of(self, module_id: int) -> Place:
        return self.places.get(module_id, Place())


def outline_for(enrollment: Enrollment, now: datetime) -> Outline:
    """Return how the course stands for its learner, in a number of queries that does not grow with its modules."""
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    waiting = {one.module.id for one in due(standing, now)}
    is_told = not is_under_way(standing)  # else what is open would tell which answers were right
    next_module = _next_in(enrollment) if is_told else None  # nothing is drawn that nobody sees
    return Outline(
        entrance_to(standing, now),
        {
            module.id: _place(standing, module, module.id == next_module, is_told, module.id in waiting)
            for module in standing.syllabus.modules.values()
        },
    )


def _next_in(enrollment: Enrollment) -> int | None:
    try:
        return recommend_next(enrollment).module_id
    except NothingToLearn:
        return None


def _place(standing: Standing, module: ModuleEntry, is_next: bool, is_told: bool, is_due: bool) -> Place:
    before = () if is_next or not is_told else _before(standing, module)
    return Place(_state(standing, module, before), before, is_next, is_due)


def _state(standing: Standing, module: ModuleEntry, before: tuple[str, ...]) -> State:
    progress = standing.progress.module(module.id)
    if progress.done:
        return State.PLACED if progress.ended == Ending.PLACED else State.DONE
    if progress.opened:
        return State.STARTED
    if is_put_aside(standing, module):
        return State.ASIDE
    return State.LOCKED if before else State.NEW


def _before(standing: Standing, module: ModuleEntry) -> tuple[str, ...]:
    """Return the titles of the modules that teach what is missing for this one; a skill taught nowhere by its own."""
    titles = [
        title
        for skill in missing_for(standing, module)
        for title in [one.title for one in standing.syllabus.taught_in[skill]]
        or [standing.syllabus.skills[skill].title]
    ]
    return tuple(dict.fromkeys(titles))
