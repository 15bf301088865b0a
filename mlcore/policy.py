"""Which question next: a score whose terms can be told to the learner, and the chances it gives each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from mlcore.interactions import Mask, Numbers
from mlcore.prospects import Prospects

UNIFORM_SHARE = 0.25  # of the chances at most are given away evenly, however many candidates there are
LIFT = 1.5  # logits that a lesson adds to the chances on what was not held


@dataclass(frozen=True)
class PolicySettings:
    """What makes a good next question, and how strictly the best is taken."""

    band: tuple[float, float] = (0.60, 0.85)  # chances of success in which people learn most
    outside: float = 0.12  # a chance this far outside the band fits exp(-1/2) as well
    unfit: float = 0.4  # share of the learning that is left far outside
    learning: float = 3.0  # weights of the terms
    retention: float = 2.0
    information: float = 0.3
    variety: float = 0.1
    time: float = 0.01  # a minute's
    effects: float = 1.0
    annealing: float = 20.0  # answers after which information counts half
    spaced_answers: float = 10.0  # as many answers are as long as a day, where times are unknown
    temperature: float = 0.05
    floor: float = 0.02  # lowest chance of any candidate, where there are few


@dataclass(frozen=True)
class Outlook:
    """What the policy knows of n candidates."""

    probability: Numbers  # [n] of a right answer
    variance: Numbers  # [n] of its logit, without what only the item's difficulty leaves open
    prospects: Prospects  # of n
    answers_since: Numbers  # [n] its skill was last asked, inf if never
    answered: float  # by the learner, so far
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
    drawn = _drawn(outlook, settings, scores)
    chances = free = propensities(scores, settings, drawn)
    if allowed is not None and not allowed.all():
        chances = np.zeros(len(scores))
        chances[allowed] = propensities(scores[allowed], settings, drawn[:, allowed])
    drawable = np.flatnonzero(chances)
    place = min(int(np.searchsorted(np.cumsum(chances[drawable]), rng.random())), len(drawable) - 1)
    cost = float((free - chances) @ scores)
    return Suggestion(int(drawable[place]), outlook.probability, chances, scores, terms, cost)


def weigh(outlook: Outlook, settings: PolicySettings) -> dict[str, Numbers]:
    """Return the terms of each candidate's score, weighted.  name -> [n]

    learning: chance that it is learned and lasts, as far as its difficulty fits. retention: how much likelier it is
    recalled later for coming back now. information: expected share of the logit's variance that an answer takes away;
    it counts less, the more is known. variety: less for what was just done, once that is held. time: a minute's cost.
    """
    p, prospects = outlook.probability, outlook.prospects
    told = outlook.variance * p * (1.0 - p)
    again = prospects.held * np.exp(-outlook.answers_since / 2.0)
    return {
        "learning": settings.learning * fit(outlook, settings) * prospects.learning,
        "retention": settings.retention * prospects.retention,
        "information": settings.information * told / (1.0 + told) * 0.5 ** (outlook.answered / settings.annealing),
        "variety": -settings.variety * (outlook.modality_share + again),
        "time": -settings.time * (prospects.minutes - prospects.minutes.min()),
        "effects": settings.effects * outlook.effects,
    }


def fit(outlook: Outlook, settings: PolicySettings) -> Numbers:
    """Return how much of the learning is left at each candidate's difficulty: all inside the success band.  [n]

    The band is one of chances after the lesson, which lifts those on what is not held yet.
    """
    low, high = settings.band
    odds = outlook.probability / np.maximum(1.0 - outlook.probability, 1e-9)
    lifted = odds * np.exp(LIFT * (1.0 - outlook.prospects.held))
    p = lifted / (1.0 + lifted)
    away = np.maximum(np.maximum(low - p, p - high), 0.0) / settings.outside
    fitting: Numbers = settings.unfit + (1.0 - settings.unfit) * np.exp(-0.5 * away**2)
    return fitting


def _drawn(outlook: Outlook, settings: PolicySettings, scores: Numbers) -> Numbers:
    """Return the scores in each draw of what is believed.  [d, n]"""
    prospects = outlook.prospects
    if not len(prospects.drawn):
        return prospects.drawn
    return scores + settings.learning * fit(outlook, settings) * (prospects.drawn - prospects.learning)


def propensities(scores: Numbers, settings: PolicySettings, drawn: Numbers | None = None) -> Numbers:
    """Return the chance of each candidate: a softmax above an even floor.  [n]

    With scores `drawn` [d, n] from what is believed, the mean of theirs (Thompson sampling).
    """
    floor = min(settings.floor, UNIFORM_SHARE / len(scores))
    if drawn is None or not len(drawn):
        drawn = scores[None]
    odds = np.exp((drawn - drawn.max(1, keepdims=True)) / settings.temperature)
    shares = (odds / odds.sum(1, keepdims=True)).mean(0)
    chances: Numbers = floor + (1.0 - floor * len(scores)) * shares
    return chances


def check(settings: PolicySettings) -> PolicySettings:
    """Return the settings. Raises ValueError naming one that makes no sense."""
    low, high = settings.band
    if not 0.0 <= low <= high <= 1.0:
        raise ValueError(f"band: expected 0 <= low <= high <= 1, got {settings.band}")
    for column in fields(settings)[1:]:
        value = getattr(settings, column.name)
        if not np.isfinite(value) or value < 0.0:
            raise ValueError(f"{column.name}: expected a number from 0, got {value}")
    for name in ("outside", "annealing", "spaced_answers", "temperature"):
        if getattr(settings, name) == 0.0:
            raise ValueError(f"{name}: must be more than 0")
    return settings
