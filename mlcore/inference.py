"""Beliefs at work on arrays: foresee answers, take in answers, walk through whole histories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlcore import belief as beliefs
from mlcore.belief import Belief, Counts, Float32
from mlcore.calibration import Calibration, Prompts
from mlcore.episodes import Episodes, Outcomes
from mlcore.features import describe
from mlcore.interactions import Codes, Numbers
from mlcore.memory import LATEST, Recall, moderated, recall, remember, sigmoid
from mlcore.weights import Reading, Weights, adapt, forecast, read

NEVER: Counts = np.zeros(1, np.uint32)


@dataclass(frozen=True)
class Foresight:
    """What is expected of q prompts before they are answered."""

    known: Recall
    features: Float32  # [q, f]
    reading: Reading
    mean: Numbers  # [q] the network's logit
    variance: Numbers  # [q] of it


def begin(weights: Weights, calibration: Calibration, learners: int, tag: int) -> Belief:
    """Return the beliefs about learners who have not answered yet."""
    ability = (0.0, calibration.population.ability_sd**2)
    return beliefs.begin(learners, tag, ability, (weights.prior_mean, weights.prior_covariance))


def foresee(
    weights: Weights,
    calibration: Calibration,
    belief: Belief,
    prompts: Prompts,
    now: Counts,
    owner: Codes | None = None,
) -> Foresight:
    """Look ahead to q prompts; `owner` [q] says whom each is for, by default one for each learner."""
    owner = np.arange(len(belief)) if owner is None else owner
    known = recall(belief, owner, prompts, calibration.population)
    features = describe(belief, known, prompts, now)
    reading = read(weights, features)
    who: Codes | slice = slice(None) if len(belief) in (1, len(owner)) else owner
    mean, variance = forecast(known.logit, reading, _context(belief, who))
    return Foresight(known, features, reading, mean, variance)


def absorb(
    weights: Weights, calibration: Calibration, belief: Belief, step: tuple[Prompts, Outcomes], foresight: Foresight
) -> None:
    """Write one more answer of every learner into the beliefs, in place; `foresight` is theirs of these prompts."""
    prompts, outcomes = step
    context = _context(belief, slice(None))
    mean, covariance = adapt(weights, context, foresight.known.logit, foresight.reading, outcomes.correct)
    belief.context[:], belief.covariance[:] = mean, covariance
    remember(belief, prompts, outcomes, foresight.known, calibration.population)


def served_logit(calibration: Calibration, foresight: Foresight) -> Numbers:
    """Return the logit that the tutor stands by: the average of the classic's and the network's, bent to the course."""
    classic = moderated(foresight.known.logit, foresight.known.variance)
    network = moderated(foresight.mean, foresight.variance)
    weight = calibration.network_weight
    return calibration.slope * ((1.0 - weight) * classic + weight * network) + calibration.shift


def served_sd(calibration: Calibration, foresight: Foresight, prompts: Prompts) -> Numbers:
    """Return the standard deviation of the probability of a right answer (delta method)."""
    p = sigmoid(served_logit(calibration, foresight))
    network = np.sqrt(foresight.variance + foresight.known.effect_var + prompts.sd**2)
    classic = np.sqrt(foresight.known.variance)
    weight = calibration.network_weight
    return p * (1.0 - p) * calibration.slope * ((1.0 - weight) * classic + weight * network)


def whole_seconds(at: Numbers) -> Counts:
    """Round times down to what beliefs keep; 0 where unknown."""
    return np.nan_to_num(np.clip(at, 0.0, LATEST), nan=0.0).astype(np.uint32)


def walk(
    weights: Weights, calibration: Calibration, episodes: Episodes, most: int | None = None
) -> Iterator[tuple[Codes, Codes, Belief, Foresight]]:
    """Walk all learners at once through their answers, with the beliefs of serving.

    Yields (learners, rows of their next answers, their beliefs before these, what these expect of them); after the
    yield the answers are taken in. The beliefs are the walk's own: copy what should be kept.
    """
    prompts = calibration.weigh(episodes.questions)
    now = whole_seconds(episodes.outcomes.at)
    belief = begin(weights, calibration, episodes.learners, 0)
    order: Codes | None = None
    for learners, rows in episodes.steps():
        if most is not None and int(belief.answered.max(initial=0)) >= most:
            return
        order = learners if order is None else order
        belief = belief.rows(slice(len(learners)))
        asked = prompts.rows(rows)
        foresight = foresee(weights, calibration, belief, asked, now[rows])
        yield learners, rows, belief, foresight
        absorb(weights, calibration, belief, (asked, episodes.outcomes.rows(rows)), foresight)


def _context(belief: Belief, who: Codes | slice) -> tuple[Numbers, Numbers]:
    return belief.context[who].astype(np.float64), belief.covariance[who].astype(np.float64)
