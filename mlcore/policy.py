"""Which question next: a score whose terms can be told to the learner, and the chances it gives each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from mlcore.interactions import Mask, Numbers

UNIFORM_SHARE = 0.5  # of the chances at most are given away evenly, however many candidates there are


@dataclass(frozen=True)
class PolicySettings:
    """What makes a good next question, and how strictly the best is taken."""

    band: tuple[float, float] = (0.60, 0.85)  # chances of success in which people learn most
    outside: float = 0.12  # a chance this far outside the band teaches exp(-1/2) as much
    learning: float = 1.0  # weights of the terms
    information: float = 0.5
    spacing: float = 0.4
    variety: float = 0.3
    effects: float = 1.0
    spaced_answers: float = 10.0  # a skill is due again after about this many answers
    spaced_hours: float = 24.0  # or after about this many hours
    temperature: float = 0.15
    floor: float = 0.02  # lowest chance of any candidate, where there are few


@dataclass(frozen=True)
class Outlook:
    """What the policy knows of n candidates."""

    probability: Numbers  # [n] of a right answer
    variance: Numbers  # [n] of its logit, without what only the item's difficulty leaves open
    answers_since: Numbers  # [n] its skill was last asked, inf if never
    hours_since: Numbers  # [n] likewise, nan if unknown
    modality_share: Numbers  # [n] share of the recent answers in the candidate's modality
    effects: Numbers  # [n] the caller's own, e.g. of a modality on this learner


@dataclass(frozen=True)
class Suggestion:
    """A drawn candidate, with the chances it was drawn by and why: scores are the sums of the terms."""

    pick: int
    probability: Numbers  # [n] of a right answer, as the outlook has it
    propensities: Numbers  # [n] sum to 1
    scores: Numbers  # [n]
    terms: Mapping[str, Numbers]  # name -> [n]
    cost: float = 0.0  # of what was not allowed: how much lower the expected score is


def choose(
    outlook: Outlook, rng: np.random.Generator, settings: PolicySettings | None = None, allowed: Mask | None = None
) -> Suggestion:
    """Draw a candidate by softmax of its score, every one that is `allowed` [n] with at least the floor propensity.

    The floor keeps off-policy estimates possible (Bottou et al. 2013). Raises ValueError without candidates.
    """
    if not len(outlook.probability):
        raise ValueError("candidates: there are none to choose from")
    if allowed is not None and (allowed.shape != outlook.probability.shape or not allowed.any()):
        raise ValueError(f"allowed: expected {len(outlook.probability)} truths, one of them true at least")
    settings = settings or PolicySettings()
    terms = weigh(outlook, settings)
    scores = np.sum(list(terms.values()), axis=0)
    chances = free = propensities(scores, settings)
    if allowed is not None and not allowed.all():
        chances = np.zeros(len(scores))
        chances[allowed] = propensities(scores[allowed], settings)
    drawable = np.flatnonzero(chances)
    place = min(int(np.searchsorted(np.cumsum(chances[drawable]), rng.random())), len(drawable) - 1)
    cost = float((free - chances) @ scores)
    return Suggestion(int(drawable[place]), outlook.probability, chances, scores, terms, cost)


def weigh(outlook: Outlook, settings: PolicySettings) -> dict[str, Numbers]:
    """Return the terms of each candidate's score, weighted.  name -> [n]

    learning: inside the success band 1, less outside. information: expected share of the logit's variance that an
    answer takes away. spacing: how far a known skill is due again. variety: less for what was just done.
    """
    p = outlook.probability
    low, high = settings.band
    away = np.maximum(np.maximum(low - p, p - high), 0.0) / settings.outside
    told = outlook.variance * p * (1.0 - p)
    return {
        "learning": settings.learning * np.exp(-0.5 * away**2),
        "information": settings.information * told / (1.0 + told),
        "spacing": settings.spacing * _due(outlook, settings),
        "variety": -settings.variety * (0.5 * outlook.modality_share + 0.5 * np.exp(-outlook.answers_since / 2.0)),
        "effects": settings.effects * outlook.effects,
    }


def propensities(scores: Numbers, settings: PolicySettings) -> Numbers:
    """Return the chance of each candidate: a softmax above an even floor.  [n]"""
    floor = min(settings.floor, UNIFORM_SHARE / len(scores))
    odds = np.exp((scores - scores.max()) / settings.temperature)
    chances: Numbers = floor + (1.0 - floor * len(scores)) * odds / odds.sum()
    return chances


def _due(outlook: Outlook, settings: PolicySettings) -> Numbers:
    known = np.isfinite(outlook.answers_since)
    by_answers = 1.0 - np.exp(-np.where(known, outlook.answers_since, 0.0) / settings.spaced_answers)
    by_hours = 1.0 - np.exp(-np.nan_to_num(outlook.hours_since) / settings.spaced_hours)
    return np.where(known, np.maximum(by_answers, by_hours), 0.0)


def check(settings: PolicySettings) -> PolicySettings:
    """Return the settings. Raises ValueError naming one that makes no sense."""
    low, high = settings.band
    if not 0.0 <= low <= high <= 1.0:
        raise ValueError(f"band: expected 0 <= low <= high <= 1, got {settings.band}")
    for column in fields(settings)[1:]:
        value = getattr(settings, column.name)
        if not np.isfinite(value) or value < 0.0:
            raise ValueError(f"{column.name}: expected a number from 0, got {value}")
    for name in ("outside", "spaced_answers", "spaced_hours", "temperature"):
        if getattr(settings, name) == 0.0:
            raise ValueError(f"{name}: must be more than 0")
    return settings
