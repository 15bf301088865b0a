"""Two classics stacked: Rasch-EB, best with few answers, and Best-LR, best with many.

The log odds of both are added with weights that depend on how many answers are known. The weights are learned on
validation learners, with a ridge that pulls them to one half each.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mlcore.baselines.history import Rival, logit, sigmoid
from mlcore.baselines.logistic import Logistic, best_lr
from mlcore.baselines.rasch import RaschEB
from mlcore.interactions import Codes, Interactions, Numbers

STAGES = np.array([1, 2, 4, 7, 13, 26, 60])  # answers known at which the weights change
FROZEN_AFTER = (0, 1, 3, 5, 10, 20)
AHEAD = 10
RIDGE = 20.0
NEWTON_STEPS = 6


@dataclass
class Classic2(Rival):
    """The rival to beat at both ends of a history."""

    name: str = "classic2"
    rasch: RaschEB = field(default_factory=RaschEB)
    regression: Logistic = field(default_factory=best_lr)
    weights: Numbers = field(default_factory=lambda: np.tile([0.5, 0.5, 0.0], (len(STAGES) + 1, 1)))  # [stages, 3]

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Fit both on the training learners, then weigh them on the validation learners, frozen and not."""
        fitted = replace(
            self,
            rasch=self.rasch.fit(train, validation, seed),
            regression=self.regression.fit(train, validation, seed),
        )
        asked = [fitted._asked(validation, None, np.arange(len(validation)))]
        for k in FROZEN_AFTER:
            rows = np.flatnonzero((validation.position >= k) & (validation.position < k + AHEAD))
            asked.append(fitted._asked(validation, k, rows))
        stage, evidence, right = (np.concatenate(parts) for parts in zip(*asked, strict=True))
        weights = [_weigh(evidence[stage == s], right[stage == s]) for s in range(len(STAGES) + 1)]
        return replace(fitted, weights=np.array(weights))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """The weighted sum of log odds.  [n]"""
        stage, evidence, _ = self._asked(log, seen, np.arange(len(log)))
        return sigmoid(np.sum(self.weights[stage] * evidence, axis=1))

    def _asked(self, log: Interactions, seen: int | None, rows: Codes) -> tuple[Codes, Numbers, Numbers]:
        """Stage, the two log odds and a 1, and the outcome of these rows.  [r], [r, 3], [r]"""
        known = log.position if seen is None else np.minimum(log.position, seen)
        both = [logit(rival.chances(log, seen)) for rival in (self.rasch, self.regression)]
        evidence = np.column_stack([*both, np.ones(len(log))])
        return np.searchsorted(STAGES, known[rows], side="right"), evidence[rows], log.correct[rows]


def _weigh(evidence: Numbers, right: Numbers) -> Numbers:
    """Ridge logistic regression around (1/2, 1/2, 0) by Newton's method.  [3]"""
    start = np.array([0.5, 0.5, 0.0])
    weights = start.copy()
    for _ in range(NEWTON_STEPS):
        chance = sigmoid(evidence @ weights)
        slope = evidence.T @ (right - chance) - RIDGE * (weights - start)
        curvature = (evidence * (chance * (1 - chance))[:, None]).T @ evidence + RIDGE * np.eye(3)
        weights = weights + np.linalg.solve(curvature, slope)
    return weights
