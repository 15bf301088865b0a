"""A subject's own law of forgetting: FSRS's 21 parameters, drawn to a population's as far as reviews say little.

The library's optimizer is not used: it follows card by card in torch, gives back the usual parameters below 512 reviews
and draws nothing to them above, and takes every wrong answer for forgotten, where questions are also guessed and
slipped on (`mlcore.retention.right_if`). The penalty is that of its sister `fsrs-optimizer`: squared distances in units
of the spread of each parameter among 10,000 people's collections.
"""

from __future__ import annotations

import numpy as np
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from scipy.optimize import minimize

from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law, recall
from mlcore.remembering.reviews import Cards, stabilities
from mlcore.retention import PARTLY, right_if

# Source: DEFAULT_PARAMS_STDDEV_TENSOR of fsrs-optimizer 6.
_PUBLISHED = "6.43 9.66 17.58 27.85 .57 .28 .6 .12 .39 .18 .33 .3 .09 .16 .57 .25 1.03 .31 .32 .14 .27"
SPREAD = np.array([float(spread) for spread in _PUBLISHED.split()])
INITIAL = slice(0, 4)  # stabilities after the first answer: their logarithms are fitted
STEP = 1e-5  # of finite differences, in units of the spread
ROUNDS = 60
DIGITS = 5  # of parameters that are kept
_LOWER, _UPPER = np.array(LOWER_BOUNDS_PARAMETERS), np.array(UPPER_BOUNDS_PARAMETERS)


def fitted(cards: Cards, strength: float, towards: Law = USUAL) -> Law:
    """Return the law that tells these cards' reviews best, drawn `towards` another with this strength.

    1 is the strength of fsrs-optimizer. Without reviews it is the other law.
    """
    if not cards.is_review.any():
        return towards
    center, spread = _free(np.array(towards.parameters)), _spread()
    low, high = ((_free(bound) - center) / spread for bound in (_LOWER, _UPPER))

    def surprise(moved: Numbers) -> tuple[float, Numbers]:
        tried = moved + STEP * np.concatenate([np.zeros((1, len(moved))), np.eye(len(moved))])
        lost = loss(cards, _bound(center + spread * tried).T[:, :, None]) + strength * (tried**2).sum(axis=1)
        return float(lost[0]), (lost[1:] - lost[0]) / STEP

    found = minimize(
        surprise,
        np.zeros(len(center)),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low, high - 2 * STEP, strict=True)),
        options={"maxiter": ROUNDS},
    )
    best = _bound(center + spread * found.x)
    return Law(
        tuple(float(np.clip(round(one, DIGITS), *ends)) for one, *ends in zip(best, _LOWER, _UPPER, strict=True))
    )


def loss(cards: Cards, parameters: Numbers) -> Numbers:
    """Return the log-loss of all reviews together, by each of p laws [21, p, 1].  [p]"""
    is_review, score = cards.is_review, cards.score
    stability = stabilities(cards, parameters)[:, is_review]
    right = right_if(recall(parameters, cards.days[is_review], stability))
    lost: Numbers = -np.log(np.where(score[is_review] >= PARTLY, right, 1.0 - right)).sum(axis=-1)
    return lost


def _spread() -> Numbers:
    """In which distances are counted: of initial stabilities as of a log-normal with the published mean and sd."""
    spread, usual = SPREAD.copy(), np.array(USUAL.parameters)
    spread[INITIAL] = np.sqrt(np.log1p((SPREAD[INITIAL] / usual[INITIAL]) ** 2))
    return spread


def _free(parameters: Numbers) -> Numbers:
    free = parameters.copy()
    free[INITIAL] = np.log(free[INITIAL])
    return free


def _bound(free: Numbers) -> Numbers:
    """Return the parameters of each row, inside the library's bounds.  [..., 21]"""
    parameters = free.copy()
    parameters[..., INITIAL] = np.exp(parameters[..., INITIAL])
    return np.clip(parameters, _LOWER, _UPPER)
