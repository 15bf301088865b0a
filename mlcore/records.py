"""What the log tells of each skill of one learner, kept as answers come: a few numbers, however long the log gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law
from mlcore.prospects import TYPICAL_DIFFICULTY, Record
from mlcore.retention import DAY, PACES, Trace, paces_of, reviewed, told_of_pace
from mlcore.tracing import KNOWN_BEFORE, answered, taught

LIKELY_HELD = 0.5  # only what was held can have been forgotten
SEEMS_HELD, SEEMING_STABILITY = 0.85, 7.0  # chance, days: of what a placement test found


@dataclass(frozen=True)
class SkillRecord:
    """Whether a skill is held, how often it was taught, and how long it is remembered."""

    held: float = KNOWN_BEFORE
    lessons: int = 0
    memory: Trace | None = None  # None until it is answered

    def after_lesson(self) -> SkillRecord:
        """Return the record after one more lesson."""
        return replace(self, held=taught(self.held), lessons=self.lessons + 1)

    def after_answer(self, score: float, at: float, law: Law = USUAL) -> SkillRecord:
        """Return the record after an answer with this score, 0 to 1, at this time in POSIX seconds."""
        return replace(self, held=answered(self.held, score), memory=reviewed(self.memory, score, at, law))

    def seeming_known(self, at: float) -> SkillRecord:
        """Return the record after a test that told more than answers to this skill: it is to be asked in a week."""
        memory = self.memory or Trace(SEEMING_STABILITY, TYPICAL_DIFFICULTY, at)
        lasting = replace(memory, stability=max(memory.stability, SEEMING_STABILITY), at=max(memory.at, at))
        return replace(self, held=max(self.held, SEEMS_HELD), memory=lasting)

    def tells_of_pace(self, score: float, at: float, law: Law = USUAL) -> Numbers:
        """Return what an answer will tell of the learner's memory, a log-likelihood for each of PACES.  [g]"""
        if self.memory is None or self.held < LIKELY_HELD:
            return np.zeros(len(PACES))
        return told_of_pace(self.memory, score, at, law)


def record_of(
    skills: Sequence[SkillRecord], told: Numbers, population: Numbers, now: float, law: Law = USUAL
) -> Record:
    """Return the records as arrays. `told` [g] is of this learner, `population` [g] of all; `now` in POSIX seconds."""
    kept = [
        (skill.memory.stability, skill.memory.difficulty, skill.memory.at) if skill.memory else None for skill in skills
    ]
    unknown = (np.nan, np.nan, np.nan)
    stability, difficulty, at = np.array([one or unknown for one in kept], float).reshape(-1, 3).T
    return Record(
        traced=np.array([skill.held for skill in skills]),
        lessons=np.array([skill.lessons for skill in skills], float),
        stability=stability,
        difficulty=difficulty,
        days=(now - at) / DAY,
        pace=paces_of(told, population),
        law=law,
    )
