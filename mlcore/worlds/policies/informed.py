"""A policy that knows a world's chances but sees only its answers: what is possible under errors of measurement.

Source: a Bayes filter over the patterns of mastery, and QMDP on top of it (Littman, Cassandra & Kaelbling, "Learning
policies for partially observable environments", ICML 1995): the lesson that is best if the state were known from the
next lesson on, averaged over what the state may be. So it never asks for the sake of knowing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.worlds.circumstances import MeasurementError
from mlcore.worlds.planning import Plan
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.tms import MasteryChain
from mlcore.worlds.world import Answers, Lessons


@dataclass(frozen=True)
class Informed:
    """Remembers the chance of each pattern.  [n, p]"""

    world: MeasurementError
    chain: MasteryChain  # within the world
    plan: Plan
    name: str = "informed"
    knows_truth: bool = False

    def begin(self, lessons: Lessons, learners: int) -> Numbers:
        starts = np.bincount(self.chain.starts, minlength=len(self.chain.patterns))
        return np.tile(starts / starts.sum(), (learners, 1))

    def choose(self, memory: Numbers, moment: Moment, rng: np.random.Generator) -> Choice:
        worth = self.chain.transitions @ self.plan.values[moment.left - 1]
        return Choice.best(memory @ worth.T, rng)

    def observe(self, memory: Numbers, lesson: Codes, answers: Answers) -> Numbers:
        chance: Numbers = np.einsum("np,npq->nq", memory, self.chain.transitions[lesson])
        for item, skill, correct in zip(answers.item.T, answers.skill.T, answers.correct.T, strict=True):
            held = self.chain.patterns.T[skill]
            right = np.where(held, 1.0 - self.world.slip[item][:, None], self.world.guess[item][:, None])
            seen = np.where(correct[:, None] == 1.0, right, 1.0 - right)
            chance = chance * np.where(np.isnan(correct)[:, None], 1.0, seen)
            chance = chance / chance.sum(axis=1, keepdims=True)
        return chance
