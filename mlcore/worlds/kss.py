"""Ten concepts that lead into each other: what is learned of one spills over to those after it.

Source: Liu, Tong, Liu, Zhao, Chen, Ma & Wang, "Exploiting cognitive structure for adaptive learning", KDD 2019
(arXiv 1905.12470): the knowledge structure based simulator, with the constants of its authors' EduSim. A learner has an
ability of at most 5 in each concept. A lesson closes half of the way to 5, less by a factor e for each unit that the
concepts before it are short of 5; concepts after it gain half as much, those after them a quarter, and so on. It works
only near the last lesson that did. Answers follow the three-parameter logistic curve. The score counts the concepts in
which a right answer is likelier than not, over the whole course; gain is (E_e - E_s) / (E_sup - E_s).
Not theirs: the difficulties, which they draw and we chose so that random and greedy lessons gain about as much as in
EduSim; simpler lessons beforehand; every concept is an aim; and the first lesson may be anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import sigmoid
from mlcore.worlds.world import Answers, Lessons, Taken, asked_about, builds_on

LINKS = ((1, 2), (1, 3), (2, 4), (3, 5), (3, 8), (4, 5), (5, 8), (0, 5), (0, 9), (6, 7), (7, 8), (8, 9))
DIFFICULTIES = (0, 1, 2, 2, 3, 3, 3, 4, 4, 5)
FULL = 5.0
CLOSED = 0.5  # share of the missing ability that a lesson closes at best
SPILL = 0.5  # of a gain, to each concept that follows
GUESS, STEEPNESS = 0.25, 8.5
LESSONS_BEFORE = 20  # that new learners had, mostly in order
ANYWHERE = -1


@dataclass(frozen=True)
class Abilities:
    """What n learners are able to, and the last lesson that worked."""

    of: Numbers  # [n, s] at most FULL
    last: Codes  # [n] or ANYWHERE


def _lessons() -> Lessons:
    return Lessons.one_for_each(builds_on(10, LINKS), 1.0 + 0.8 * np.array(DIFFICULTIES))


@dataclass(frozen=True)
class KnowledgeStructure:
    """States are Abilities."""

    name: str = "kss"
    lessons: Lessons = field(default_factory=_lessons)

    @property
    def items(self) -> int:
        return self.lessons.skills

    def begin(self, learners: int, rng: np.random.Generator) -> Abilities:
        """Draw abilities of -3 to 0, then let everybody have some lessons."""
        skills = self.lessons.skills
        drawn = rng.integers(-3, 1, (learners, skills)) - 0.1 * np.arange(skills)
        state = Abilities(drawn, np.full(learners, ANYWHERE))
        lesson, right = np.zeros(learners, np.int64), np.ones(learners)
        for _ in range(LESSONS_BEFORE):
            lesson = np.where((right == 0) & (rng.random(learners) < 0.7), lesson, self._next_in_order(state, rng))
            state = self._after(state, lesson)
            right = self.mastery(state)[np.arange(learners), lesson]
        return replace(state, last=np.full(learners, ANYWHERE))

    def teach(self, state: Abilities, taken: Taken, rng: np.random.Generator) -> tuple[Abilities, Answers]:
        """Raise abilities, then ask one question."""
        taught = self._after(state, taken.lesson)
        after = Abilities(
            np.where(taken.sticks[:, None], taught.of, state.of), np.where(taken.sticks, taught.last, state.last)
        )
        item, skill = asked_about(self.lessons.skill[taken.lesson][:, None], 1)
        chance = np.take_along_axis(self._chance(after.of), skill, axis=1)
        return after, Answers(item, skill, (rng.random(chance.shape) < chance).astype(np.float64))

    def mastery(self, state: Abilities) -> Numbers:
        """1 where a right answer is likelier than not."""
        return (self._chance(state.of) >= 0.5).astype(np.float64)

    def score(self, state: Abilities) -> Numbers:
        score: Numbers = self.mastery(state).mean(axis=1)
        return score

    def gains(self, state: Abilities) -> Numbers:
        """Ability, summed over concepts: the score itself moves in jumps and would show most lessons as useless."""
        learners = len(state.of)
        after = [self._after(state, np.full(learners, lesson)).of for lesson in range(len(self.lessons))]
        gains: Numbers = np.stack([each.sum(axis=1) for each in after], axis=1) - state.of.sum(axis=1)[:, None]
        return gains

    @cached_property
    def near(self) -> Mask:
        """Lessons that work after a lesson: itself, those next to it, and those next to what is before it.  [l, l]"""
        before = self.lessons.prerequisites.astype(np.int64)
        after = before.T
        itself = np.eye(len(before), dtype=np.int64)
        near: Mask = itself + after + before @ (itself + before + after) > 0
        return near

    @cached_property
    def _spill(self) -> Numbers:
        """Share of a lesson's gain that reaches each concept, over all ways there.  [l, s]"""
        step = SPILL * self.lessons.prerequisites.T
        spill: Numbers = np.linalg.inv(np.eye(len(step)) - step)
        return spill

    def _after(self, state: Abilities, lesson: Codes) -> Abilities:
        rows = np.arange(len(lesson))
        works = (state.last == ANYWHERE) | self.near[state.last, lesson]
        short = ((FULL - state.of) * self.lessons.needs[lesson]).sum(axis=1)
        gain = CLOSED * (FULL - state.of[rows, lesson]) * np.exp(-short) * works
        raised = np.minimum(state.of + gain[:, None] * self._spill[lesson], FULL)
        return Abilities(raised, np.where(works, lesson, state.last))

    def _chance(self, ability: Numbers) -> Numbers:
        return GUESS + (1.0 - GUESS) * sigmoid(STEEPNESS * (ability - np.array(DIFFICULTIES)))

    def _next_in_order(self, state: Abilities, rng: np.random.Generator) -> Codes:
        """The first concept that is not safe yet, and now and then any."""
        learners = len(state.of)
        first = np.argmax(self._chance(state.of) < 0.6, axis=1)
        return np.where(rng.random(learners) < 0.9, first, rng.integers(0, self.lessons.skills, learners))
