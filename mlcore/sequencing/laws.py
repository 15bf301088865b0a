"""The laws of learning by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlcore.sequencing.courses import Courses
from mlcore.sequencing.fading import Fading
from mlcore.sequencing.grades import Grades
from mlcore.sequencing.jumps import Jumps
from mlcore.sequencing.law import Alike, Law


@dataclass(frozen=True)
class Kind:
    """A law, and the courses that it makes sense in."""

    draw: Callable[[Courses, Alike], Law]
    skills: tuple[int, int]  # fewest and most
    linked: bool
    lessons: tuple[int, ...]  # how long pupils are taught, drawn for each batch
    unit: float  # a good lesson's gain: all laws teach the policy about as much
    ahead: int  # lessons that a lesson is judged by, apart from itself: where it may lead into a dead end


LAWS: Mapping[str, Kind] = {
    "jumps": Kind(Jumps.draw, (2, 10), True, (10, 20, 20, 30), 1.0, 0),
    "grades": Kind(Grades.draw, (2, 10), True, (10, 20, 20, 30), 4.0, 4),
    "fading": Kind(Fading.draw, (5, 15), False, (15, 30, 45), 0.4, 0),
}
