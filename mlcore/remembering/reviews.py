"""Answers of a subject as histories of cards: what one learner answered on one skill, in order, with the days between.

What is to be foretold is recall a day or more later: the reviews. Answers of the same day only move the memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.laws import (
    AGAIN,
    Parameters,
    difficulty_after,
    first,
    stability_after_lapse,
    stability_after_recall,
)
from mlcore.retention import DAY, PARTLY, ratings

LONGEST = 64  # answers of a card that count, as in FSRS's own optimizer


@dataclass(frozen=True)
class Cards:
    """Histories of c cards, of t answers at most; those with most answers come first."""

    learner: Codes  # [c]
    days: Numbers  # [c, t] since the answer before; nan at the first, and beyond the last
    score: Numbers  # [c, t] 0 to 1; nan beyond the last
    at: Numbers  # [c, t] seconds

    @property
    def learners(self) -> Codes:
        """Everybody, in order."""
        return np.unique(self.learner)

    @property
    def is_review(self) -> Mask:
        """Answers a day or more after the one before.  [c, t]"""
        return np.nan_to_num(self.days) >= 1.0

    def of(self, learners: Codes) -> Cards:
        """Return the cards of these learners."""
        own = np.isin(self.learner, learners)
        return Cards(self.learner[own], self.days[own], self.score[own], self.at[own])


@dataclass(frozen=True)
class Reviews:
    """The r reviews of some cards, those of a learner together and in order of time."""

    learner: Codes  # [r]
    days: Numbers  # [r] since the answer before
    is_right: Mask  # [r]
    right: Numbers  # [r] right answers before, on this card
    wrong: Numbers  # [r] wrong ones
    stability: Numbers  # [r] days, by some law


def cards_of(learner: Codes, skill: Codes, at: Numbers, score: Numbers) -> Cards:
    """Sort n answers, `at` in seconds, into cards; cards that nobody came back to a day later are left out."""
    order = np.lexsort((at, skill, learner))
    learner, skill, at, score = learner[order], skill[order], at[order], score[order]
    is_new = np.ones(len(learner), bool)
    is_new[1:] = (learner[1:] != learner[:-1]) | (skill[1:] != skill[:-1])
    begins = np.flatnonzero(is_new)
    card = np.cumsum(is_new) - 1
    place = np.arange(len(learner)) - begins[card]
    kept = place < LONGEST
    shape = len(begins), int(place[kept].max(initial=-1)) + 1
    days, scores, moments = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    scores[card[kept], place[kept]], moments[card[kept], place[kept]] = score[kept], at[kept]
    days[:, 1:] = np.diff(moments, axis=1) / DAY
    every = Cards(learner[begins], days, scores, moments)
    return _longest_first(every)


def _longest_first(cards: Cards) -> Cards:
    lengths = np.isfinite(cards.score).sum(axis=1)
    order = np.argsort(-lengths, kind="stable")
    order = order[np.isin(order, np.nonzero(cards.is_review)[0])]
    longest = int(lengths[order].max(initial=0))
    return Cards(
        cards.learner[order], cards.days[order, :longest], cards.score[order, :longest], cards.at[order, :longest]
    )


def stabilities(cards: Cards, parameters: Parameters) -> Numbers:
    """Return the stability before each answer, nan at the first: [c, t] by one law [21], [p, c, t] by p [21, p, 1]."""
    sets = np.shape(parameters)[1:-1]
    found = np.full((*sets, *cards.score.shape), np.nan)
    if not cards.score.size:
        return found
    counts = np.isfinite(cards.score).sum(axis=0)
    stability, difficulty = first(parameters, ratings(cards.score[:, 0]))
    stability, difficulty = (np.broadcast_to(one, (*sets, len(cards.learner))) for one in (stability, difficulty))
    for step in range(1, cards.score.shape[1]):
        here = slice(counts[step])
        stability, difficulty = stability[..., here], difficulty[..., here]
        found[..., here, step] = stability
        days, rating = cards.days[here, step], ratings(cards.score[here, step])
        recalled = stability_after_recall(parameters, stability, difficulty, days, rating)
        lapsed = stability_after_lapse(parameters, stability, difficulty, days)
        stability = np.where(rating == AGAIN, lapsed, recalled)
        difficulty = difficulty_after(parameters, difficulty, rating)
    return found


def reviews_in(cards: Cards, parameters: Parameters) -> Reviews:
    """Return all reviews, with the stabilities that this law [21] gives them."""
    known = np.isfinite(cards.score)
    right = np.cumsum(np.where(known, cards.score >= PARTLY, 0.0), axis=1)
    earlier = np.concatenate([np.zeros((len(right), 1)), right[:, :-1]], axis=1)
    place = np.broadcast_to(np.arange(cards.score.shape[1]), cards.score.shape)
    card, step = np.nonzero(cards.is_review)
    order = np.lexsort((card, cards.at[card, step], cards.learner[card]))
    card, step = card[order], step[order]
    right_before = earlier[card, step]
    return Reviews(
        learner=cards.learner[card],
        days=cards.days[card, step],
        is_right=cards.score[card, step] >= PARTLY,
        right=right_before,
        wrong=place[card, step] - right_before,
        stability=stabilities(cards, parameters)[card, step],
    )


def before(values: Numbers, learner: Codes) -> Numbers:
    """Return the sums over the same learner's earlier reviews, whose learners [r] stand together.  [r, ...]"""
    summed = np.cumsum(values, axis=0) - values
    _, begins, place = np.unique(learner, return_index=True, return_inverse=True)
    sums: Numbers = summed - summed[begins][place]
    return sums
