"""Beliefs at work on arrays: foresee answers, take in answers, walk through whole histories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlcore import belief as beliefs
from mlcore.belief import Belief, Counts, Float32
from mlcore.calibration import Calibration, Prompts, distance_of
from mlcore.episodes import Episodes, Outcomes
from mlcore.features import describe
from mlcore.interactions import Codes, Numbers
from mlcore.memory import (
    NEWTON_STEPS,
    Recall,
    laplace_step,
    moderated,
    recall,
    remember,
    teach,
    whole_seconds,
)
from mlcore.weights import Reading, Weights, adapt, forecast, read


@dataclass(frozen=True)
class Knowledge:
    """All that is learned before a learner comes: from other courses (the weights), and of this one."""

    weights: Weights
    calibration: Calibration
    steps: int = NEWTON_STEPS  # that each answer of a learner moves the belief by


@dataclass(frozen=True)
class Foresight:
    """What is expected of q prompts before they are answered."""

    known: Recall
    features: Float32  # [q, f]
    reading: Reading
    mean: Numbers  # [q] the network's logit
    variance: Numbers  # [q] of it


@dataclass(frozen=True)
class Step:
    """The next answers of some learners, and what the beliefs before them expect."""

    learners: Codes  # [n]
    rows: Codes  # [n] where their answers stand in the episodes
    belief: Belief  # [n] changes when the walk goes on: copy what should be kept
    foresight: Foresight


def begin(knowledge: Knowledge, learners: int, tag: int) -> Belief:
    """Return the beliefs about learners who have not answered yet."""
    weights, calibration = knowledge.weights, knowledge.calibration
    ability = (0.0, calibration.population.ability_sd**2 + calibration.level_sd**2)
    return beliefs.begin(learners, tag, ability, (weights.prior_mean, weights.prior_covariance))


def foresee(
    knowledge: Knowledge, belief: Belief, prompts: Prompts, now: Counts, owner: Codes | None = None
) -> Foresight:
    """Look ahead to q prompts at `now` [q or 1]; `owner` [q] says whom each is for, by default each learner one."""
    everyone = owner is None or len(belief) == 1
    owner = np.arange(len(belief)) if owner is None else owner
    known = recall(belief, owner, prompts, knowledge.calibration.population)
    features = describe(belief, known, prompts, now)
    reading = read(knowledge.weights, features)
    mean, variance = forecast(known.logit, reading, _context(belief, slice(None) if everyone else owner))
    return Foresight(known, features, reading, mean, variance)


def absorb(knowledge: Knowledge, belief: Belief, prompts: Prompts, outcomes: Outcomes, foresight: Foresight) -> None:
    """Write one more answer of every learner into the beliefs, in place; `foresight` is theirs of these prompts."""
    context, directions = _context(belief, slice(None)), foresight.reading.directions
    step = laplace_step(foresight.mean, foresight.variance, outcomes.correct, knowledge.steps)
    mean, covariance = adapt(knowledge.weights, context, directions, foresight.variance, step)
    belief.context[:], belief.covariance[:] = mean, covariance
    taught = teach(foresight.known, outcomes.correct, knowledge.steps)
    remember(belief, prompts, outcomes, taught, knowledge.calibration.population)


def served_logit(calibration: Calibration, foresight: Foresight, between: Codes | None = None) -> Numbers:
    """Return the logit that the tutor stands by: the average of the classic's and the network's, bent to the course.

    `between` [q or 1] is how many other answers, not known, come before; by default these are next answers.
    """
    classic = moderated(foresight.known.logit, foresight.known.variance)
    network = moderated(foresight.mean, foresight.variance)
    distance = np.zeros(1, np.int64) if between is None else distance_of(between)
    weight = calibration.weights_after(foresight.known.answered, distance)
    logit: Numbers = weight[:, 0] * classic + weight[:, 1] * network + weight[:, 2]
    if calibration.head.size:
        logit = logit + (foresight.reading.activations * calibration.head[distance]).sum(1)
    return logit


def served_sd(calibration: Calibration, foresight: Foresight, prompts: Prompts, p: Numbers) -> Numbers:
    """Return the standard deviation of the probability p of a right answer (delta method)."""
    network = np.sqrt(foresight.variance + foresight.known.effect_var + prompts.sd**2)
    classic = np.sqrt(foresight.known.variance)
    weight = calibration.weights_after(foresight.known.answered, np.zeros(1, np.int64))
    return p * (1.0 - p) * (weight[:, 0] * classic + weight[:, 1] * network)


def walk(knowledge: Knowledge, episodes: Episodes, belief: Belief | None = None) -> Iterator[Step]:
    """Walk all learners at once through their answers, with the beliefs of serving.

    The answers of a step are taken in after it was yielded. `belief`, if given, holds one for each learner, and is
    written to.
    """
    prompts = knowledge.calibration.weigh(episodes.questions)
    now = whole_seconds(episodes.outcomes.at)
    order = np.argsort(-episodes.lengths, kind="stable")
    sorted_belief = begin(knowledge, episodes.learners, 0) if belief is None else belief.rows(order)
    for learners, rows in episodes.steps():
        active = sorted_belief.rows(slice(len(learners)))
        asked = prompts.rows(rows)
        foresight = foresee(knowledge, active, asked, now[rows])
        yield Step(learners, rows, active, foresight)
        absorb(knowledge, active, asked, episodes.outcomes.rows(rows), foresight)
    if belief is not None:
        belief.put(order, sorted_belief)


def believe(knowledge: Knowledge, episodes: Episodes, learners: int) -> Belief:
    """Return what is believed of learners 0 to `learners` - 1 after all these answers."""
    belief = begin(knowledge, learners, 0)
    for _ in walk(knowledge, episodes, belief):
        pass
    return belief


def _context(belief: Belief, who: Codes | slice) -> tuple[Numbers, Numbers]:
    return belief.context[who].astype(np.float64), belief.covariance[who].astype(np.float64)
