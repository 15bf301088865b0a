"""What is due again: the longer a skill was remembered, the longer it may rest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from adaptive.adapting import Standing
from adaptive.progress import SkillProgress
from adaptive.syllabus import ModuleEntry

RESTS = (1, 3, 7, 16, 35, 70)  # days after the first, second, ... day in a row on which it was remembered
SEEMS_KNOWN = 3  # such days in a row are what a placement test is worth: a week's rest, and then it is asked
MOST_DUE = 5  # offered at a time: a long break does not pile up
MINUTES_EACH = 3
DAY = 86_400.0


@dataclass(frozen=True)
class Due:
    """A module to look at again, and how long it has been waiting."""

    module: ModuleEntry
    since: datetime
    overdue: float  # in rests: 1 is twice the rest

    minutes: int = MINUTES_EACH


def due(standing: Standing, now: datetime) -> list[Due]:
    """Return the modules to review now, the most overdue first; few enough for one day."""
    found = sorted(_overdue(standing, now), key=lambda one: -one.overdue)
    return found[:MOST_DUE]


def next_due_at(standing: Standing) -> datetime | None:
    """When the next review will be due, as far as we know now."""
    skills = standing.progress.skills.keys() | standing.progress.placement.known.keys()
    times = [_due_at(practiced) for practiced in _practiced(standing, skills)]
    return datetime.fromtimestamp(min(times), UTC) if times else None


def _overdue(standing: Standing, now: datetime) -> Iterator[Due]:
    for module in standing.steering.left_of(standing.syllabus.modules.values()):
        practiced = _practiced(standing, module.skills)
        if not (practiced and module.questions and standing.progress.module(module.id).done):
            continue
        at = min(_due_at(skill) for skill in practiced)
        if at <= now.timestamp():
            rest = min(_rest(skill) for skill in practiced) * DAY
            yield Due(module, datetime.fromtimestamp(at, UTC), (now.timestamp() - at) / rest)


def _practiced(standing: Standing, skills: Iterable[int]) -> list[SkillProgress]:
    """Return these skills as far as they were practiced, or seem known."""
    own, placement = standing.progress.skills, standing.progress.placement
    nothing = SkillProgress()
    seem_known = {
        skill: SkillProgress(
            streak=max(own.get(skill, nothing).streak, SEEMS_KNOWN), at=max(own.get(skill, nothing).at, placement.at)
        )
        for skill in placement.known
    }
    return [seem_known.get(skill) or own[skill] for skill in skills if skill in own or skill in seem_known]


def _due_at(skill: SkillProgress) -> float:
    return skill.at + _rest(skill) * DAY


def _rest(skill: SkillProgress) -> int:
    """Return after how many days the skill is due again."""
    return RESTS[min(max(skill.streak, 1), len(RESTS)) - 1]
