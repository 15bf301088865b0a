"""What comes between a lesson and a learner, in any world: errors of measurement, modalities, fatigue, leaving.

Each wraps a world and is one. Wrapped worlds stick to what they promise: mastery, score and the time that passes are
those of the world within.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Numbers
from mlcore.worlds.world import Answers, Lessons, State, Taken, World


@dataclass(frozen=True)
class Within:
    """The state of the world within, and what its wrapper keeps of each learner."""

    inner: State
    own: Numbers  # [n, ...]


@dataclass(frozen=True)
class Wrapper:
    """Passes everything on."""

    name: str
    world: World

    @property
    def lessons(self) -> Lessons:
        return self.world.lessons

    @property
    def items(self) -> int:
        return self.world.items

    def begin(self, learners: int, rng: np.random.Generator) -> Within:
        return Within(self.world.begin(learners, rng), self._own(learners, rng))

    @abstractmethod
    def teach(self, state: Within, taken: Taken, rng: np.random.Generator) -> tuple[Within, Answers]: ...

    def mastery(self, state: Within) -> Numbers:
        return self.world.mastery(state.inner)

    def score(self, state: Within) -> Numbers:
        return self.world.score(state.inner)

    def gains(self, state: Within) -> Numbers:
        return self.world.gains(state.inner)

    def _own(self, learners: int, rng: np.random.Generator) -> Numbers:
        return np.zeros(learners)


@dataclass(frozen=True)
class MeasurementError(Wrapper):
    """Right answers slip, wrong ones are guessed right, by chances of each question (DINA; Junker & Sijtsma 2001)."""

    slip: Numbers  # [items]
    guess: Numbers  # [items]

    def teach(self, state: Within, taken: Taken, rng: np.random.Generator) -> tuple[Within, Answers]:
        inner, answers = self.world.teach(state.inner, taken, rng)
        solved = answers.correct
        chance = solved * (1.0 - self.slip[answers.item]) + (1.0 - solved) * self.guess[answers.item]
        seen = np.where(np.isnan(solved), np.nan, rng.random(solved.shape) < chance)
        return replace(state, inner=inner), replace(answers, correct=seen)


@dataclass(frozen=True)
class Modalities(Wrapper):
    """Each lesson in several modalities, in which it sticks with a chance of the learner's own, drawn without order.

    With `least` as large as `most` the modality makes no difference: the null world, in which whoever finds an effect
    is wrong. Lesson number l * modalities + m is the world's lesson l in modality m.
    """

    modalities: int = 4
    least: float = 0.3
    most: float = 1.0

    @property
    def lessons(self) -> Lessons:
        plain = self.world.lessons
        return replace(
            plain,
            skill=plain.skill.repeat(self.modalities),
            difficulty=plain.difficulty.repeat(self.modalities),
            modality=np.tile(np.arange(self.modalities), len(plain)),
            kind=plain.kind.repeat(self.modalities),
        )

    def teach(self, state: Within, taken: Taken, rng: np.random.Generator) -> tuple[Within, Answers]:
        lesson, modality = np.divmod(taken.lesson, self.modalities)
        suits = state.own[np.arange(len(lesson)), modality]
        sticks = taken.sticks & (rng.random(len(lesson)) < suits)
        inner, answers = self.world.teach(state.inner, Taken(lesson, sticks), rng)
        return replace(state, inner=inner), answers

    def gains(self, state: Within) -> Numbers:
        plain = self.world.gains(state.inner)
        each: Numbers = (plain[:, :, None] * state.own[:, None, :]).reshape(len(plain), -1)
        return each

    def _own(self, learners: int, rng: np.random.Generator) -> Numbers:
        """The chance to stick.  [n, modalities]"""
        chances = np.linspace(self.least, self.most, self.modalities)
        return rng.permuted(np.tile(chances, (learners, 1)), axis=1)


@dataclass(frozen=True)
class OneSticks(Modalities):
    """The first modality sticks with the chance `most` in everybody, the others with `least`."""

    def _own(self, learners: int, rng: np.random.Generator) -> Numbers:
        chances = np.full((learners, self.modalities), self.least)
        chances[:, 0] = self.most
        return chances


@dataclass(frozen=True)
class Fatigue(Wrapper):
    """Lessons tire, hard ones more, so fewer stick and more answers slip; the next session begins rested.

    A lesson of difficulty 3 in a rested learner leaves `rate` of fatigue; it sticks with chance exp(-fatigue), and a
    right answer slips with half of what is left of 1.
    """

    rate: float = 0.08
    session: int = 10  # lessons

    def teach(self, state: Within, taken: Taken, rng: np.random.Generator) -> tuple[Within, Answers]:
        lessons, tired = state.own.T
        awake = np.exp(-tired)
        sticks = taken.sticks & (rng.random(len(awake)) < awake)
        inner, answers = self.world.teach(state.inner, Taken(taken.lesson, sticks), rng)
        slips = rng.random(answers.correct.shape) < 0.5 * (1.0 - awake)[:, None]
        kept = np.where(slips & (answers.correct == 1.0), 0.0, answers.correct)
        lessons = lessons + 1.0
        tired = np.where(
            lessons % self.session == 0, 0.0, tired + self.rate * self.lessons.difficulty[taken.lesson] / 3.0
        )
        return Within(inner, np.stack([lessons, tired], axis=1)), replace(answers, correct=kept)

    def gains(self, state: Within) -> Numbers:
        return self.world.gains(state.inner) * np.exp(-state.own[:, 1:])

    def _own(self, learners: int, rng: np.random.Generator) -> Numbers:
        """Lessons taken, and fatigue.  [n, 2]"""
        return np.zeros((learners, 2))


@dataclass(frozen=True)
class DropOut(Wrapper):
    """After each lesson some leave for good, more of them the more answers were wrong; then they learn nothing more."""

    anyway: float = 0.01
    frustrated: float = 0.08  # more, if all answers were wrong

    def teach(self, state: Within, taken: Taken, rng: np.random.Generator) -> tuple[Within, Answers]:
        is_here = state.own == 0.0
        inner, answers = self.world.teach(state.inner, Taken(taken.lesson, taken.sticks & is_here), rng)
        correct = np.where(is_here[:, None], answers.correct, np.nan)
        wrong = np.where(np.isnan(correct), 0.0, 1.0 - correct).mean(axis=1)
        leaves = rng.random(len(wrong)) < self.anyway + self.frustrated * wrong
        return Within(inner, np.where(is_here & ~leaves, 0.0, 1.0)), replace(answers, correct=correct)

    def gains(self, state: Within) -> Numbers:
        gains: Numbers = self.world.gains(state.inner) * (state.own == 0.0)[:, None]
        return gains
