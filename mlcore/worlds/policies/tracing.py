"""Policies that trace what learners know and keep to prerequisites: by a gate, a mastery threshold, a success band.

The tracing is Bayesian knowledge tracing (Corbett & Anderson, "Knowledge tracing", UMUAI 4, 1994) with everyday chances
that are fitted to no world, so that nobody here knows more of a world than its lessons and answers tell.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from mlcore.baselines.bkt import Chances
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.tracing import GUESS, KNOWN_BEFORE, LEARNED, SLIP
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import Answers, Lessons

ENOUGH = 0.5  # chance of being known, for a prerequisite
MASTERED = 0.95
BAND = 0.725  # middle of the success band .60 to .85


@dataclass(frozen=True)
class Traced:
    """The chance that each skill is known."""

    lessons: Lessons
    known: Numbers  # [n, s]

    @property
    def of_lessons(self) -> Numbers:
        """Of the skill of each lesson.  [n, l]"""
        return self.known[:, self.lessons.skill]

    def ready(self, enough: float) -> Mask:
        """Lessons whose prerequisites are known well enough.  [n, l]"""
        return self.lessons.ready(self.known >= enough)


def chances(skills: int) -> Chances:
    """The same for every skill."""
    return Chances(*(np.full(skills, chance) for chance in (KNOWN_BEFORE, LEARNED, SLIP, GUESS)))


def traced(memory: Traced, lesson: Codes, answers: Answers) -> Traced:
    """Learn the lesson's skill by chance, then see the answers. Who answered nothing is as before."""
    each = chances(memory.lessons.skills)
    known, rows = memory.known.copy(), np.arange(len(lesson))
    was_there = ~np.isnan(answers.correct).all(axis=1)
    skill = memory.lessons.skill[lesson]
    before = known[rows, skill]
    known[rows, skill] = np.where(was_there, before + (1.0 - before) * each.learn[skill], before)
    for asked, correct in zip(answers.skill.T, answers.correct.T, strict=True):
        was_known, _ = each.of(asked).after(known[rows, asked], correct)
        known[rows, asked] = np.where(np.isnan(correct), known[rows, asked], was_known)
    return replace(memory, known=known)


@dataclass(frozen=True)
class Tracer:
    """What the policies of this file have in common. All keep inside their gate."""

    name: str
    knows_truth: bool = False
    enough: float = ENOUGH

    def begin(self, lessons: Lessons, learners: int) -> Traced:
        return Traced(lessons, np.full((learners, lessons.skills), KNOWN_BEFORE))

    def choose(self, memory: Traced, moment: Moment, rng: np.random.Generator) -> Choice:
        ready = memory.ready(self.enough)
        return Choice.best(np.where(ready, self.scores(memory), -np.inf), rng, ready)

    def observe(self, memory: Traced, lesson: Codes, answers: Answers) -> Traced:
        return traced(memory, lesson, answers)

    @abstractmethod
    def scores(self, memory: Traced) -> Numbers:
        """How much each lesson is wanted.  [n, l]"""


@dataclass(frozen=True)
class PrerequisiteGate(Tracer):
    """Any lesson on a skill that seems to be lacking and whose prerequisites do not; of all that are open, if none."""

    name: str = "prerequisite_gate"

    def scores(self, memory: Traced) -> Numbers:
        return (memory.of_lessons < self.enough).astype(np.float64)


@dataclass(frozen=True)
class MasteryThreshold(Tracer):
    """The first skill in teaching order until it is mastered; then the next. At the end, what is least sure.

    Source: mastery learning with knowledge tracing (Corbett & Anderson 1994): move on at .95.
    """

    name: str = "mastery_threshold"
    enough: float = MASTERED

    def scores(self, memory: Traced) -> Numbers:
        first = -memory.lessons.skill.astype(np.float64)
        return np.where(memory.of_lessons < MASTERED, first, -memory.lessons.skills - memory.of_lessons)


@dataclass(frozen=True)
class SuccessBand(Tracer):
    """Of the open lessons on what is not mastered, the one answered right with a chance nearest to .725.

    Source: Wilson, Shenhav, Straccia & Cohen, "The eighty five percent rule for optimal learning", Nature
    Communications 10, 2019, for a band in place of a point.
    """

    name: str = "success_band"

    def scores(self, memory: Traced) -> Numbers:
        success = chances(memory.lessons.skills).of(memory.lessons.skill).right(memory.of_lessons)
        return np.where(memory.of_lessons < MASTERED, -np.abs(success - BAND), -1.0)
