"""What is due again: a skill rests until it is likely to be forgotten (FSRS), at this learner's pace."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from adaptive.adapting import Standing
from adaptive.syllabus import ModuleEntry
from mlcore.retention import DAY, PACES, Trace, paces_of

SHORTEST = 1.0  # days that anything rests
MOST_DUE = 5  # offered at a time: a long break does not pile up
MINUTES_EACH = 3


@dataclass(frozen=True)
class Due:
    """A module to look at again, and how long it has been waiting."""

    module: ModuleEntry
    since: datetime
    overdue: float  # in rests: 1 is twice the rest

    minutes: int = MINUTES_EACH


@dataclass(frozen=True)
class Reviews:
    """What a learner may review in all of their courses: what is due, and what is done and still rests."""

    due: list[tuple[Standing, Due]]
    rested: list[tuple[Standing, ModuleEntry]]
    next_at: datetime | None  # when the next will be due

    @property
    def minutes(self) -> int:
        return sum(one.minutes for _standing, one in self.due)


def reviews_in(standings: Sequence[Standing], now: datetime) -> Reviews:
    waiting = [(standing, one) for standing in standings for one in due(standing, now)]
    later = [at for at in map(next_due_at, standings) if at and at > now]
    return Reviews(waiting, _rested(standings, {one.module.id for _, one in waiting}), min(later, default=None))


def due(standing: Standing, now: datetime) -> list[Due]:
    """Return the modules to review now, the most overdue first; few enough for one day."""
    found = sorted(_overdue(standing, now), key=lambda one: -one.overdue)
    return found[:MOST_DUE]


def next_due_at(standing: Standing) -> datetime | None:
    """When the next review will be due, as far as we know now."""
    pace = pace_of(standing)
    times = [due_at(memory, pace) for memory in _memories(standing, standing.progress.skills)]
    return datetime.fromtimestamp(min(times), UTC) if times else None


def pace_of(standing: Standing) -> float:
    """Return how many times longer than usual this learner remembers, as far as we know."""
    chances = paces_of(np.array(standing.progress.memory), standing.paces)
    return float(np.exp(chances @ np.log(PACES)))


def due_at(memory: Trace, pace: float) -> float:
    """Return when recall has fallen to what is wanted, in POSIX seconds."""
    return memory.at + max(memory.stability * pace, SHORTEST) * DAY


def _overdue(standing: Standing, now: datetime) -> Iterator[Due]:
    pace = pace_of(standing)
    for module in standing.steering.left_of(standing.syllabus.modules.values()):
        memories = _memories(standing, module.skills)
        if not (memories and module.questions and standing.progress.module(module.id).done):
            continue
        first = min(memories, key=lambda memory: due_at(memory, pace))
        at = due_at(first, pace)
        if at <= now.timestamp():
            yield Due(module, datetime.fromtimestamp(at, UTC), (now.timestamp() - at) / (at - first.at))


def _rested(standings: Sequence[Standing], waiting: set[int]) -> list[tuple[Standing, ModuleEntry]]:
    """Return the modules that are done and not due: they may be reviewed all the same."""
    return [
        (standing, module)
        for standing in standings
        for module in standing.steering.left_of(standing.syllabus.modules.values())
        if standing.progress.module(module.id).done and module.questions and module.id not in waiting
    ]


def _memories(standing: Standing, skills: Iterable[int]) -> list[Trace]:
    practiced = [standing.progress.skills[skill] for skill in skills if skill in standing.progress.skills]
    return [skill.record.memory for skill in practiced if skill.record.memory]
