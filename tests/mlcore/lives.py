"""Lessons given to many learners at once, and what came of them."""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Codes
from mlcore.worlds.world import State, Taken, World

MANY = 4000


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def taught(world: World, lessons: list[Codes], seed: int = 0) -> tuple[State, State]:
    """The learners of a seed before and after these lessons."""
    random = rng(seed)
    before = after = world.begin(len(lessons[0]), random)
    for lesson in lessons:
        after, _ = world.teach(after, Taken.by_all(lesson), random)
    return before, after


def gain(world: World, before: State, after: State) -> float:
    start, end = world.score(before).mean(), world.score(after).mean()
    return float((end - start) / (1.0 - start))
