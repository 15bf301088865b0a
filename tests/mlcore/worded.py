"""A made-up course in which the words of a question make it easy or hard."""

from __future__ import annotations

import numpy as np

from mlcore import Item
from mlcore.interactions import Interactions, Numbers
from tests.mlcore.conftest import log_of

ITEMS, ANSWERED = 120, 90  # the last 30 are left out
VERBS = ["count", "add", "carry", "borrow", "factor", "derive", "prove", "integrate"]  # easy to hard
NOUNS = ["apples", "pears", "trains", "coins", "books", "chairs", "lamps", "stones", "birds", "clouds"]


def worded_course(seed: int = 0) -> tuple[list[Item], Numbers]:
    """Each question has three of eight verbs, which make it easy or hard, and nouns, which tell nothing."""
    rng = np.random.default_rng(seed)
    verbs = dict(zip(VERBS, np.linspace(-1, 1, len(VERBS)), strict=True))
    items, difficulty = [], []
    for number in range(ITEMS):
        chosen = rng.permutation(list(verbs))[:3]
        difficulty.append(sum(verbs[verb] for verb in chosen))
        words = rng.permutation([*chosen, *rng.permutation(NOUNS)[:2]])
        items.append(Item(f"item{number}", [f"skill{number % 4}"], text=" ".join(words)))
    return items, np.array(difficulty)


def answered(difficulty: Numbers, learners: int = 60, items: int = ANSWERED) -> Interactions:
    """Every learner answers half of the first `items`, by a Rasch model."""
    rng = np.random.default_rng(1)
    item = np.concatenate([rng.permutation(items)[: items // 2] for _ in range(learners)])
    learner = np.repeat(np.arange(learners), items // 2)
    chance = 1 / (1 + np.exp(difficulty[item] - rng.normal(0.3, 1.0, learners)[learner]))
    correct = (rng.random(len(item)) < chance).astype(float)
    return log_of(learner, item, (item % 4)[:, None], correct, items=ITEMS)
