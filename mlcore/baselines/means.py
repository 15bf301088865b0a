"""Three rivals that count: right answers of everyone, to an item, of the learner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from mlcore.baselines.history import Rival, counts_before, runs_of
from mlcore.interactions import Interactions, Numbers


@dataclass
class GlobalMean(Rival):
    """The share of right answers among the training learners."""

    name: str = "global_mean"
    mean: float = 0.5

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Learn the mean; without training learners it is 1/2."""
        return replace(self, mean=float(train.correct.mean()) if len(train) else 0.5)

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


IMAGINED = (0.05, 200.0)  # fewest and most right (or wrong) answers that a prior may stand for


@dataclass
class BetaMean(Rival):
    """A running mean of the learner's own answers, whatever they are about, from a Beta prior of learners' means."""

    name: str = "beta"
    right: float = 1.0  # answers that the prior stands for
    wrong: float = 1.0

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Choose the prior that makes the learners' counts likeliest; without learners it is uniform."""
        if not len(train):
            return replace(self, right=1.0, wrong=1.0)
        answers = np.bincount(train.learner)
        right = np.bincount(train.learner, weights=train.correct)[answers > 0]
        wrong = answers[answers > 0] - right

        def surprise(logs: Numbers) -> float:
            a, b = np.exp(logs)
            return float(np.sum(betaln(a, b) - betaln(a + right, b + wrong)))

        found = minimize(surprise, np.zeros(2), method="L-BFGS-B", bounds=[tuple(np.log(IMAGINED))] * 2)
        return replace(self, right=float(np.exp(found.x[0])), wrong=float(np.exp(found.x[1])))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """The mean of the posterior.  [n]"""
        wins, losses = counts_before(runs_of(log, np.zeros(len(log), dtype=np.int64)), log.correct, seen)
        chances: Numbers = (wins + self.right) / (wins + losses + self.right + self.wrong)
        return chances
