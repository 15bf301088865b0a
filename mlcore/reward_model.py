"""What each candidate of a choice would bring, expected from what was known of it: a ridge regression."""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Codes, Numbers

FOLDS = 5
PULL = 10.0  # choices whose evidence a feature must outweigh
FURTHEST = 3.0  # spreads from the mean at which a feature is taken


def expected_rewards(features: Numbers, choice: Codes, taken: Codes, reward: Numbers, learner: Codes) -> Numbers:
    """Return the reward to expect of each of m candidates of n choices, told by the choices of other learners.  [m]

    `features` [m, f] and `choice` [m], 0 to n-1, are of the candidates; `taken` [n] is which of the m was drawn,
    `reward` [n] what it brought, `learner` [n] to whom. Learners are split into five groups, each judged by the other
    four, so that nobody's own luck is expected of them (cross-fitting, Chernozhukov et al. 2018). Raises ValueError
    for features that are no numbers.
    """
    if not np.isfinite(features).all():
        raise ValueError("features: expected finite numbers")
    fold = folds_of(learner)
    expected = np.zeros(len(features))
    for held_out in np.unique(fold):
        seen, own = fold != held_out, fold[choice] == held_out
        if seen.any():
            expected[own] = ridge(features[taken[seen]], reward[seen], features[own])
    return expected


def folds_of(learner: Codes) -> Codes:
    """Return in which of FOLDS groups each of n learners is: always all of one learner in the same.  [n]"""
    fold: Codes = np.unique(learner, return_inverse=True)[1] % FOLDS
    return fold


def ridge(known: Numbers, reward: Numbers, asked: Numbers) -> Numbers:
    """Fit on `known` [k, f], in units of its spread, and predict for `asked` [a, f]; the mean is not pulled.  [a]

    Nothing beyond the rewards seen is expected: a feature that hardly varies must not be stretched to a candidate that
    is unlike all others.
    """
    center, spread = known.mean(0), known.std(0)
    scale = np.where(spread > 0.0, spread, 1.0)
    columns = (known - center) / scale
    squares = columns.T @ columns + PULL * np.eye(columns.shape[1])
    slopes = np.linalg.solve(squares, columns.T @ (reward - reward.mean()))
    told: Numbers = reward.mean() + np.clip((asked - center) / scale, -FURTHEST, FURTHEST) @ slopes
    return np.clip(told, reward.min(), reward.max())
