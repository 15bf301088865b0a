"""Abilities that grow little by little, and lead into each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import sigmoid
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Alike, Asking, Pupils, Shown, share_of

ANYWHERE = -1
FULL = 5.0
LESSONS_BEFORE = 20  # at most, mostly in order


@dataclass(frozen=True)
class Graded:
    """Abilities of a pupil, and the skill of the last lesson that worked."""

    of: Numbers  # [n, s]
    last: Codes  # [n] or ANYWHERE


@dataclass(frozen=True)
class Grades:
    """An ability in each skill, of which a lesson closes a share of the way to FULL, less the less its prerequisites
    are full; some spills over to what builds on it; and in some courses a lesson works only near the last that did.

    After Liu et al. 2019. What counts is how many skills are answered right more often than not by knowing; gains are
    in ability, for the score moves in jumps.
    """

    courses: Courses
    asking: Asking
    closes: Numbers  # [n]
    steepness: Numbers  # [n] how much a missing unit of a prerequisite takes off
    spill: Numbers  # [n, s, s] of a lesson's gain to each skill
    near: Mask  # [n, s, s] lessons that work after one on the skill of the row
    curve: Numbers  # [n] slope of the answers' curve
    guess: Numbers  # [n, s]
    hardness: Numbers  # [n, s] in ability
    lessons_before: Codes  # [n]

    @classmethod
    def draw(cls, courses: Courses, alike: Alike) -> Grades:
        skills = courses.real.shape[1]
        step = (alike.uniform(0.1, 0.6) * alike.chance(0.7))[:, None, None] * courses.builds_on.transpose(0, 2, 1)
        spill = np.linalg.inv(np.eye(skills) - step).astype(np.float64)
        hardness = np.sort(alike.uniform(0.0, 4.9, skills), axis=1)
        return cls(
            replace(courses, difficulty=1.0 + 0.8 * hardness),
            Asking.draw(courses, alike),
            alike.uniform(0.25, 0.65),
            alike.uniform(0.15, 1.3),
            spill,
            _near(courses) | ~alike.chance(0.5)[:, None, None],
            alike.uniform(2.0, 10.0),
            alike.uniform(0.02, 0.35, skills),
            hardness,
            alike.integers(0, LESSONS_BEFORE + 1),
        )

    def begin(self, rng: np.random.Generator) -> Pupils:
        """See Law."""
        shape = self.courses.real.shape
        start = rng.uniform(-3.0, 0.5, (shape[0], 1)) + rng.uniform(-1.5, 1.5, shape) - 0.1 * np.arange(shape[1])
        pupils, many = Graded(start, np.full(shape[0], ANYWHERE)), self.courses.real.sum(1)
        for lesson in range(LESSONS_BEFORE):
            first = np.argmax((self._chance(pupils) < 0.6) & self.courses.real, axis=1)
            any_skill = (rng.random(shape[0]) * many).astype(np.int64)
            after = self._after(pupils, np.where(rng.random(shape[0]) < 0.85, first, any_skill))
            taught = lesson < self.lessons_before
            pupils = Graded(np.where(taught[:, None], after.of, pupils.of), np.where(taught, after.last, pupils.last))
        return replace(pupils, last=np.full(shape[0], ANYWHERE))

    def gains(self, pupils: Pupils) -> Numbers:
        """See Law."""
        raised = np.minimum(pupils.of[:, None, :] + self._own(pupils)[:, :, None] * self.spill, FULL)
        gained: Numbers = ((raised - pupils.of[:, None, :]) * self.courses.real[:, None, :]).sum(2)
        return gained * self.courses.real

    def held(self, pupils: Pupils) -> Numbers:
        """See Law. Ability."""
        ability: Numbers = (pupils.of * self.courses.real).sum(1)
        return ability

    def teach(self, pupils: Pupils, skill: Codes, rng: np.random.Generator) -> tuple[Pupils, Shown]:
        """See Law."""
        after = self._after(pupils, skill)
        return after, self.asking.ask(self._chance(after), skill, rng)

    def score(self, pupils: Pupils) -> Numbers:
        """See Law."""
        return share_of(pupils.of >= self.hardness, self.courses)

    def _own(self, pupils: Graded) -> Numbers:
        """What a lesson would add to the ability in its own skill.  [n, s]"""
        row = np.arange(len(pupils.last))
        works = (pupils.last == ANYWHERE)[:, None] | self.near[row, pupils.last]
        short = ((FULL - pupils.of)[:, None, :] * self.courses.builds_on).sum(2)
        own: Numbers = self.closes[:, None] * (FULL - pupils.of) * np.exp(-self.steepness[:, None] * short) * works
        return own

    def _after(self, pupils: Graded, skill: Codes) -> Graded:
        row = np.arange(len(skill))
        gain = self._own(pupils)[row, skill]
        works = (pupils.last == ANYWHERE) | self.near[row, pupils.last, skill]
        raised = np.minimum(pupils.of + gain[:, None] * self.spill[row, skill], FULL)
        return Graded(raised, np.where(works, skill, pupils.last))

    def _chance(self, pupils: Graded) -> Numbers:
        return self.guess + (1.0 - self.guess) * sigmoid(self.curve[:, None] * (pupils.of - self.hardness))


def _near(courses: Courses) -> Mask:
    """The same skill, those next to it, and those next to what is before it.  [n, s, s]"""
    before = courses.builds_on.astype(np.int64)
    after = before.transpose(0, 2, 1)
    itself = np.eye(before.shape[1], dtype=np.int64)
    near: Mask = itself + after + before @ (itself + before + after) > 0
    return near
