"""A learner whose skills are each mastered or not, in patterns that the prerequisites allow, moving by a Markov chain.

Source: Tang, Chen, Li, Liu & Ying, "A reinforcement learning approach to personalized learning recommendation systems",
British Journal of Mathematical and Statistical Psychology 72, 2019: study I (two skills), study II (a tree of seven).
A lesson teaches the first of its skills that the learner lacks and is ready for, with a chance of its own in every
pattern; for others it does nothing. In study II the lessons on skills 0 and 4 also reach skills further on. The chances
of the tree are drawn anew, as wide as the published ones and with the same mean, so figures differ a little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.worlds.world import Answers, Lessons, Taken, asked_about, builds_on

QUESTIONS = 2  # for each skill that is tested
PUBLISHED_CHANCES = (0.50, 0.84, 0.84)  # a triangle's lowest, commonest and highest; mean .73
Draw = Callable[[], float]


@dataclass(frozen=True)
class MasteryChain:
    """States are codes of patterns.  [n] int64"""

    name: str
    lessons: Lessons
    patterns: Mask  # [p, s]
    chance: Numbers  # [l, p] that the lesson teaches anything in this pattern
    leads_to: Codes  # [l, p] the pattern after it did
    starts: Codes  # patterns of new learners, each as likely
    tests_all: bool = True  # after each lesson all skills are tested; otherwise its own alone

    @property
    def items(self) -> int:
        return self.lessons.skills * QUESTIONS

    def begin(self, learners: int, rng: np.random.Generator) -> Codes:
        """Draw from the starting patterns."""
        return rng.choice(self.starts, learners)

    def teach(self, state: Codes, taken: Taken, rng: np.random.Generator) -> tuple[Codes, Answers]:
        """Move on by chance, then test without error."""
        is_learned = taken.sticks & (rng.random(len(state)) < self.chance[taken.lesson, state])
        after = np.where(is_learned, self.leads_to[taken.lesson, state], state)
        tested = np.arange(self.lessons.skills)[None].repeat(len(state), axis=0)
        if not self.tests_all:
            tested = self.lessons.skill[taken.lesson][:, None]
        item, skill = asked_about(tested, QUESTIONS)
        right = np.take_along_axis(self.mastery(after), skill, axis=1)
        return after, Answers(item, skill, right)

    def mastery(self, state: Codes) -> Numbers:
        return self.patterns[state].astype(np.float64)

    def score(self, state: Codes) -> Numbers:
        """Share of the skills that are mastered.  [n]"""
        return self._scores[state]

    def gains(self, state: Codes) -> Numbers:
        return (self.transitions @ self._scores).T[state] - self._scores[state][:, None]

    @cached_property
    def transitions(self) -> Numbers:
        """The chance of each pattern after each lesson.  [l, p, p]"""
        lessons, patterns = self.chance.shape
        moves = np.zeros((lessons, patterns, patterns))
        lesson, pattern = np.indices(self.chance.shape)
        np.add.at(moves, (lesson, pattern, pattern), 1.0 - self.chance)
        np.add.at(moves, (lesson, pattern, self.leads_to), self.chance)
        return moves

    @cached_property
    def _scores(self) -> Numbers:
        scores: Numbers = self.patterns.mean(axis=1)
        return scores


def binary(tests_all: bool = True) -> MasteryChain:
    """Study I: the second of two skills builds on the first; chances of .6 and .7 as published."""
    chances = iter((0.6, 0.7))
    return _chain("tms_binary", builds_on(2, [(0, 1)]), {}, (chances.__next__, [(), (0,)], tests_all))


def tree(tests_all: bool = True, seed: int = 6) -> MasteryChain:
    """Study II: seven skills in a tree, 31 patterns. `seed` draws the chances of the lessons, not the learners."""
    links = [(0, 1), (0, 2), (0, 4), (2, 3), (4, 5), (4, 6)]
    rng = np.random.default_rng(seed)
    starts = [(), (0,), (0, 1), (0, 2), (0, 4)]
    also = {0: (2, 3), 4: (6,)}
    name = "tms_tree" if tests_all else "tms_tree_own"

    def draw() -> float:
        return float(rng.triangular(*PUBLISHED_CHANCES))

    return _chain(name, builds_on(7, links), also, (draw, starts, tests_all))


def allowed_patterns(prerequisites: Mask) -> Mask:
    """All sets of skills that hold every prerequisite of their members, the smallest first.  [p, s]"""
    every = np.array(list(product((False, True), repeat=len(prerequisites))))
    is_closed = ~(every[:, :, None] & prerequisites[None] & ~every[:, None, :]).any(axis=(1, 2))
    closed: Mask = every[is_closed]
    return closed[np.argsort(closed.sum(axis=1), kind="stable")]


def _chain(
    name: str,
    prerequisites: Mask,
    also: Mapping[int, Sequence[int]],
    rest: tuple[Draw, Sequence[Sequence[int]], bool],
) -> MasteryChain:
    """A lesson for each skill, which `also` reaches further ones."""
    draw, starts, tests_all = rest
    patterns = allowed_patterns(prerequisites)
    code = {pattern.tobytes(): number for number, pattern in enumerate(patterns)}
    skills = len(prerequisites)
    chance, leads_to = np.zeros((skills, len(patterns))), np.tile(np.arange(len(patterns)), (skills, 1))
    for lesson in range(skills):
        for number, pattern in enumerate(patterns):
            wanted = (skill for skill in (lesson, *also.get(lesson, ())) if _can_learn(pattern, prerequisites, skill))
            if (learned := next(wanted, None)) is not None:
                chance[lesson, number] = draw()
                leads_to[lesson, number] = code[_with(pattern, learned).tobytes()]
    begin = np.array([code[_with(np.zeros(skills, bool), *held).tobytes()] for held in starts])
    return MasteryChain(name, Lessons.one_for_each(prerequisites), patterns, chance, leads_to, begin, tests_all)


def _can_learn(pattern: Mask, prerequisites: Mask, skill: int) -> bool:
    return bool(not pattern[skill] and pattern[prerequisites[skill]].all())


def _with(pattern: Mask, *skills: int) -> Mask:
    more = pattern.copy()
    more[list(skills)] = True
    return more
