"""The strong classic: Rasch with a learned prior. Few answers move a learner little, many move them far.

logit P(right) = base - difficulty + ability, ability ~ N(0, sd^2), sd and difficulties by empirical Bayes
(`mlcore.difficulty`); the posterior of an ability is a normal around its mode (Laplace).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mlcore.calibration import Calibration, Population, uncalibrated
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, episodes_in
from mlcore.interactions import Interactions, Numbers
from mlcore.memory import FURTHEST, laplace_step, moderated, sigmoid

NEWTON_STEPS = 12


def laplace_posterior(base: Numbers, correct: Numbers, mask: Numbers, sd: float) -> tuple[Numbers, Numbers]:
    """Return mean and variance of the abilities of l learners from up to k answers each.  [l], [l]

    `base` [l, k] are the logits of a typical learner; answers where `mask` [l, k] is 0 do not count. Newton's method
    from 0: the log posterior is concave (Rasch 1960; Tierney & Kadane 1986 for the approximation).
    """
    ability = np.zeros(len(base))
    for _ in range(NEWTON_STEPS):
        p = sigmoid(base + ability[:, None])
        slope = (mask * (correct - p)).sum(1) - ability / sd**2
        ability = np.clip(ability + slope / _precision(p, mask, sd), -FURTHEST, FURTHEST)
    return ability, 1.0 / _precision(sigmoid(base + ability[:, None]), mask, sd)


def _precision(p: Numbers, mask: Numbers, sd: float) -> Numbers:
    precision: Numbers = (mask * p * (1.0 - p)).sum(1) + sd**-2
    return precision


@dataclass(frozen=True)
class EbIrt:
    """Empirical-Bayes item response theory as a predictor."""

    name: str = "eb_irt"
    calibration: Calibration = field(default_factory=lambda: uncalibrated(Population()))

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """See mlcore.predictor.Predictor."""
        del validation, seed
        return replace(self, calibration=fit_difficulty(episodes_in(train), Population()))

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """See mlcore.predictor.Predictor. The posterior given the first k answers, refitted from all of them."""
        episodes = episodes_in(log)
        prompts = self.calibration.weigh(episodes.questions)
        base, correct, mask = _first_answers(episodes, moderated(prompts.base, prompts.sd**2), k)
        mean, variance = laplace_posterior(base, correct, mask, self.calibration.population.ability_sd)
        who = episodes.learner
        chances = sigmoid(moderated(prompts.base + mean[who], variance[who] + prompts.sd**2))
        return np.where(episodes.position < k, np.nan, chances)

    def predict_next(self, log: Interactions) -> Numbers:
        """See mlcore.predictor.Predictor. One online step for each answer, so the cost is that of one pass."""
        episodes = episodes_in(log)
        prompts = self.calibration.weigh(episodes.questions)
        mean = np.zeros(episodes.learners)
        variance = np.full(episodes.learners, self.calibration.population.ability_sd**2)
        chances = np.empty(len(episodes))
        for learners, rows in episodes.steps():
            own = variance[learners]
            total = own + prompts.sd[rows] ** 2
            logit = prompts.base[rows] + mean[learners]
            chances[rows] = sigmoid(moderated(logit, total))
            move, curvature = laplace_step(logit, total, episodes.outcomes.correct[rows])
            mean[learners] += own / total * move
            variance[learners] -= own**2 * curvature / (1.0 + total * curvature)
        return chances


def _first_answers(episodes: Episodes, base: Numbers, k: int) -> tuple[Numbers, Numbers, Numbers]:
    """Lay the first k answers of each learner side by side: base, correct, mask.  [learners, k] each"""
    laid = np.zeros((3, episodes.learners, max(k, 1)))
    first = np.flatnonzero(episodes.position < k)
    where = episodes.learner[first], episodes.position[first]
    laid[0][where], laid[1][where], laid[2][where] = base[first], episodes.outcomes.correct[first], 1.0
    return laid[0], laid[1], laid[2]
