"""Things that are forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Alike, Pupils, Shown, share_of


@dataclass(frozen=True)
class Remembered:
    """What n pupils hold of s things."""

    now: float  # lessons taken
    last: Numbers  # [n, s] moment of the last lesson on it
    lessons: Numbers  # [n, s]
    right: Numbers  # [n, s]


@dataclass(frozen=True)
class Fading:
    """Things are forgotten with a half-life that grows with every lesson, more with every right answer; after Settles &
    Meeder 2016 and Reddy et al. 2017. An answer is given from memory, before the lesson. The test comes later."""

    courses: Courses
    life: Numbers  # [n, s] first half-life, in lessons
    by_lesson: Numbers  # [n] growth of the half-life's logarithm
    by_right: Numbers  # [n]
    power: Numbers  # [n] of delay over half-life: 1 is exponential, less is nearer to a power law
    delay: Numbers  # [n] of the test after the last lesson, in lessons

    @classmethod
    def draw(cls, courses: Courses, alike: Alike) -> Fading:
        spread = alike.uniform(0.3, 1.3)[:, None] * alike.rng.normal(0.0, 1.0, courses.real.shape)
        return cls(
            courses,
            np.exp(alike.uniform(0.3, 2.7)[:, None] + spread),
            alike.uniform(0.05, 0.8),
            alike.uniform(0.0, 0.8),
            alike.uniform(0.4, 1.1),
            alike.uniform(5.0, 60.0),
        )

    def begin(self, rng: np.random.Generator) -> Pupils:
        """See Law."""
        shape = self.courses.real.shape
        return Remembered(0.0, -np.exp(rng.normal(0.0, 1.0, shape)), np.zeros(shape), np.zeros(shape))

    def gains(self, pupils: Pupils) -> Numbers:
        """See Law."""
        chance, before = self._recall(pupils), self._at_test(pupils)
        gained = np.zeros(before.shape)
        for correct, share in ((1.0, chance), (0.0, 1.0 - chance)):
            met = replace(
                pupils,
                last=np.full(before.shape, pupils.now),
                lessons=pupils.lessons + 1.0,
                right=pupils.right + correct,
            )
            gained += share * (self._at_test(met) - before)
        return gained * self.courses.real

    def held(self, pupils: Pupils) -> Numbers:
        """See Law. Things recalled at the test, were it to follow now."""
        recalled: Numbers = (self._at_test(pupils) * self.courses.real).sum(1)
        return recalled

    def teach(self, pupils: Pupils, skill: Codes, rng: np.random.Generator) -> tuple[Pupils, Shown]:
        """See Law."""
        is_it = np.arange(self.courses.real.shape[1]) == skill[:, None]
        right = is_it * (rng.random(is_it.shape) < self._recall(pupils))
        last = np.where(is_it, pupils.now, pupils.last)
        after = Remembered(pupils.now + 1.0, last, pupils.lessons + is_it, pupils.right + right)
        return after, Shown(right.astype(np.float64), (is_it & ~right.astype(bool)).astype(np.float64))

    def score(self, pupils: Pupils) -> Numbers:
        """See Law."""
        return share_of(self._at_test(pupils), self.courses)

    def _at_test(self, pupils: Remembered) -> Numbers:
        return self._recall(pupils, self.delay[:, None])

    def _recall(self, pupils: Remembered, later: Numbers | float = 0.0) -> Numbers:
        grown = self.by_lesson[:, None] * pupils.lessons + self.by_right[:, None] * pupils.right
        lives = (pupils.now + later - pupils.last) / (self.life * np.exp(grown))
        recalled: Numbers = 0.5 ** (lives ** self.power[:, None])
        return recalled
