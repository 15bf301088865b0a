"""Simpler ways to foretell reviews: from how often a card was answered right and wrong, and how long ago."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from mlcore.interactions import Numbers
from mlcore.memory import sigmoid
from mlcore.remembering.reviews import Reviews, before
from mlcore.retention import right_if

RIDGE = 0.5  # pull of every weight towards 0
IMAGINED = 2.0  # answers of a learner before the first, half of them right
_FARTHEST = 20.0  # logarithm to the base 2 of days

Told = Callable[[Numbers, Reviews], Numbers]


def half_lives(weights: Numbers, reviews: Reviews) -> Numbers:
    """Return the chance of each answer by half-life regression (Settles & Meeder, ACL 2016).  [r]"""
    life = np.column_stack([np.ones(len(reviews.days)), np.log1p(reviews.right), np.log1p(reviews.wrong)]) @ weights
    return right_if(0.5 ** (np.floor(reviews.days) / 2.0 ** np.clip(life, -_FARTHEST, _FARTHEST)))


def regressed(weights: Numbers, reviews: Reviews) -> Numbers:
    """Return the chance of each answer by logistic regression on counts, delay and the learner's reviews so far.  [r]

    Source: DAS3H without its time windows (Choffin, Popineau, Bourda & Vie, EDM 2019); the learner's share stands for
    the ability, as learners to be judged were not met.
    """
    told = reviews.is_right.astype(np.float64)
    share = (before(told, reviews.learner) + IMAGINED / 2.0) / (before(np.ones_like(told), reviews.learner) + IMAGINED)
    columns = np.log1p(reviews.days), np.log1p(reviews.right), np.log1p(reviews.wrong), np.log(share / (1.0 - share))
    return np.clip(sigmoid(np.column_stack([np.ones_like(told), *columns]) @ weights), 1e-6, 1.0 - 1e-6)


RIVALS: dict[str, tuple[Told, int]] = {"half-life regression": (half_lives, 3), "logistic regression": (regressed, 5)}


def weights_of(told: Told, count: int, reviews: Reviews) -> Numbers:
    """Return the weights that foretell these reviews best."""

    def surprise(weights: Numbers) -> float:
        right = told(weights, reviews)
        lost = -np.log(np.where(reviews.is_right, right, 1.0 - right)).sum()
        return float(lost + RIDGE * (weights**2).sum())

    found: Numbers = minimize(surprise, np.zeros(count), method="L-BFGS-B").x
    return found
