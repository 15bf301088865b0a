"""Answers of a subject as histories of cards: what one learner answered on one skill, in order, with the days between.

What is to be foretold is recall a day or more later: the reviews. Answers of the same day only move the memory.

A wrong answer may also mean that the skill was never learned: a lesson did not work. Who takes every such answer for
forgotten finds laws by which nothing lasts. So beside the memory goes the chance that there is one, as in knowledge
tracing (Corbett & Anderson 1994): Bayes' rule after each answer, given what the law foretells, then a chance to learn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.laws import (
    AGAIN,
    Parameters,
    difficulty_after,
    first,
    recall,
    stability_after_lapse,
    stability_after_recall,
)
from mlcore.retention import DAY, PARTLY, ratings, right_if
from mlcore.tracing import KNOWN_BEFORE, taught

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
    held: Numbers  # [r] chance that there was something to forget, by the same

    def right_if(self, recalled: Numbers) -> Numbers:
        """Return the chance of right answers, where what was learned is recalled with this one.  [r, ...]"""
        held = self.held.reshape(-1, *[1] * (recalled.ndim - 1))
        return right_if(held * recalled)


@dataclass(frozen=True)
class Learning:
    """The chances that a skill was learned before it was first asked, and by each answer and what came until the next.

    Both are numbers, or [p, 1] where p laws are followed at once. Usually they are small, so that where answers fit
    both, as those at always the same distance do, something was not learned rather than forgotten sooner than usual.
    """

    before: Numbers = field(default_factory=lambda: np.array(taught(KNOWN_BEFORE)))
    by_answer: Numbers = field(default_factory=lambda: np.array(0.1))


USUAL_LEARNING = Learning()


@dataclass(frozen=True)
class Followed:
    """What a law says of cards before each answer; nan before the first.

    [c, t] by one law [21], [p, c, t] by p laws [21, p, 1].
    """

    stability: Numbers  # days
    held: Numbers  # chance that the skill was learned before


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


def followed(cards: Cards, parameters: Parameters, learning: Learning = USUAL_LEARNING) -> Followed:
    """Follow all cards by a law, or by several at once."""
    sets = np.shape(parameters)[1:-1]
    found, holds = (np.full((*sets, *cards.score.shape), np.nan) for _ in range(2))
    if not cards.score.size:
        return Followed(found, holds)
    counts = np.isfinite(cards.score).sum(axis=0)
    rating = ratings(cards.score[:, 0])
    held = _held_after(np.asarray(learning.before), np.ones(len(rating)), rating, learning)
    memory = (*first(parameters, rating), held)
    stability, difficulty, held = (np.broadcast_to(one, (*sets, len(rating))) for one in memory)
    for step in range(1, cards.score.shape[1]):
        here = slice(counts[step])
        stability, difficulty, held = stability[..., here], difficulty[..., here], held[..., here]
        found[..., here, step], holds[..., here, step] = stability, held
        days, rating = cards.days[here, step], ratings(cards.score[here, step])
        held = _held_after(held, recall(parameters, days, stability), rating, learning)
        recalled = stability_after_recall(parameters, stability, difficulty, days, rating)
        lapsed = stability_after_lapse(parameters, stability, difficulty, days)
        stability = np.where(rating == AGAIN, lapsed, recalled)
        difficulty = difficulty_after(parameters, difficulty, rating)
    return Followed(found, holds)


def _held_after(held: Numbers, recalled: Numbers, rating: Codes, learning: Learning) -> Numbers:
    """Return the chance that skills are learned after answers rated so, given that before them."""
    if_held, any_way = right_if(recalled), right_if(held * recalled)
    told = np.where(rating == AGAIN, (1.0 - if_held) / (1.0 - any_way), if_held / any_way)
    after = held * told
    learned: Numbers = after + (1.0 - after) * learning.by_answer
    return learned


def reviews_in(cards: Cards, parameters: Parameters, learning: Learning = USUAL_LEARNING) -> Reviews:
    """Return all reviews, with what this law [21] says of them."""
    known = np.isfinite(cards.score)
    right = np.cumsum(np.where(known, cards.score >= PARTLY, 0.0), axis=1)
    earlier = np.concatenate([np.zeros((len(right), 1)), right[:, :-1]], axis=1)
    place = np.broadcast_to(np.arange(cards.score.shape[1]), cards.score.shape)
    card, step = np.nonzero(cards.is_review)
    order = np.lexsort((card, cards.at[card, step], cards.learner[card]))
    card, step = card[order], step[order]
    right_before, by_law = earlier[card, step], followed(cards, parameters, learning)
    return Reviews(
        learner=cards.learner[card],
        days=cards.days[card, step],
        is_right=cards.score[card, step] >= PARTLY,
        right=right_before,
        wrong=place[card, step] - right_before,
        stability=by_law.stability[card, step],
        held=by_law.held[card, step],
    )


def before(values: Numbers, learner: Codes) -> Numbers:
    """Return the sums over the same learner's earlier reviews, whose learners [r] stand together.  [r, ...]"""
    summed = np.cumsum(values, axis=0) - values
    _, begins, place = np.unique(learner, return_index=True, return_inverse=True)
    sums: Numbers = summed - summed[begins][place]
    return sums
