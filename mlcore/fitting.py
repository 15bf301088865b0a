"""Fit a tutor to one course: its difficulties, then how much its answers bend the predictions (the slow clock)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mlcore.calibration import NOTHING, STAGES, Calibration, Table, stage_of
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, Keys
from mlcore.inference import Foresight, Knowledge, believe, foresee, walk
from mlcore.interactions import Numbers
from mlcore.memory import moderated, sigmoid, whole_seconds
from mlcore.weights import Weights

FEWEST_LEARNERS = 4
MOST_LEARNERS = 400  # bend the predictions; more would not change them
LONGEST = 25  # answers of each: long histories would drown the first few
NEWTON_STEPS = 15
CLOSE = 1e-6
SLOPES = (0.2, 3.0)  # least and most
EVIDENCE = 0.15  # what one answer counts for: answers of one learner resemble each other
TRUST = (0.1, 0.1, 0.2)  # sd of the priors of: the classic's weight, the network's, the shift
STAGE_TRUST = (0.2, 0.2, 0.4)  # likewise of a stage's distance from the whole
FROZEN_AFTER, AHEAD = (0, 1, 3, 5, 10, 20), 10


def calibrate(weights: Weights, prior: Calibration, cohort: Episodes, expected: Table = NOTHING) -> Calibration:
    """Return the calibration of the course in which this cohort answered; `expected` as in `fit_difficulty`.

    The weights of the average are fitted on answers predicted from the difficulties of the other half of the cohort
    (cross-fitting), with a ridge pull towards `prior`'s, so 20 learners move them a little and none not at all.
    """
    calibration = replace(fit_difficulty(cohort, prior.population, expected), network_weight=prior.network_weight)
    if cohort.learners < FEWEST_LEARNERS:
        return calibration
    return _bent(calibration, _cross_fitted(weights, prior, cohort, expected), prior)


def _cross_fitted(weights: Weights, prior: Calibration, cohort: Episodes, expected: Table) -> tuple[Numbers, Numbers]:
    """Return evidence of answers judged without their own half: given all before them, and given the first few only.

    (classic's logit, network's logit, 1, correct, answers known).  [n, 5], [m, 5]
    """
    order = np.argsort(_signatures(cohort), kind="stable")[:MOST_LEARNERS]
    rolling, frozen = [], []
    for half in (order[::2], order[1::2]):
        others = np.setdiff1d(np.arange(cohort.learners), half)
        knowledge = Knowledge(weights, fit_difficulty(cohort.of_learners(others), prior.population, expected))
        judged = cohort.of_learners(half)
        rolling.append(_rolling(knowledge, judged.first(LONGEST)))
        frozen += [_frozen(knowledge, judged, k) for k in FROZEN_AFTER]
    return np.concatenate(rolling), np.concatenate(frozen)


def _signatures(cohort: Episodes) -> Keys:
    """Return a number of each learner's answers, so that halves do not depend on the order of learners.  [learners]"""
    signatures = np.zeros(cohort.learners, np.uint64)
    place = (2 * cohort.position + 1).astype(np.uint64)
    right = (cohort.outcomes.correct >= 0.5).astype(np.uint64)
    np.add.at(signatures, cohort.learner, (cohort.questions.item ^ right) * place)
    return signatures


def _rolling(knowledge: Knowledge, episodes: Episodes) -> Numbers:
    evidence = np.empty((len(episodes), 5))
    for step in walk(knowledge, episodes):
        evidence[step.rows, :3] = _evidence(step.foresight)
        evidence[step.rows, 4] = step.foresight.known.answered
    evidence[:, 3] = episodes.outcomes.correct
    return evidence


def _frozen(knowledge: Knowledge, episodes: Episodes, k: int) -> Numbers:
    belief = believe(knowledge, episodes.first(k), episodes.learners)
    rows = np.flatnonzero((episodes.position > k) & (episodes.position < k + AHEAD))
    prompts = knowledge.calibration.weigh(episodes.questions.rows(rows))
    now = whole_seconds(episodes.outcomes.at[rows])
    foresight = foresee(knowledge, belief, prompts, now, episodes.learner[rows])
    return np.column_stack([_evidence(foresight), episodes.outcomes.correct[rows], np.full(len(rows), float(k))])


def _evidence(foresight: Foresight) -> Numbers:
    known = foresight.known
    classic = moderated(known.logit, known.variance)
    return np.column_stack([classic, moderated(foresight.mean, foresight.variance), np.ones(len(classic))])


def _bent(calibration: Calibration, evidence: tuple[Numbers, Numbers], prior: Calibration) -> Calibration:
    """Fit logit = a * classic + b * network + shift by ridge-penalized logistic regression: for all, then by stage."""
    rolling, frozen = evidence
    weight = prior.network_weight
    start = np.array([prior.slope * (1.0 - weight), prior.slope * weight, prior.shift])
    found = _ridge_logistic(rolling, start, TRUST)
    classic, network = np.maximum(found[:2], 0.0)
    slope = min(max(float(classic + network), SLOPES[0]), SLOPES[1])
    share = min(max(float(network / slope), 0.0), 1.0)
    bent = replace(calibration, network_weight=share, slope=slope, shift=float(found[2]))
    return replace(bent, stages=np.array([_stages(bent, rolling), _stages(bent, frozen)]))


def _stages(bent: Calibration, evidence: Numbers) -> Numbers:
    """Return how far each stage is away from the whole, shrunk to none.  [stages, 3]"""
    stage = stage_of(evidence[:, 4])
    whole = bent.weights_after(np.zeros(1), np.zeros(1, np.int64))[0]
    away: Numbers = np.zeros((len(STAGES) + 1, 3))
    for one in np.unique(stage):
        rows = evidence[stage == one]
        found = _ridge_logistic(rows, whole, STAGE_TRUST)
        away[one] = np.maximum(found, [0.0, 0.0, -np.inf]) - whole
    return away


def _ridge_logistic(evidence: Numbers, start: Numbers, trust: Sequence[float]) -> Numbers:
    """Return the coefficients [3] that explain the answers best while staying near `start`: damped Newton."""
    penalty = np.array(trust) ** -2.0
    inputs, correct = evidence[:, :3], evidence[:, 3]

    def cost(coefficients: Numbers) -> float:
        logit = inputs @ coefficients
        unexplained = np.logaddexp(0.0, logit) - correct * logit
        return float(EVIDENCE * unexplained.sum() + 0.5 * (penalty * (coefficients - start) ** 2).sum())

    found = start
    for _ in range(NEWTON_STEPS):
        p = sigmoid(inputs @ found)
        pull = EVIDENCE * inputs.T @ (correct - p) - penalty * (found - start)
        curvature = EVIDENCE * (inputs * (p * (1.0 - p))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, pull)
        while cost(found + step) > cost(found) and np.abs(step).max() > CLOSE:
            step = 0.5 * step
        found = found + step
    return found
