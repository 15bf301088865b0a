"""Things to remember: what is not met again is forgotten, by one of three published laws. The test comes later.

Source: Reddy, Levine & Dragan, "Accelerating human learning with deep reinforcement learning", NIPS workshop on
teaching machines, robots, and humans, 2017, with the constants of its notebook:
- efc, exponential forgetting: recall = exp(-decay * delay / strength), strength 1 + number of meetings (Ebbinghaus);
- hlr, half-life regression (Settles & Meeder 2016): recall = 2^(-delay / half-life), whose logarithm grows with the
  meetings and with the right answers; the notebook's exp(-delay / strength) has half-lives of strength * ln 2;
- gpl, generalized power law (DASH; Lindsey, Shroyer, Pashler & Mozer 2014): recall = m / (1 + h * delay)^f, where the
  logit of m grows with the logarithms of the meetings and of the right answers.
An answer is given from memory, before the meeting that it is part of. Delays are counted in lessons.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from mlcore.interactions import Mask, Numbers
from mlcore.memory import sigmoid
from mlcore.worlds.world import Answers, Lessons, Taken

Law = Literal["efc", "hlr", "gpl"]

THINGS = 15
TEST_AFTER = 30.0  # lessons' time after the last lesson
TYPICAL_DECAY = 0.077  # of efc, per lesson's time
BY_MEETING, BY_RIGHT = (
    0.5,
    0.5,
)  # growth of hlr's log half-life; the notebook's 1 and 1 saturate in three meetings


@dataclass(frozen=True)
class Memories:
    """What n learners hold of m things. Innate numbers never change."""

    now: Numbers  # [n] lessons taken
    last: Numbers  # [n, m] moment of the last meeting
    meetings: Numbers  # [n, m]
    right: Numbers  # [n, m] of the meetings
    innate: Numbers  # [n, m] efc: decay; hlr: log strength; gpl: difficulty
    power: Numbers  # [n, m] gpl: f

    def at(self, moment: Numbers) -> Memories:
        return replace(self, now=moment)

    def met(self, which: Mask, correct: Numbers) -> Memories:
        """After meeting these things [n, m] with these answers [n, m] now."""
        return replace(
            self,
            last=np.where(which, self.now[:, None], self.last),
            meetings=self.meetings + which,
            right=self.right + which * correct,
        )


def _lessons() -> Lessons:
    return Lessons.one_for_each(np.zeros((THINGS, THINGS), bool))


@dataclass(frozen=True)
class MemoryWorld:
    """States are Memories. Each lesson is one thing met again."""

    law: Law
    lessons: Lessons = field(default_factory=_lessons)

    @property
    def name(self) -> str:
        return self.law

    @property
    def items(self) -> int:
        return self.lessons.skills

    def begin(self, learners: int, rng: np.random.Generator) -> Memories:
        """Everything was met once, a little while ago."""
        shape = learners, self.lessons.skills
        innate = {
            "efc": np.exp(rng.normal(np.log(TYPICAL_DECAY), 1.0, shape)),
            "hlr": rng.normal(1.0, 1.0, shape),
            "gpl": rng.normal(1.0, 1.0, shape),
        }[self.law]
        power = np.exp(-np.exp(rng.normal(1.0, 1.0, shape))) if self.law == "gpl" else np.zeros(shape)
        nothing = np.zeros(shape)
        return Memories(np.zeros(learners), -np.exp(rng.normal(0.0, 1.0, shape)), nothing, nothing, innate, power)

    def teach(self, state: Memories, taken: Taken, rng: np.random.Generator) -> tuple[Memories, Answers]:
        """Ask from memory, show the answer, and let a lesson's time pass."""
        thing = self.lessons.skill[taken.lesson][:, None]
        recall = np.take_along_axis(self.mastery(state), thing, axis=1)
        correct = (rng.random(recall.shape) < recall).astype(np.float64)
        which = (np.arange(self.lessons.skills) == thing) & taken.sticks[:, None]
        after = state.met(which, correct)
        return after.at(state.now + 1.0), Answers(thing, thing, correct)

    def mastery(self, state: Memories) -> Numbers:
        """The chance to recall each thing now."""
        return recall(self.law, state)

    def score(self, state: Memories) -> Numbers:
        """Share of the things recalled at the test, which comes TEST_AFTER from now.  [n]"""
        score: Numbers = self._at_test(state).mean(axis=1)
        return score

    def gains(self, state: Memories) -> Numbers:
        """Of recall at the test, were it to follow this lesson; over what the learner might answer."""
        every = np.ones_like(state.last, bool)
        chance, before = self.mastery(state), self._at_test(state)
        if_right, if_wrong = (
            self._at_test(state.met(every, np.full_like(chance, correct))) - before for correct in (1.0, 0.0)
        )
        gained = chance * if_right + (1.0 - chance) * if_wrong
        return gained[:, self.lessons.skill] / self.lessons.skills

    def _at_test(self, state: Memories) -> Numbers:
        return recall(self.law, state.at(state.now + TEST_AFTER))


def recall(law: Law, memories: Memories) -> Numbers:
    """The chance to recall each thing now, by this law.  [n, m]"""
    delay = memories.now[:, None] - memories.last
    if law == "efc":
        return np.exp(-memories.innate * delay / (1.0 + memories.meetings))
    if law == "hlr":
        return 0.5 ** (delay / half_life(memories))
    learned = np.log1p(memories.right) + np.log1p(memories.meetings)
    held: Numbers = sigmoid(learned - memories.innate) / (1.0 + delay) ** memories.power
    return held


def half_life(memories: Memories) -> Numbers:
    """Of hlr, in lessons' time.  [n, m]"""
    grown = BY_MEETING * memories.meetings + BY_RIGHT * memories.right
    lives: Numbers = np.log(2.0) * np.exp(memories.innate + grown)
    return lives
