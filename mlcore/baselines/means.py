"""The two rivals that know nothing about the learner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mlcore.baselines.history import Rival
from mlcore.interactions import Interactions, Numbers


@dataclass
class GlobalMean(Rival):
    """The share of right answers among the training learners."""

    name: str = "global_mean"
    mean: float = 0.5

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Learn the mean."""
        return replace(self, mean=float(train.correct.mean()))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """The same chance for everything.  [n]"""
        return np.full(len(log), self.mean)


@dataclass
class ItemMean(Rival):
    """The share of right answers to the item, pulled to the overall mean by `prior_answers` imagined ones."""

    name: str = "item_mean"
    prior_answers: float = 5.0
    means: Numbers = field(default_factory=lambda: np.zeros(0))  # [number of items]

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Learn a mean for each item."""
        items = len(train.item_names)
        right = np.bincount(train.item, weights=train.correct, minlength=items)
        answers = np.bincount(train.item, minlength=items)
        prior = self.prior_answers * train.correct.mean()
        return replace(self, means=(right + prior) / (answers + self.prior_answers))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """The item's mean, whoever answers.  [n]"""
        return self.means[log.item]
