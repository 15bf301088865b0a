"""Outcomes of which some were never seen: stand-ins whose mean is that of all, those not seen among them.

Who stops answering may be who did badly, so the mean of what was seen would flatter. Each outcome that was seen counts
for those like it that were not, and a model foretells the rest (augmented inverse probability weighting, Robins,
Rotnitzky and Zhao 1994; Bang and Robins 2005), both told by other learners (Chernozhukov et al. 2018).
"""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.reward_model import FURTHEST, PULL, folds_of, ridge

LEAST = 0.1  # chance of being seen below which none is taken: nobody counts for more than ten
STEPS = 25  # of Newton's method
MOST = 8.0  # logit


def completed(features: Numbers, learner: Codes, outcome: Numbers) -> Numbers:
    """Return a stand-in for each outcome [n], of which NaN is one that was not seen.  [n]

    `features` [n, f] are known of all. The mean of the stand-ins is right if, given the features, whether an outcome is
    seen does not hang on it, and either its chance of being seen or the outcome itself is foretold right. Where all
    are seen they are returned as they are. Raises ValueError where none is, and for features that are no numbers.
    """
    seen = ~np.isnan(outcome)
    if seen.all():
        return outcome
    if not seen.any():
        raise ValueError("outcome: none was seen")
    if not np.isfinite(features).all():
        raise ValueError("features: expected finite numbers")
    foretold, chance = np.full(len(outcome), outcome[seen].mean()), np.full(len(outcome), seen.mean())
    fold = folds_of(learner)
    for held_out in np.unique(fold):
        own, others = fold == held_out, fold != held_out
        if (others & seen).any():
            foretold[own] = ridge(features[others & seen], outcome[others & seen], features[own])
            chance[own] = chance_of(features[others], seen[others].astype(float), features[own])
    missed = np.where(seen, outcome, foretold) - foretold
    told: Numbers = foretold + missed / np.maximum(chance, LEAST)
    return told


def chance_of(known: Numbers, happened: Numbers, asked: Numbers) -> Numbers:
    """Fit a logistic regression on `known` [k, f] and 0 or 1 [k]; return the chances of `asked` [a, f].  [a]

    In units of the spread of each feature, drawn to the mean as much as PULL choices would, and fitted by Newton's
    method. Features are taken at FURTHEST spreads from their mean at most.
    """
    center, spread = known.mean(0), known.std(0)
    scale = np.where(spread > 0.0, spread, 1.0)
    columns = _with_ones((known - center) / scale)
    pull = PULL * np.eye(columns.shape[1])
    pull[0, 0] = 1e-3  # the mean is hardly drawn to one half
    slopes = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        chance = _chances(columns, slopes)
        curvature = (columns * (chance * (1.0 - chance))[:, None]).T @ columns + pull
        slopes = slopes + np.linalg.solve(curvature, columns.T @ (happened - chance) - pull @ slopes)
    return _chances(_with_ones(np.clip((asked - center) / scale, -FURTHEST, FURTHEST)), slopes)


def _with_ones(columns: Numbers) -> Numbers:
    return np.column_stack([np.ones(len(columns)), columns])


def _chances(columns: Numbers, slopes: Numbers) -> Numbers:
    told: Numbers = 1.0 / (1.0 + np.exp(-np.clip(columns @ slopes, -MOST, MOST)))
    return told
