"""Skills that are mastered at a jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Alike, Asking, Pupils, Shown, share_of


@dataclass(frozen=True)
class Jumps:
    """A skill is mastered or not; a lesson on it works by chance, hardly ever before its prerequisites are mastered.

    After Tang et al. 2019 and Corbett & Anderson 1994. What is not practiced may lapse. Pupils: (mastered [n, s],
    lessons on each [n, s]).
    """

    courses: Courses
    asking: Asking
    works: Numbers  # [n, s]
    unready: Numbers  # [n] share of that chance where a prerequisite is lacking
    slip: Numbers  # [n, s]
    guess: Numbers  # [n, s]
    lapses: Numbers  # [n] chance per lesson
    known_before: Numbers  # [n]

    @classmethod
    def draw(cls, courses: Courses, alike: Alike) -> Jumps:
        skills = courses.real.shape[1]
        return cls(
            courses,
            Asking.draw(courses, alike),
            np.clip(alike.uniform(0.2, 0.95)[:, None] * alike.uniform(0.7, 1.05, skills), 0.05, 0.95),
            alike.uniform(0.0, 0.3) * alike.chance(0.4),
            alike.uniform(0.02, 0.3, skills),
            alike.uniform(0.02, 0.35, skills),
            alike.uniform(0.0, 0.15) * alike.chance(0.3),
            alike.uniform(0.0, 0.5),
        )

    def begin(self, rng: np.random.Generator) -> Pupils:
        """See Law."""
        learners, skills = self.courses.real.shape
        mastered: Mask = np.zeros((learners, skills), bool)
        for skill in range(skills):
            is_ready = (mastered | ~self.courses.builds_on[:, skill]).all(1)
            mastered[:, skill] = (rng.random(learners) < self.known_before) & is_ready
        return mastered & self.courses.real, np.zeros(mastered.shape)

    def gains(self, pupils: Pupils) -> Numbers:
        """See Law."""
        mastered: Mask = pupils[0]
        is_ready = (mastered[:, None, :] | ~self.courses.builds_on).all(2)
        chance: Numbers = self.works * np.where(is_ready, 1.0, self.unready[:, None])
        return np.where(self.courses.real & ~mastered, chance, 0.0)

    def held(self, pupils: Pupils) -> Numbers:
        """See Law. Skills that are mastered."""
        return np.asarray(pupils[0].sum(1), np.float64)

    def teach(self, pupils: Pupils, skill: Codes, rng: np.random.Generator) -> tuple[Pupils, Shown]:
        """See Law."""
        mastered, lessons = pupils
        row = np.arange(len(skill))
        lapsed = rng.random(mastered.shape) < self.lapses[:, None] * np.exp(-0.7 * lessons)
        lapsed[row, skill] = False
        learned = rng.random(len(skill)) < self.gains(pupils)[row, skill]
        mastered, lessons = mastered & ~lapsed, lessons.copy()
        mastered[row, skill] |= learned
        lessons[row, skill] += 1.0
        chance = np.where(mastered, 1.0 - self.slip, self.guess)
        return (mastered, lessons), self.asking.ask(chance, skill, rng)

    def score(self, pupils: Pupils) -> Numbers:
        """See Law."""
        return share_of(pupils[0], self.courses)
