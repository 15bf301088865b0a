"""How long a skill is remembered, and what coming back to it now is worth a month from now.

Stability and difficulty of each skill are kept by FSRS-6, through its own library (`fsrs`; Ye, Su & Cao, "A stochastic
shortest path algorithm for optimizing spaced repetition scheduling", KDD 2022). Looking ahead takes the same equations
on arrays, as thousands of candidates have no time for objects; a test holds them against the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from fsrs import Card, Rating, Scheduler, State

from mlcore.interactions import Numbers

DAY = 86_400.0
HORIZON = 30.0  # days from now for which memory is to last
WANTED = 0.9  # chance of recall at which a skill is due again
PARTLY, WELL = 0.5, 0.85  # scores from which an answer was recalled with effort, and well
_FSRS = Scheduler(desired_retention=WANTED, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_W = _FSRS.parameters
_DECAY = -_W[20]
_FACTOR = WANTED ** (1.0 / _DECAY) - 1.0
LEAST_STABILITY, MOST_STABILITY = 0.001, 36_500.0
NEW_STABILITY = _W[2]  # days, of what was learned well and not met again


@dataclass(frozen=True)
class Trace:
    """What is remembered of one skill."""

    stability: float  # days until recall has fallen to .9
    difficulty: float  # 1 to 10
    at: float  # of the last answer, in POSIX seconds


def reviewed(trace: Trace | None, score: float, at: float) -> Trace:
    """Return the trace after an answer with this score, 0 to 1, at this time in POSIX seconds."""
    card = Card(card_id=0)
    if trace:
        card.state, card.step = State.Review, None
        card.stability, card.difficulty = trace.stability, trace.difficulty
        card.last_review = datetime.fromtimestamp(trace.at, UTC)
    rating = Rating.Good if score >= WELL else Rating.Hard if score >= PARTLY else Rating.Again
    now = max(at, trace.at) if trace else at
    after, _ = _FSRS.review_card(card, rating, datetime.fromtimestamp(now, UTC))
    return Trace(float(after.stability or 0.0), float(after.difficulty or 0.0), now)


def recall(days: Numbers | float, stability: Numbers) -> Numbers:
    """Return the chance of recall after so many days; whole ones count, as in the library."""
    chance: Numbers = (1.0 + _FACTOR * np.floor(np.maximum(days, 0.0)) / stability) ** _DECAY
    return chance


def stability_after(stability: Numbers, difficulty: Numbers, days: Numbers) -> tuple[Numbers, Numbers]:
    """Return the stability if it were asked after so many days: recalled well, and not recalled."""
    now = recall(days, stability)
    grown = np.exp(_W[8]) * (11.0 - difficulty) * stability ** -_W[9] * np.expm1(_W[10] * (1.0 - now))
    at_most = stability / np.exp(_W[17] * _W[18])
    fallen = _W[11] * difficulty ** -_W[12] * ((stability + 1.0) ** _W[13] - 1.0) * np.exp(_W[14] * (1.0 - now))
    is_same_day = np.floor(days) < 1.0
    right = np.where(is_same_day, stability * np.maximum(_same_day(stability, 3), 1.0), stability * (1.0 + grown))
    wrong = np.where(is_same_day, stability * _same_day(stability, 1), np.minimum(fallen, at_most))
    return np.clip(right, LEAST_STABILITY, MOST_STABILITY), np.clip(wrong, LEAST_STABILITY, MOST_STABILITY)


def _same_day(stability: Numbers, rating: int) -> Numbers:
    factor: Numbers = np.exp(_W[17] * (rating - 3.0 + _W[18])) * stability ** -_W[19]
    return factor


def worth_reviewing(stability: Numbers, difficulty: Numbers, days: Numbers, pace: Numbers) -> Numbers:
    """Return how much likelier recall becomes at the HORIZON by a review now; 0 where stability is nan.  [s]

    `pace` [g] are the chances of each of PACES: how much longer or shorter than others this learner remembers.
    """
    is_kept = np.isfinite(stability)
    kept, hard = np.where(is_kept, stability, 1.0), np.where(is_kept, difficulty, 5.0)
    since = np.where(is_kept, np.nan_to_num(days), 0.0)
    if_right, if_wrong = stability_after(kept, hard, since)
    own = PACES[:, None]
    now = recall(since, kept * own)
    then = now * recall(HORIZON, if_right * own) + (1.0 - now) * recall(HORIZON, if_wrong * own)
    gained = pace @ np.maximum(then - recall(since + HORIZON, kept * own), 0.0)
    return np.where(is_kept, gained, 0.0)


def lasting(pace: Numbers) -> float:
    """Return the chance that what is learned now is recalled at the HORIZON."""
    return float(pace @ recall(HORIZON, NEW_STABILITY * PACES))


PACES = np.exp(np.arange(-1.5, 1.75, 0.5))  # [g] how many times longer than by FSRS's usual parameters
_SPREAD = 0.7  # of the logarithms of paces among learners, before any were seen
_RECALLED, _GUESSED = 0.9, 0.15  # chances of a right answer, where it is recalled and where not
IMAGINED = 10.0  # learners behind the usual spread of paces


def usual_paces() -> Numbers:
    """Return the chance of each of PACES before anybody was seen.  [g]"""
    likely = np.exp(-0.5 * (np.log(PACES) / _SPREAD) ** 2)
    usual: Numbers = likely / likely.sum()
    return usual


def told_of_pace(trace: Trace, score: float, at: float) -> Numbers:
    """Return the log-likelihood of each of PACES, given an answer to a skill that was known.  [g]

    Answers of the same day tell nothing.
    """
    recalled = recall((at - trace.at) / DAY, trace.stability * PACES)
    right = _GUESSED + (_RECALLED - _GUESSED) * recalled
    told: Numbers = np.log(right) if score >= PARTLY else np.log(1.0 - right)
    return told if (at - trace.at) >= DAY else np.zeros_like(told)


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
