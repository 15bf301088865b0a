"""How long a skill is remembered, and what coming back to it now is worth a month from now.

Stability and difficulty of each skill are kept by FSRS-6, through its own library (`fsrs`), with its usual parameters
or those of a subject (`mlcore.laws`). Looking ahead takes the same equations on arrays, as thousands of candidates have
no time for objects; a test holds them against the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np
from fsrs import Card, Rating, State

from mlcore.interactions import Codes, Numbers
from mlcore.laws import USUAL, Law, recall, stability_after_lapse, stability_after_recall

DAY = 86_400.0
HORIZON = 30.0  # days from now for which memory is to last
PARTLY, WELL = 0.5, 0.85  # scores from which an answer was recalled with effort, and well


@dataclass(frozen=True)
class Trace:
    """What is remembered of one skill."""

    stability: float  # days until recall has fallen to .9
    difficulty: float  # 1 to 10
    at: float  # of the last answer, in POSIX seconds


def reviewed(trace: Trace | None, score: float, at: float, law: Law = USUAL) -> Trace:
    """Return the trace after an answer with this score, 0 to 1, at this time in POSIX seconds."""
    card = Card(card_id=0)
    if trace:
        card.state, card.step = State.Review, None
        card.stability, card.difficulty = trace.stability, trace.difficulty
        card.last_review = datetime.fromtimestamp(trace.at, UTC)
    now = max(at, trace.at) if trace else at
    rating = Rating(int(ratings(np.array(score))))
    after, _ = law.scheduler.review_card(card, rating, datetime.fromtimestamp(now, UTC))
    return Trace(float(after.stability or 0.0), float(after.difficulty or 0.0), now)


def ratings(score: Numbers) -> Codes:
    """Return FSRS's rating of answers with these scores: again, hard or good.  [n]"""
    rated: Codes = 1 + (score >= PARTLY).astype(np.int64) + (score >= WELL)
    return rated


def worth_reviewing(stability: Numbers, difficulty: Numbers, days: Numbers, pace: Numbers, law: Law = USUAL) -> Numbers:
    """Return how much likelier recall becomes at the HORIZON by a review now; 0 where stability is nan.  [s]

    `pace` [g] are the chances of each of PACES: how much longer or shorter than others this learner remembers.
    """
    (kept,) = np.nonzero(np.isfinite(stability))
    lasts, hard, since, w = stability[kept], difficulty[kept], days[kept], law.parameters
    if_right, if_wrong = stability_after_recall(w, lasts, hard, since), stability_after_lapse(w, lasts, hard, since)
    own = PACES[:, None]
    now = recall(w, since, lasts * own)
    then = now * recall(w, HORIZON, if_right * own) + (1.0 - now) * recall(w, HORIZON, if_wrong * own)
    gained = np.zeros(len(stability))
    gained[kept] = pace @ np.maximum(then - recall(w, since + HORIZON, lasts * own), 0.0)
    return gained


def lasting(pace: Numbers, law: Law = USUAL) -> float:
    """Return the chance that what is learned now is recalled at the HORIZON."""
    return float(pace @ recall(law.parameters, HORIZON, law.new_stability * PACES))


def lasting_again(stability: Numbers, difficulty: Numbers, days: Numbers, pace: Numbers, law: Law = USUAL) -> Numbers:
    """Return the chance that a skill learned now is recalled at the HORIZON, given what is left of it.  [s]

    What was practiced before lasts as long as after a right answer, or longer; what is new (nan), as anything new.
    """
    (kept,) = np.nonzero(np.isfinite(stability))
    after = stability_after_recall(law.parameters, stability[kept], difficulty[kept], days[kept])
    stands = np.maximum(after, law.new_stability)
    lasts = np.full(len(stability), lasting(pace, law))
    lasts[kept] = pace @ recall(law.parameters, HORIZON, stands * PACES[:, None])
    return lasts


PACES = np.exp(np.arange(-1.5, 1.75, 0.5))  # [g] how many times longer than by FSRS's usual parameters
_SPREAD = 0.7  # of the logarithms of paces among learners, before any were seen
_RECALLED, _GUESSED = 0.9, 0.15  # chances of a right answer, where it is recalled and where not
IMAGINED = 10.0  # learners behind the usual spread of paces


@cache
def usual_paces() -> Numbers:
    """Return the chance of each of PACES before anybody was seen; not to be written to.  [g]"""
    likely = np.exp(-0.5 * (np.log(PACES) / _SPREAD) ** 2)
    usual: Numbers = likely / likely.sum()
    usual.flags.writeable = False
    return usual


def told_of_pace(trace: Trace, score: float, at: float, law: Law = USUAL) -> Numbers:
    """Return the log-likelihood of each of PACES, given an answer to a skill that was known.  [g]

    Answers of the same day tell nothing.
    """
    right = right_if(recall(law.parameters, (at - trace.at) / DAY, trace.stability * PACES))
    told: Numbers = np.log(right) if score >= PARTLY else np.log(1.0 - right)
    return told if (at - trace.at) >= DAY else np.zeros_like(told)


def right_if(recalled: Numbers) -> Numbers:
    """Return the chance of a right answer to what is recalled with this chance: some slip, and some guess.  [n]"""
    return _GUESSED + (_RECALLED - _GUESSED) * recalled


def paces_of(told: Numbers, population: Numbers) -> Numbers:
    """Return the chances of PACES of learners with these log-likelihoods [..., g], shrunk to their population's [g]."""
    log_chance = told + np.log(population)
    chance = np.exp(log_chance - log_chance.max(-1, keepdims=True))
    own: Numbers = chance / chance.sum(-1, keepdims=True)
    return own


def paces_among(told: Numbers, rounds: int = 30) -> Numbers:
    """Return the spread of PACES in a population, from log-likelihoods of its learners [l, g].  [g]

    Source: nonparametric maximum likelihood of a mixing distribution by EM (Laird, JASA 73, 1978), with IMAGINED
    learners of the usual spread.
    """
    usual = usual_paces()
    population = usual
    for _ in range(rounds if len(told) else 0):
        population = (paces_of(told, population).sum(0) + IMAGINED * usual) / (len(told) + IMAGINED)
    return population
