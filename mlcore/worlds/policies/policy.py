"""The seat that every policy takes in a world, and how a choice is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.worlds.world import Answers, Lessons, State

Memory = Any  # what a policy remembers of n learners; only the policy that made it can read it


@dataclass(frozen=True)
class Moment:
    """When a lesson is chosen. `truth` is the world's state, for policies that may see it, and None for others."""

    step: int  # lessons taken so far
    left: int  # lessons still to come, this one among them
    truth: State | None = None


@dataclass(frozen=True)
class Choice:
    """A lesson for each of n learners, the chances it was drawn by, and what the policy held admissible.

    A policy without a gate of its own says None. One with a gate must choose inside it: a lesson outside counts as a
    violation of prerequisites.
    """

    lesson: Codes  # [n]
    propensities: Numbers  # [n, l] sum to 1
    admissible: Mask | None = None  # [n, l]

    @classmethod
    def draw(cls, weights: Numbers, rng: np.random.Generator, admissible: Mask | None = None) -> Self:
        """Draw lessons in proportion to weights [n, l], which are 0 or more and not all 0."""
        propensities = weights / weights.sum(axis=1, keepdims=True)
        below = propensities.cumsum(axis=1) < rng.random(len(weights))[:, None]
        last = weights.shape[1] - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)  # rounding must not draw a weight of 0
        return cls(np.minimum(below.sum(axis=1), last), propensities, admissible)

    @classmethod
    def best(cls, scores: Numbers, rng: np.random.Generator, admissible: Mask | None = None) -> Self:
        """Take the lesson of the highest score [n, l], -inf where it must not be; ties are drawn."""
        is_best = scores >= scores.max(axis=1, keepdims=True) - 1e-12
        return cls.draw(is_best.astype(np.float64), rng, admissible)


class Policy(Protocol):
    """Chooses for n learners at once. Memories are never changed in place."""

    @property
    def name(self) -> str: ...

    @property
    def knows_truth(self) -> bool:
        """Whether it is shown the true state: no policy for people, but a bound of what one could reach."""
        ...

    def begin(self, lessons: Lessons, learners: int) -> Memory:
        """Meet new learners in a course."""
        ...

    def choose(self, memory: Memory, moment: Moment, rng: np.random.Generator) -> Choice:
        """Choose the next lesson of each."""
        ...

    def observe(self, memory: Memory, lesson: Codes, answers: Answers) -> Memory:
        """Take in what they answered."""
        ...
