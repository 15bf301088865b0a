"""Whether a law fitted to a subject's own reviews foretells learners it never met better than what serves now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mlcore.evaluation.bootstrapping import Interval, bootstrap
from mlcore.interactions import Codes, Numbers
from mlcore.laws import USUAL, Law, recall
from mlcore.remembering.fitting import fitted, learning_by
from mlcore.remembering.reviews import Cards, Reviews, before, reviews_in
from mlcore.remembering.rivals import RIVALS, weights_of
from mlcore.retention import PACES, paces_among, paces_of, right_if

FOLDS = 5
STRENGTHS = (1.0, 8.0, 64.0)  # of the pull towards the usual law; the first is fsrs-optimizer's
FEWEST_LEARNERS, FEWEST_REVIEWS = 10, 200  # below which there is nothing to judge by
USUAL_LAW, USUAL_PACES, FITTED, FITTED_PACES = "usual", "usual, own paces", "fitted", "fitted, own paces"

Foretold = Callable[[Cards], Numbers]  # chances of right answers, in the order of `reviews_in`


@dataclass(frozen=True)
class Refit:
    """What became of fitting a law. Gains are in log-loss of a review by held-out learners, above 0 where it helps."""

    law: Law  # that is to serve from now on
    is_new: bool
    gain: Interval  # of the fitted law over the one that served, each with learners' own paces
    over_usual: Interval  # of the fitted law over FSRS's usual parameters, likewise
    reviews: int
    learners: int


def refit(cards: Cards, serving: Law, seed: int = 0) -> Refit | None:
    """Fit a law, and take it only if it surely foretells held-out learners better; None with too little to judge by.

    The law that serves may have met the learners that both are judged on: a change has to earn its place.
    """
    if len(cards.learners) < FEWEST_LEARNERS or cards.is_review.sum() < FEWEST_REVIEWS:
        return None
    folds = dealt(cards, seed)
    laws, strength = laws_apart(cards, folds)
    reviews = reviews_in(cards, USUAL.parameters)
    fresh, served, usual = (
        _lost(foretold(cards, folds, [_paced(*one) for one in _with(cards, folds, each)]), reviews)
        for each in (laws, [serving] * len(folds), [USUAL] * len(folds))
    )
    gain = bootstrap(served - fresh, reviews.learner)
    is_new = gain.low > 0.0
    return Refit(
        law=fitted(cards, strength).law if is_new else serving,
        is_new=is_new,
        gain=gain,
        over_usual=bootstrap(usual - fresh, reviews.learner),
        reviews=len(reviews.learner),
        learners=len(cards.learners),
    )


def compared(cards: Cards, seed: int) -> dict[str, Numbers]:
    """Return the log-loss of every review by held-out learners, foretold in several ways.  name -> [r]"""
    folds = dealt(cards, seed)
    laws, _ = laws_apart(cards, folds)
    usual = [USUAL] * len(folds)
    ways: dict[str, list[Foretold]] = {
        USUAL_LAW: [_plain(*one) for one in _with(cards, folds, usual)],
        USUAL_PACES: [_paced(*one) for one in _with(cards, folds, usual)],
        FITTED: [_plain(*one) for one in _with(cards, folds, laws)],
        FITTED_PACES: [_paced(*one) for one in _with(cards, folds, laws)],
    }
    ways |= {name: [_rival(train, name) for train, _ in _with(cards, folds, usual)] for name in RIVALS}
    reviews = reviews_in(cards, USUAL.parameters)
    return {name: _lost(foretold(cards, folds, way), reviews) for name, way in ways.items()}


def dealt(cards: Cards, seed: int) -> list[Codes]:
    """Deal the learners out to FOLDS parts at random."""
    learners = np.random.default_rng(seed).permutation(cards.learners)
    return list(np.array_split(learners, FOLDS))


def laws_apart(cards: Cards, folds: Sequence[Codes]) -> tuple[list[Law], float]:
    """Return the law for each fold, fitted to the others, and the strength that does best over all folds.

    The strength of a fold's law is the one that foretells the other folds best, each by laws that never met it.
    """
    reviews = reviews_in(cards, USUAL.parameters)
    laws = [
        [fitted(train, strength).law for train, _ in _with(cards, folds, [USUAL] * len(folds))]
        for strength in STRENGTHS
    ]
    losses = [
        _lost(foretold(cards, folds, [_plain(*one) for one in _with(cards, folds, each)]), reviews) for each in laws
    ]
    summed = np.array([[lost[np.isin(reviews.learner, fold)].sum() for fold in folds] for lost in losses])
    by_others = (summed.sum(axis=1, keepdims=True) - summed).argmin(axis=0)
    return [laws[best][fold] for fold, best in enumerate(by_others)], STRENGTHS[int(summed.sum(axis=1).argmin())]


def foretold(cards: Cards, folds: Sequence[Codes], ways: Sequence[Foretold]) -> Numbers:
    """Return the chance of every right answer, foretold for each fold in its own way.  [r]"""
    learner = reviews_in(cards, USUAL.parameters).learner
    right = np.empty(len(learner))
    for fold, way in zip(folds, ways, strict=True):
        right[np.isin(learner, fold)] = way(cards.of(fold))
    return right


def told_of_paces(reviews: Reviews, law: Law) -> Numbers:
    """Return what each review tells of the learner's pace, of skills once answered right: log-likelihoods.  [r, g]"""
    right = right_if(recall(law.parameters, reviews.days[:, None], reviews.stability[:, None] * PACES))
    told: Numbers = np.log(np.where(reviews.is_right[:, None], right, 1.0 - right)) * (reviews.right[:, None] > 0)
    return told


def paces_by(cards: Cards, law: Law) -> Numbers:
    """Return the spread of paces among these learners, by this law.  [g]"""
    reviews = reviews_in(cards, law.parameters)
    told = told_of_paces(reviews, law)
    own = np.array([told[reviews.learner == learner].sum(axis=0) for learner in np.unique(reviews.learner)])
    return paces_among(own.reshape(-1, len(PACES)))


def _plain(train: Cards, law: Law) -> Foretold:
    learning = learning_by(train, law)

    def way(cards: Cards) -> Numbers:
        reviews = reviews_in(cards, law.parameters, learning)
        return reviews.right_if(recall(law.parameters, reviews.days, reviews.stability))

    return way


def _paced(train: Cards, law: Law) -> Foretold:
    """By the law, at the pace that a learner's reviews so far tell of."""
    population, learning = paces_by(train, law), learning_by(train, law)

    def way(cards: Cards) -> Numbers:
        reviews = reviews_in(cards, law.parameters, learning)
        pace = paces_of(before(told_of_paces(reviews, law), reviews.learner), population)
        right = reviews.right_if(recall(law.parameters, reviews.days[:, None], reviews.stability[:, None] * PACES))
        chance: Numbers = (pace * right).sum(axis=1)
        return chance

    return way


def _rival(train: Cards, name: str) -> Foretold:
    told, count = RIVALS[name]
    weights = weights_of(told, count, reviews_in(train, USUAL.parameters))
    return lambda cards: told(weights, reviews_in(cards, USUAL.parameters))


def _with(cards: Cards, folds: Sequence[Codes], laws: Sequence[Law]) -> list[tuple[Cards, Law]]:
    """Return the cards of all but each fold, beside its law."""
    others = (np.setdiff1d(cards.learners, fold) for fold in folds)
    return [(cards.of(rest), law) for rest, law in zip(others, laws, strict=True)]


def _lost(right: Numbers, reviews: Reviews) -> Numbers:
    lost: Numbers = -np.log(np.where(reviews.is_right, right, 1.0 - right))
    return lost
