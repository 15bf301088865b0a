"""A subject's own law of forgetting: FSRS's 21 parameters, drawn to a population's as far as reviews say little.

The library's optimizer is not used: it follows card by card in torch, gives back the usual parameters below 512 reviews
and draws nothing to them above, and takes every wrong answer for forgotten, where questions are also guessed and
slipped on (`mlcore.retention.right_if`), and lessons do not always work (`mlcore.remembering.reviews`): how often they
do is fitted along. The penalty is that of its sister `fsrs-optimizer`: squared distances in units of the spread of each
parameter among 10,000 people's collections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from scipy.optimize import minimize

from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law, recall
from mlcore.memory import sigmoid
from mlcore.remembering.reviews import USUAL_LEARNING, Cards, Learning, followed
from mlcore.retention import PARTLY, right_if

# Source: DEFAULT_PARAMS_STDDEV_TENSOR of fsrs-optimizer 6.
_PUBLISHED = "6.43 9.66 17.58 27.85 .57 .28 .6 .12 .39 .18 .33 .3 .09 .16 .57 .25 1.03 .31 .32 .14 .27"
SPREAD = np.array([float(spread) for spread in _PUBLISHED.split()])
INITIAL = slice(0, 4)  # stabilities after the first answer: their logarithms are fitted
STEP = 1e-5  # of finite differences, in units of the spread
ROUNDS = 60
LEARNED = 2  # chances to learn that are fitted along
LEARNING_SPREAD = 2.0  # of the logits of chances to learn, among subjects
DIGITS = 5  # of parameters that are kept
_LOWER, _UPPER = np.array(LOWER_BOUNDS_PARAMETERS), np.array(UPPER_BOUNDS_PARAMETERS)


@dataclass(frozen=True)
class Fitted:
    """The law that tells a subject's reviews best, and how likely there was something to forget."""

    law: Law
    learning: Learning


def fitted(cards: Cards, strength: float, towards: Law = USUAL) -> Fitted:
    """Return the law that tells these cards' reviews best, drawn `towards` another with this strength.

    1 is the strength of fsrs-optimizer. Without reviews it is the other law.
    """
    center, spread = _free(np.array(towards.parameters)), _spread()
    low, high = ((_free(bound) - center) / spread for bound in (_LOWER, _UPPER))

    def laws(moved: Numbers) -> Numbers:
        return _bound(center + spread * moved)

    def lost(moved: Numbers) -> Numbers:
        by_law, by_learning = moved[:, :-LEARNED], moved[:, -LEARNED:]
        told = loss(cards, laws(by_law).T[:, :, None], _learning(by_learning))
        drawn: Numbers = strength * (by_law**2).sum(axis=1) + (by_learning**2).sum(axis=1)
        return told + drawn

    if not cards.is_review.any():
        return Fitted(towards, USUAL_LEARNING)
    bounds = [*zip(low, high - 2 * STEP, strict=True), *[(None, None)] * LEARNED]
    best = _least(lost, bounds)
    parameters = laws(best[:-LEARNED])
    law = tuple(
        float(np.clip(round(one, DIGITS), *ends)) for one, *ends in zip(parameters, _LOWER, _UPPER, strict=True)
    )
    return Fitted(Law(law), _one(best[-LEARNED:]))


def learning_by(cards: Cards, law: Law) -> Learning:
    """Return how likely there was something to forget, as these cards' reviews tell by a law."""

    def lost(moved: Numbers) -> Numbers:
        laws = np.repeat(np.array(law.parameters)[:, None, None], len(moved), axis=1)
        drawn: Numbers = (moved**2).sum(axis=1)
        return loss(cards, laws, _learning(moved)) + drawn

    return _one(_least(lost, [(None, None)] * LEARNED)) if cards.is_review.any() else USUAL_LEARNING


def loss(cards: Cards, parameters: Numbers, learning: Learning = USUAL_LEARNING) -> Numbers:
    """Return the log-loss of all reviews together, by each of p laws [21, p, 1].  [p]"""
    is_review, score = cards.is_review, cards.score
    told = followed(cards, parameters, learning)
    recalled = recall(parameters, cards.days[is_review], told.stability[:, is_review])
    right = right_if(told.held[:, is_review] * recalled)
    lost: Numbers = -np.log(np.where(score[is_review] >= PARTLY, right, 1.0 - right)).sum(axis=-1)
    return lost


def _least(lost: Callable[[Numbers], Numbers], bounds: Sequence[tuple[float | None, float | None]]) -> Numbers:
    """Return where the loss is least [d], from 0 on; it takes tries [p, d] and returns [p]."""

    def surprise(moved: Numbers) -> tuple[float, Numbers]:
        values = lost(moved + STEP * np.concatenate([np.zeros((1, len(moved))), np.eye(len(moved))]))
        return float(values[0]), (values[1:] - values[0]) / STEP

    found = minimize(
        surprise, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ROUNDS}
    )
    best: Numbers = found.x
    return best


def _learning(moved: Numbers) -> Learning:
    """Return the chances to learn, so far from the usual ones [p, 2], as [p, 1] each."""
    usual = np.array(astuple(USUAL_LEARNING))
    chance = sigmoid(np.log(usual / (1.0 - usual)) + LEARNING_SPREAD * moved)
    return Learning(chance[:, :1], chance[:, 1:])


def _one(moved: Numbers) -> Learning:
    found = _learning(moved[None])
    return Learning(found.before[0, 0], found.by_answer[0, 0])


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
