"""Fit a tutor to one course: its difficulties, then how much its answers bend the predictions (the slow clock)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlcore.calibration import Calibration
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, Keys
from mlcore.inference import Knowledge, walk
from mlcore.interactions import Numbers
from mlcore.memory import moderated, sigmoid
from mlcore.weights import Weights

FEWEST_LEARNERS = 4
MOST_LEARNERS = 400  # bend the predictions; more would not change them
LONGEST = 25  # answers of each: long histories would drown the first few
NEWTON_STEPS = 15
CLOSE = 1e-6
SLOPES = (0.2, 3.0)  # least and most
EVIDENCE = 0.15  # what one answer counts for: answers of one learner resemble each other
TRUST = (0.1, 0.1, 0.2)  # sd of the priors of: the classic's weight, the network's, the shift


def calibrate(weights: Weights, prior: Calibration, cohort: Episodes) -> Calibration:
    """Return the calibration of the course in which this cohort answered.

    The weights of the average are fitted on answers predicted from the difficulties of the other half of the cohort
    (cross-fitting), with a ridge pull towards `prior`'s, so 20 learners move them a little and none not at all.
    """
    calibration = replace(fit_difficulty(cohort, prior.population), network_weight=prior.network_weight)
    if cohort.learners < FEWEST_LEARNERS:
        return calibration
    return _bent(calibration, _cross_fitted(weights, prior, cohort), prior)


def _cross_fitted(weights: Weights, prior: Calibration, cohort: Episodes) -> Numbers:
    """Return (classic's logit, network's logit, correct) of answers, each judged without its own half.  [n, 3]"""
    order = np.argsort(_signatures(cohort), kind="stable")[:MOST_LEARNERS]
    rows = []
    for half in (order[::2], order[1::2]):
        others = np.setdiff1d(np.arange(cohort.learners), half)
        fitted = fit_difficulty(cohort.of_learners(others), prior.population)
        rows.append(_predicted(Knowledge(weights, fitted), cohort.of_learners(half).first(LONGEST)))
    return np.concatenate(rows)


def _signatures(cohort: Episodes) -> Keys:
    """Return a number of each learner's answers, so that halves do not depend on the order of learners.  [learners]"""
    signatures = np.zeros(cohort.learners, np.uint64)
    place = (2 * cohort.position + 1).astype(np.uint64)
    right = (cohort.outcomes.correct >= 0.5).astype(np.uint64)
    np.add.at(signatures, cohort.learner, (cohort.questions.item ^ right) * place)
    return signatures


def _predicted(knowledge: Knowledge, episodes: Episodes) -> Numbers:
    predicted = np.empty((len(episodes), 3))
    for step in walk(knowledge, episodes):
        known = step.foresight.known
        predicted[step.rows, 0] = moderated(known.logit, known.variance)
        predicted[step.rows, 1] = moderated(step.foresight.mean, step.foresight.variance)
    predicted[:, 2] = episodes.outcomes.correct
    return predicted


def _bent(calibration: Calibration, predicted: Numbers, prior: Calibration) -> Calibration:
    """Fit logit = a * classic + b * network + shift by ridge-penalized logistic regression."""
    weight = prior.network_weight
    start = np.array([prior.slope * (1.0 - weight), prior.slope * weight, prior.shift])
    inputs = np.column_stack([predicted[:, :2], np.ones(len(predicted))])
    found = _ridge_logistic(inputs, predicted[:, 2], start)
    classic, network = np.maximum(found[:2], 0.0)
    slope = min(max(float(classic + network), SLOPES[0]), SLOPES[1])
    share = min(max(float(network / slope), 0.0), 1.0)
    return replace(calibration, network_weight=share, slope=slope, shift=float(found[2]))


def _ridge_logistic(inputs: Numbers, correct: Numbers, start: Numbers) -> Numbers:
    """Return the coefficients [i] that explain the answers best while staying near `start`: damped Newton."""
    penalty = np.array(TRUST) ** -2.0

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
