"""Policies that look at nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import Answers, Lessons


@dataclass(frozen=True)
class Crowd:
    """All there is to remember: how many learners, and which lessons."""

    lessons: Lessons
    learners: int


@dataclass(frozen=True)
class Random:
    """Any lesson."""

    name: str = "random"
    knows_truth: bool = False

    def begin(self, lessons: Lessons, learners: int) -> Crowd:
        return Crowd(lessons, learners)

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        return Choice.draw(np.ones((memory.learners, len(memory.lessons))), rng)

    def observe(self, memory: Crowd, lesson: Codes, answers: Answers) -> Crowd:
        return memory


@dataclass(frozen=True)
class FixedOrder(Random):
    """One lesson on each skill in teaching order, over and over; its modality is drawn."""

    name: str = "fixed_order"

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        skill = moment.step % memory.lessons.skills
        in_turn = (memory.lessons.skill == skill).astype(np.float64)
        return Choice.draw(np.tile(in_turn, (memory.learners, 1)), rng)
