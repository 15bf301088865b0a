"""Policies that see the true state, as no policy for people can: they bound what is possible."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mlcore.interactions import Codes
from mlcore.worlds.planning import Plan, innermost
from mlcore.worlds.policies.plain import Crowd
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import HELD, Answers, Lessons, World


@dataclass(frozen=True)
class Insider:
    """Remembers nothing, as it sees everything."""

    world: World
    knows_truth: bool = field(default=True, init=False)

    def begin(self, lessons: Lessons, learners: int) -> Crowd:
        return Crowd(lessons, learners)

    def observe(self, memory: Crowd, lesson: Codes, answers: Answers) -> Crowd:
        return memory


@dataclass(frozen=True)
class TrueGate(Insider):
    """Any lesson on a skill that is truly lacking and whose prerequisites truly are not."""

    name: str = "true_gate"

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        held = self.world.mastery(moment.truth) >= HELD
        ready = memory.lessons.ready(held)
        return Choice.best(np.where(ready, ~held[:, memory.lessons.skill], -np.inf), rng, ready)


@dataclass(frozen=True)
class TrueGreedy(Insider):
    """The lesson that truly adds most in expectation, looking one step ahead."""

    name: str = "true_greedy"

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        return Choice.best(self.world.gains(moment.truth), rng)


@dataclass(frozen=True)
class Oracle(Insider):
    """The best there is: a plan for every state and every number of lessons left."""

    plan: Plan
    name: str = "oracle"

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        lesson = self.plan.lessons[moment.left - 1, innermost(self.world, moment.truth)]
        return Choice(lesson, np.eye(len(memory.lessons))[lesson])
