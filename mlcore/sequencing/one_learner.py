"""The recurrent policy for one learner, as a service keeps them: one lesson after another, and bytes in between."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Shown
from mlcore.sequencing.sequencer import Memory, Sequencer

MOST_SHOWN = 3.0  # answers on a skill after a lesson, as in training; of more, the same share is right
MOST_SKILLS = 150  # for which a memory stays below 10 kB
WHOLE_UP_TO = 75  # skills whose memories are kept in four bytes for each number; of larger courses, in two
WEIGHT = 3.0  # score for a gain of 1: gains are mostly up to .6, and differ by less than what would be learned does
DIGITS = 4  # of a gain: machines add up in different orders


@dataclass(frozen=True)
class Graph:
    """A course: which skill of a row builds on which of a column, and how hard each is, 1 to 5."""

    builds_on: Mask  # [s, s] without circles
    difficulty: Numbers  # [s]

    def __post_init__(self) -> None:
        if not 0 < len(self.difficulty) <= MOST_SKILLS or self.builds_on.shape != (len(self.difficulty),) * 2:
            raise ValueError(f"graph: expected 1 to {MOST_SKILLS} skills, and each of them with each")


@dataclass(frozen=True)
class Visit:
    """A lesson on a skill, and how many answers on it were right and wrong; shares of answers count, too."""

    skill: int
    right: float
    wrong: float


def begin(sequencer: Sequencer, graph: Graph) -> Memory:
    """Meet a learner who has not had a lesson."""
    real = np.ones((1, len(graph.difficulty)), bool)
    return _kept(sequencer.begin(Courses(graph.builds_on[None], real, graph.difficulty[None])))


def after(sequencer: Sequencer, memory: Memory, visit: Visit) -> Memory:
    """Return the memory after a lesson and its answers, as it would come back from bytes. The old one is untouched."""
    answers = visit.right + visit.wrong
    scale = MOST_SHOWN / max(answers, MOST_SHOWN)
    shown = Shown(*(np.zeros(memory.courses.real.shape) for _ in range(2)))
    shown.right[0, visit.skill], shown.wrong[0, visit.skill] = visit.right * scale, visit.wrong * scale
    lesson: Codes = np.array([visit.skill])
    return _kept(sequencer.observe(memory, lesson, shown))


def gains(sequencer: Sequencer, memory: Memory) -> Numbers:
    """Return what a lesson on each skill would add, in units of a good one.  [s]

    Raises ValueError when these are no numbers.
    """
    told: Numbers = np.round(sequencer.gains(memory)[0].astype(np.float64), DIGITS)
    if not np.isfinite(told).all():
        raise ValueError("gains: not finite numbers")
    return told


def to_bytes(memory: Memory) -> bytes:
    return bytes(memory.hidden.astype(_kind(memory)).tobytes())


def with_bytes(memory: Memory, data: bytes) -> Memory:
    """Return the memory of the same course that these bytes hold. Raises ValueError when they hold none."""
    kind = _kind(memory)
    if len(data) != memory.hidden.size * kind.itemsize:
        raise ValueError(f"memory: {len(data)} bytes, not {memory.hidden.size * kind.itemsize}")
    hidden = np.frombuffer(data, kind).astype(np.float32).reshape(memory.hidden.shape)
    if not (np.abs(hidden) <= 1.0).all():  # so is all that a gated unit remembers
        raise ValueError("memory: not numbers from -1 to 1")
    return replace(memory, hidden=hidden)


def _kept(memory: Memory) -> Memory:
    """Round the numbers to what is kept of them, so that who comes back from bytes goes on in the same way."""
    return replace(memory, hidden=memory.hidden.astype(_kind(memory)).astype(np.float32))


def _kind(memory: Memory) -> np.dtype[np.floating]:
    return np.dtype("<f4" if memory.hidden.shape[1] <= WHOLE_UP_TO else "<f2")
