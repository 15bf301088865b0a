"""Fit a tutor to one course: its difficulties, then how much its answers bend the predictions (the slow clock)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from mlcore.calibration import STAGES, Calibration, stage_of
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, Keys
from mlcore.inference import Foresight, Knowledge, believe, foresee, walk
from mlcore.interactions import Codes, Numbers
from mlcore.memory import moderated, sigmoid, whole_seconds
from mlcore.weights import Weights

FEWEST_LEARNERS = 4
MOST_LEARNERS = 400  # bend the predictions; more would not change them
LONGEST = 25  # answers of each: long histories would drown the first few
NEWTON_STEPS = 15
CLOSE = 1e-6
SLOPES = (0.2, 3.0)  # least and most
import os
E=lambda n,d: float(os.environ.get(n,d))
LIKENESS = E("LI",0.23)  # correlation of what is unexplained in two answers of one learner
TRUST = (E("TR",.1), E("TR",.1), E("TS",.2))  # sd of the priors of: the classic's weight, the network's, the shift
STAGE_TRUST = (E("ST",.1), E("ST",.1), E("SS",.1))  # likewise of a stage's distance from the whole
HEAD_TRUST = E("HT",.2)  # likewise of what is added to each weight of the network's last layer
FIXED = 1e-4
L=lambda n,d: [float(x) for x in os.environ.get(n,d).split(",")]
TAUS = L("TAUS","0.1,0.5,1,2")
HEADS = L("HEADS","0.0001,0.03,0.06,0.1,0.2")
STAGE_TAUS = L("STAUS","0.1,0.5,1,2")
FROZEN_AFTER, AHEAD = (0, 1, 3, 5, 10, 20), 10


def calibrate(weights: Weights, prior: Calibration, cohort: Episodes) -> Calibration:
    """Return the calibration of the course in which this cohort answered.

    The weights of the average are fitted on answers predicted from the difficulties of the other half of the cohort
    (cross-fitting), with a ridge pull towards `prior`'s, so 20 learners move them a little and none not at all.
    """
    judged = fit_difficulty(cohort, prior.population)
    calibration = replace(judged, network_weight=prior.network_weight, stages=prior.stages)
    if cohort.learners < FEWEST_LEARNERS:
        return calibration
    return _bent(calibration, _cross_fitted(weights, prior, cohort), prior)


@dataclass(frozen=True)
class _Evidence:
    """How n answers were judged, and how they went."""

    inputs: Numbers  # [n, 3 + h] the classic's logit, the network's, 1, and the network's last hidden layer
    correct: Numbers  # [n]
    answered: Numbers  # [n] answers known
    learner: Codes  # [n]

    @staticmethod
    def of(foresight: Foresight, correct: Numbers, learner: Codes) -> _Evidence:
        known = foresight.known
        logits = moderated(known.logit, known.variance), moderated(foresight.mean, foresight.variance)
        inputs = np.column_stack([*logits, np.ones(len(correct)), foresight.reading.activations])
        return _Evidence(inputs, correct, known.answered, learner)

    @staticmethod
    def together(parts: Sequence[_Evidence]) -> _Evidence:
        return _Evidence(*(np.concatenate([getattr(part, c.name) for part in parts]) for c in fields(_Evidence)))

    def rows(self, chosen: NDArray[np.bool_]) -> _Evidence:
        return _Evidence(*(getattr(self, column.name)[chosen] for column in fields(self)))

    @property
    def worth(self) -> Numbers:
        """What each answer counts for: those of one learner resemble each other (Kish 1965, design effect).  [n]"""
        _, which, count = np.unique(self.learner, return_inverse=True, return_counts=True)
        worth: Numbers = 1.0 / (1.0 + LIKENESS * (count[which] - 1.0))
        return worth


def _cross_fitted(weights: Weights, prior: Calibration, cohort: Episodes) -> tuple[_Evidence, _Evidence]:
    """Return evidence of answers judged without their own half: given all before them, and given the first few only."""
    order = np.argsort(_signatures(cohort), kind="stable")[:MOST_LEARNERS]
    rolling, frozen = [], []
    folds = int(E("FO", 5)) if cohort.learners <= 60 else 2
    for number in range(folds):
        half = order[number::folds]
        others = np.setdiff1d(np.arange(cohort.learners), half)
        knowledge = Knowledge(weights, fit_difficulty(cohort.of_learners(others), prior.population))
        judged = cohort.of_learners(half)
        rolling.append(_rolling(knowledge, judged.first(LONGEST), number * len(order)))
        frozen += [_frozen(knowledge, judged, k, number * len(order)) for k in FROZEN_AFTER]
    return _Evidence.together(rolling), _Evidence.together(frozen)


def _signatures(cohort: Episodes) -> Keys:
    """Return a number of each learner's answers, so that halves do not depend on the order of learners.  [learners]"""
    signatures = np.zeros(cohort.learners, np.uint64)
    place = (2 * cohort.position + 1).astype(np.uint64)
    right = (cohort.outcomes.correct >= 0.5).astype(np.uint64)
    np.add.at(signatures, cohort.learner, (cohort.questions.item ^ right) * place)
    return signatures


def _rolling(knowledge: Knowledge, episodes: Episodes, first: int) -> _Evidence:
    parts = [
        _Evidence.of(step.foresight, episodes.outcomes.correct[step.rows], first + step.learners)
        for step in walk(knowledge, episodes)
    ]
    return _Evidence.together(parts)


def _frozen(knowledge: Knowledge, episodes: Episodes, k: int, first: int) -> _Evidence:
    belief = believe(knowledge, episodes.first(k), episodes.learners)
    rows = np.flatnonzero((episodes.position > k) & (episodes.position < k + AHEAD))
    prompts = knowledge.calibration.weigh(episodes.questions.rows(rows))
    now = whole_seconds(episodes.outcomes.at[rows])
    foresight = foresee(knowledge, belief, prompts, now, episodes.learner[rows])
    return _Evidence.of(foresight, episodes.outcomes.correct[rows], first + episodes.learner[rows])


def _bent(calibration: Calibration, evidence: tuple[_Evidence, _Evidence], prior: Calibration) -> Calibration:
    """Fit logit = a * classic + b * network + shift + head @ activations by ridge-penalized logistic regression.

    First for all answers together, then for each stage of a history, with the head as it is.
    """
    wholes = [_whole(one, prior) for one in evidence]
    classic, network = np.maximum(wholes[0][:2], 0.0)
    slope = min(max(float(classic + network), SLOPES[0]), SLOPES[1])
    share = min(max(float(network / slope), 0.0), 1.0)
    bent = replace(calibration, network_weight=share, slope=slope, shift=float(wholes[0][2]))
    base = np.array([slope * (1.0 - share), slope * share, bent.shift])
    stages = [_stages(whole, one, prior.stages[n]) - base for n, (whole, one) in enumerate(zip(wholes, evidence, strict=True))]
    return replace(bent, stages=np.array(stages), head=np.array([whole[3:] for whole in wholes]))


def _whole(evidence: _Evidence, prior: Calibration) -> Numbers:
    """Return the coefficients for all stages together, as far from `prior`'s as the evidence makes plausible."""
    weight, hidden = prior.network_weight, evidence.inputs.shape[1] - 3
    start = np.array([prior.slope * (1.0 - weight), prior.slope * weight, prior.shift, *np.zeros(hidden)])
    tries = [
        _ridge_logistic(evidence, start, np.array([*(tau * np.array(TRUST)), *[head] * hidden]))
        for tau in TAUS
        for head in HEADS
    ]
    return max(tries, key=lambda pair: pair[1])[0]


def _stages(whole: Numbers, evidence: _Evidence, prior: Numbers) -> Numbers:
    """Return the weights of each stage, shrunk to the whole.  [stages, 3]"""
    stage = stage_of(evidence.answered)
    weights = whole[:3] + prior
    for one in np.unique(stage):
        rows = evidence.rows(stage == one)
        start = np.array([*weights[one], *whole[3:]])
        tries = [_ridge_logistic(rows, start, np.array([*(tau * np.array(STAGE_TRUST)), *[FIXED] * len(whole[3:])])) for tau in STAGE_TAUS]
        weights[one] = np.maximum(max(tries, key=lambda pair: pair[1])[0][:3], [0.0, 0.0, -np.inf])
    return weights


def _ridge_logistic(evidence: _Evidence, start: Numbers, trust: Numbers) -> tuple[Numbers, float]:
    """Return the coefficients that explain the answers best while staying near `start`: damped Newton.  [c]"""
    penalty = trust**-2.0
    inputs, correct, worth = evidence.inputs, evidence.correct, evidence.worth

    def cost(coefficients: Numbers) -> float:
        logit = inputs @ coefficients
        unexplained = np.logaddexp(0.0, logit) - correct * logit
        return float((worth * unexplained).sum() + 0.5 * (penalty * (coefficients - start) ** 2).sum())

    found = start
    for _ in range(NEWTON_STEPS):
        p = sigmoid(inputs @ found)
        pull = inputs.T @ (worth * (correct - p)) - penalty * (found - start)
        curvature = (inputs * (worth * p * (1.0 - p))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, pull)
        while cost(found + step) > cost(found) and np.abs(step).max() > CLOSE:
            step = 0.5 * step
        found = found + step
        if np.abs(step).max() < CLOSE:
            break
    sign, size = np.linalg.slogdet(curvature)
    return found, -cost(found) - 0.5 * float(size) + 0.5 * float(np.log(penalty).sum())
