"""Elo: ability and difficulty are ratings, and every answer is a match between them.

Source: Pelanek, "Applications of the Elo rating system in adaptive educational systems", Computers & Education 98,
2016: the step shrinks as a / (1 + b n) with the number n of earlier matches.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from math import exp
from typing import Self

import numpy as np

from mlcore.baselines.history import Rival, logit, runs_of, sigmoid
from mlcore.interactions import Interactions, Numbers

STEPS_TRIED = tuple(product((0.4, 0.8, 1.2), (0.05, 0.1, 0.2)))


@dataclass
class Elo(Rival):
    """Items keep their rating after training; only the learner's moves. The step is chosen on validation learners."""

    name: str = "elo"
    first_step: float = 0.8
    decay: float = 0.05
    base: float = 0.0
    difficulty: Numbers = field(default_factory=lambda: np.zeros(0))  # [number of items]

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Play every training answer once for each step tried; keep the step that predicts validation best.

        Without training learners every item starts even, and the step is the usual one.
        """
        if not len(train):
            return replace(self, base=0.0, difficulty=np.zeros(len(train.item_names)))
        base = float(logit(train.correct.mean()))
        tried = [
            replace(self, first_step=step, decay=decay, base=base, difficulty=_played(train, base, step, decay))
            for step, decay in STEPS_TRIED
        ]
        return min(tried, key=lambda elo: _surprise(elo.predict_next(validation), validation.correct))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Replay the learner's matches against fixed items.  [n]"""
        ability = np.zeros(len(log))
        strength = self.base - self.difficulty[log.item]
        position = log.position
        rating = 0.0
        for row, (n, right, easy) in enumerate(zip(position.tolist(), log.correct.tolist(), strength, strict=True)):
            rating = 0.0 if n == 0 else rating
            ability[row] = rating
            rating += self.first_step / (1 + self.decay * n) * (right - 1 / (1 + exp(-rating - easy)))
        whole = runs_of(log, np.zeros(len(log), dtype=np.int64))
        return sigmoid(ability[whole.known_at(seen)] + strength)


def _played(log: Interactions, base: float, first_step: float, decay: float) -> Numbers:
    """Difficulties after each learner in turn has met their items.  [number of items]"""
    difficulty = [0.0] * len(log.item_names)
    matches = [0] * len(log.item_names)
    rating = 0.0
    rows = zip(log.item.tolist(), log.correct.tolist(), log.position.tolist(), strict=True)
    for item, right, n in rows:
        rating = 0.0 if n == 0 else rating
        surprise = right - 1 / (1 + exp(difficulty[item] - rating - base))
        difficulty[item] -= first_step / (1 + decay * matches[item]) * surprise
        rating += first_step / (1 + decay * n) * surprise
        matches[item] += 1
    return np.asarray(difficulty)


def _surprise(chance: Numbers, correct: Numbers) -> float:
    return float(-np.mean(np.log(np.where(correct == 1, chance, 1 - chance))))
