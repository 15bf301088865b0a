"""What answers tell of ways of learning (arms), added up by learner: rewards are scores less what was expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import UNKNOWN, Codes, Numbers


@dataclass(frozen=True)
class Evidence:
    """Rewards of l learners under k arms, added up. Any leading dimensions are as many separate experiments.

    A reward of weight w counts as much as w delayed tests. `squares` counts every reward alike: it is there to tell how
    far single rewards scatter.
    """

    answers: Numbers  # [..., l, k] how many rewards
    weight: Numbers  # [..., l, k] their weights
    total: Numbers  # [..., l, k] weight times reward
    squares: Numbers  # [..., l, k] reward squared
    cohort: Codes  # [l] 0 to c-1; UNKNOWN for who learns in none

    @property
    def mean(self) -> Numbers:
        """Mean reward; 0 where there was none.  [..., l, k]"""
        return self.total / np.where(self.weight > 0.0, self.weight, 1.0)

    @property
    def cohorts(self) -> int:
        return int(self.cohort.max(initial=-1)) + 1

    def of(self, learners: Codes) -> Evidence:
        """Return that of some learners, as if they were of no cohort."""
        return Evidence(
            answers=self.answers[..., learners, :],
            weight=self.weight[..., learners, :],
            total=self.total[..., learners, :],
            squares=self.squares[..., learners, :],
            cohort=np.full(len(learners), UNKNOWN),
        )


def evidence_of(learner: Codes, arm: Codes, reward: Numbers, cohort: Codes, arms: int) -> Evidence:
    """Add up n rewards that count alike, each of a learner [n] (0 to l-1) under an arm [n] (0 to k-1)."""
    shape = len(cohort), arms
    cell = learner * arms + arm

    def added(values: Numbers) -> Numbers:
        return np.bincount(cell, values, minlength=shape[0] * arms).reshape(shape).astype(np.float64)

    count = added(np.ones(len(reward)))
    return Evidence(count, count, added(reward), added(reward**2), cohort)
