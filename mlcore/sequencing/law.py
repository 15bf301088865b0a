"""What every law of learning does, and how constants are drawn for it: new ones for every course.

A recurrent policy is trained on them. They are wider than the worlds that it is judged in (`mlcore.worlds`), which are
instances with published constants. All work on n pupils at once, each with the constants of their own course; states
are never changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.sequencing.courses import Courses

Pupils = Any  # what a law keeps of n pupils; only that law can read it


@dataclass(frozen=True)
class Shown:
    """What the answers to a lesson show of each skill: how many were right, and wrong.  [n, s] each"""

    right: Numbers
    wrong: Numbers


class Law(Protocol):
    """How pupils learn."""

    @property
    def courses(self) -> Courses:
        """What they are taught: of each pupil, their own."""

    def begin(self, rng: np.random.Generator) -> Pupils:
        """Draw pupils as they come."""

    def gains(self, pupils: Pupils) -> Numbers:
        """What a lesson on each skill would add to what counts, in expectation.  [n, s]"""

    def held(self, pupils: Pupils) -> Numbers:
        """What gains add to.  [n]"""

    def teach(self, pupils: Pupils, skill: Codes, rng: np.random.Generator) -> tuple[Pupils, Shown]:
        """Give each pupil a lesson on a skill [n], then ask."""

    def score(self, pupils: Pupils) -> Numbers:
        """What counts in the end, as a share.  [n]"""


@dataclass(frozen=True)
class Alike:
    """Draws constants that all pupils of a course share."""

    rng: np.random.Generator
    courses: int
    pupils: int

    def uniform(self, low: float, high: float, *skills: int) -> Numbers:
        """[n] or [n, skills]"""
        return self.shared(self.rng.uniform(low, high, (self.courses, *skills)))

    def integers(self, low: int, high: int) -> Codes:
        """From low to high - 1.  [n]"""
        return np.repeat(self.rng.integers(low, high, self.courses), self.pupils)

    def chance(self, p: float) -> Mask:
        """[n]"""
        return np.repeat(self.rng.random(self.courses) < p, self.pupils)

    def shared(self, drawn: Numbers) -> Numbers:
        return np.repeat(drawn, self.pupils, axis=0)


@dataclass(frozen=True)
class Asking:
    """How many questions follow a lesson: on its skill, or on all of them."""

    courses: Courses
    questions: Codes  # [n]
    all_skills: Mask  # [n]

    @classmethod
    def draw(cls, courses: Courses, alike: Alike) -> Asking:
        return cls(courses, alike.integers(1, 4), alike.chance(0.25))

    def ask(self, chance: Numbers, skill: Codes, rng: np.random.Generator) -> Shown:
        """Count answers, given the chance of a right one on each skill [n, s]."""
        own = np.zeros(chance.shape, np.int64)
        own[np.arange(len(skill)), skill] = self.questions
        asked = np.where(self.all_skills[:, None], 2 * self.courses.real, own)
        right = rng.binomial(asked, np.clip(chance, 0.0, 1.0)).astype(np.float64)
        return Shown(right, asked - right)


def share_of(held: Numbers | Mask, courses: Courses) -> Numbers:
    """Return the share of the real skills that are held.  [n]"""
    share: Numbers = (held * courses.real).sum(1) / courses.real.sum(1)
    return share
