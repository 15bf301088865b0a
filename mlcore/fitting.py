"""Fit a tutor to one course: its difficulties, then how much its answers bend the predictions (the slow clock)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from mlcore.belief import Belief
from mlcore.calibration import NOTHING, Calibration, Table, distance_of, stage_of
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, Keys
from mlcore.inference import Foresight, Knowledge, believe, foresee, walk
from mlcore.interactions import Codes, Numbers
from mlcore.memory import moderated, sigmoid, whole_seconds
from mlcore.weights import LIKENESS, LONGEST, Weights

FEWEST_LEARNERS = 4
MOST_LEARNERS = 400  # bend the predictions; more would not change them
LASTING = 120  # answers of a learner that tell the weights of its stages
FOLDS = 5
LARGE = 60  # learners from which two folds are enough
NEWTON_STEPS = 15
CLOSE = 1e-6
SLOPES = (0.2, 3.0)  # least and most
TRUST = (0.1, 0.1)  # sd of the priors of: the classic's weight, the network's
STAGE_TRUST = (0.1, 0.1, 0.1)  # likewise of a stage's distance from the whole, and of its shift
STEADY = 1e-4  # for what is not to move at all
SCALES = (0.5, 1.0, 2.0)  # of these; the evidence of the course weighs them
STAGE_SCALES, WIDE_SCALES = (0.5, 1.0), (2.0, 4.0)  # the wide ones only for a cohort that is LARGE
HEAD_SCALES = (0.1, 0.4, 1.0, 2.0, 4.0)
FROZEN_AFTER = (0, 1, 3, 5, 10, 20)
FARTHEST, STRIDE = 40, 3  # every third answer of the far future, until so many later


@dataclass(frozen=True)
class Evidence:
    """How n answers were judged, and how they went."""

    inputs: Numbers  # [n, 3 + h] the classic's logit, the network's, 1, and the network's last hidden layer
    correct: Numbers  # [n]
    answered: Numbers  # [n] answers known
    learner: Codes  # [n]
    offset: Numbers  # [n] of the logit, beside what is fitted

    @staticmethod
    def of(foresight: Foresight, correct: Numbers, learner: Codes) -> Evidence:
        known = foresight.known
        logits = moderated(known.logit, known.variance), moderated(foresight.mean, foresight.variance)
        inputs = np.column_stack([*logits, np.ones(len(correct)), foresight.reading.activations])
        return Evidence(inputs, correct, known.answered, learner, np.zeros(len(correct)))

    @staticmethod
    def together(parts: Sequence[Evidence]) -> Evidence:
        return Evidence(*(np.concatenate([getattr(part, c.name) for part in parts]) for c in fields(Evidence)))

    def rows(self, chosen: NDArray[np.bool_]) -> Evidence:
        return Evidence(*(getattr(self, column.name)[chosen] for column in fields(self)))

    @property
    def worth(self) -> Numbers:
        """What each answer counts for: those of one learner resemble each other (design effect, Kish 1965).  [n]"""
        _, which, count = np.unique(self.learner, return_inverse=True, return_counts=True)
        worth = 1.0 / (1.0 + LIKENESS * (count[which] - 1.0))
        return worth.astype(np.float64)


def calibrate(weights: Weights, prior: Calibration, cohort: Episodes, expected: Table = NOTHING) -> Calibration:
    """Return the calibration of the course in which this cohort answered; `expected` as in `fit_difficulty`.

    What bends the predictions is fitted on answers predicted from the difficulties of the rest of the cohort
    (cross-fitting), with a ridge pull towards `prior`'s, so 20 learners move it a little and none not at all.
    """
    cohort = cohort.of_learners(np.flatnonzero(cohort.lengths))  # who never answered tells nothing
    judged = fit_difficulty(cohort, prior.population, expected)
    calibration = replace(judged, network_weight=prior.network_weight, stages=prior.stages)
    if cohort.learners < FEWEST_LEARNERS:
        return calibration
    return _bent(calibration, prior, weights, cross_fitted(weights, prior, cohort, expected))


def cross_fitted(weights: Weights, prior: Calibration, cohort: Episodes, expected: Table = NOTHING) -> list[Evidence]:
    """Return evidence of answers judged without their own fold, for each distance: given all before them (0), and
    given the first few only (1 and 2)."""
    order = np.argsort(_signatures(cohort), kind="stable")
    if len(order) > MOST_LEARNERS:  # spread out: those who answered alike stand together
        order = order[np.linspace(0, len(order) - 1, MOST_LEARNERS).round().astype(np.int64)]
    folds = min(FOLDS if cohort.learners <= LARGE else 2, len(order))
    parts = []
    for fold in (order[start::folds] for start in range(folds)):
        others = np.setdiff1d(np.arange(cohort.learners), fold)
        knowledge = Knowledge(weights, fit_difficulty(cohort.of_learners(others), prior.population, expected))
        parts.append(judge(knowledge, cohort.of_learners(fold), fold, FROZEN_AFTER))
    return [Evidence.together(part) for part in zip(*parts, strict=True)]


def _signatures(cohort: Episodes) -> Keys:
    """Return a number of each learner's answers, so that folds do not depend on the order of learners.  [learners]"""
    signatures = np.zeros(cohort.learners, np.uint64)
    place = (2 * cohort.position + 1).astype(np.uint64)
    right = (cohort.outcomes.correct >= 0.5).astype(np.uint64)
    np.add.at(signatures, cohort.learner, (cohort.questions.item ^ right) * place)
    return signatures


def judge(knowledge: Knowledge, episodes: Episodes, names: Codes, shots: Sequence[int]) -> list[Evidence]:
    """Judge the first answers of these learners, for each distance: each from all before it, and from `shots` only.

    `names` [learners] tell learners of several episodes apart.
    """
    episodes = episodes.first(LASTING)
    parts = [[_given_all(knowledge, episodes, names)], [], []]
    for k in shots:
        belief = believe(knowledge, episodes.first(k), episodes.learners)
        for distance in (1, 2):
            rows = _later(episodes, k, distance)
            parts[distance].append(_given(knowledge, belief, episodes, (rows, names)))
    return [Evidence.together(part) for part in parts]


def _given_all(knowledge: Knowledge, episodes: Episodes, names: Codes) -> Evidence:
    return Evidence.together(
        [
            Evidence.of(step.foresight, episodes.outcomes.correct[step.rows], names[step.learners])
            for step in walk(knowledge, episodes)
        ]
    )


def _given(knowledge: Knowledge, belief: Belief, episodes: Episodes, which: tuple[Codes, Codes]) -> Evidence:
    rows, names = which
    prompts = knowledge.calibration.weigh(episodes.questions.rows(rows))
    now = whole_seconds(episodes.outcomes.at[rows])
    foresight = foresee(knowledge, belief, prompts, now, episodes.learner[rows])
    return Evidence.of(foresight, episodes.outcomes.correct[rows], names[episodes.learner[rows]])


def _later(episodes: Episodes, k: int, distance: int) -> Codes:
    """Return the rows at a distance from the first k answers; of the far future, every few and not the farthest."""
    between = episodes.position - k
    is_looked_at = (distance == 1) | ((between < FARTHEST) & (between % STRIDE == 0))
    return np.flatnonzero((between > 0) & (distance_of(np.maximum(between, 0)) == distance) & is_looked_at)


def _bent(calibration: Calibration, prior: Calibration, weights: Weights, evidence: Sequence[Evidence]) -> Calibration:
    """Fit logit = a * classic + b * network + shift + head @ activations: for all answers, then for each stage.

    Once for each distance.
    """
    trusts = weights.head_trust[[0, 1, 1]]
    wholes = [
        _whole(one.rows(one.answered < LONGEST), prior, trust, away)
        for one, trust, away in zip(evidence, trusts, prior.stages, strict=True)
    ]
    classic, network = np.maximum(wholes[0][:2], 0.0)
    slope = min(max(float(classic + network), SLOPES[0]), SLOPES[1])
    share = min(max(float(network / slope), 0.0), 1.0)
    bent = replace(calibration, network_weight=share, slope=slope, shift=float(wholes[0][2]))
    stages = [_stages(whole, one, away) for whole, one, away in zip(wholes, evidence, prior.stages, strict=True)]
    return replace(bent, stages=np.array(stages) - bent.whole, head=np.array([whole[3:] for whole in wholes]))


def _whole(evidence: Evidence, prior: Calibration, trust: Numbers, away: Numbers) -> Numbers:
    """Return the coefficients for all stages together, as far from `prior`'s as the evidence makes plausible.

    Stages are expected to lie `away` [stages, 3] from it.
    """
    offset = (evidence.inputs[:, :3] * away[stage_of(evidence.answered)]).sum(1)
    evidence = replace(evidence, offset=offset)
    start = np.concatenate([prior.whole, np.zeros(len(trust) - 1)])
    trusts = [
        np.array([*(scale * np.array(TRUST)), scale * trust[-1], *(head * trust[:-1])])
        for scale in SCALES
        for head in HEAD_SCALES
    ]
    return _averaged(evidence, start, trusts)


def _stages(whole: Numbers, evidence: Evidence, away: Numbers) -> Numbers:
    """Return the weights of each stage, shrunk to the whole's and to how far stages are `away` from it.  [stages, 3]"""
    stage = stage_of(evidence.answered)
    weights: Numbers = whole[:3] + away
    for one in np.unique(stage):
        start = np.concatenate([weights[one], whole[3:]])
        steady = np.full(len(whole) - 3, STEADY)
        rows = evidence.rows(stage == one)
        scales = STAGE_SCALES + (WIDE_SCALES if len(np.unique(rows.learner)) > LARGE else ())
        trusts = [np.concatenate([scale * np.array(STAGE_TRUST), steady]) for scale in scales]
        weights[one] = _averaged(rows, start, trusts)[:3]
    weights[:, :2] = np.maximum(weights[:, :2], 0.0)
    return weights


def _averaged(evidence: Evidence, start: Numbers, trusts: Sequence[Numbers]) -> Numbers:
    """Return the coefficients averaged over these priors, each as far as it makes the evidence likely (MacKay 1992).

    Neither the classic nor the network counts less than nothing: where one would, the rest is fitted without it.
    """
    averaged = _free(evidence, start, trusts)
    below = np.flatnonzero(averaged[:2] < 0.0)
    if not len(below):
        return averaged
    start, trusts = start.copy(), [trust.astype(np.float64) for trust in trusts]
    for pinned in (start, *trusts):
        pinned[below] = 0.0 if pinned is start else STEADY
    bounded = _free(evidence, start, trusts)
    bounded[:2] = np.maximum(bounded[:2], 0.0)
    return bounded


def _free(evidence: Evidence, start: Numbers, trusts: Sequence[Numbers]) -> Numbers:
    found, evidences = zip(*(ridge_logistic(evidence, start, trust) for trust in trusts), strict=True)
    weight = np.exp(np.array(evidences) - max(evidences))
    averaged: Numbers = weight @ np.array(found) / weight.sum()
    return averaged


def ridge_logistic(evidence: Evidence, start: Numbers, trust: Numbers) -> tuple[Numbers, float]:
    """Return the mode of coefficients [c] with the prior N(start, trust^2), and the log evidence of that prior.

    Damped Newton; the evidence is Laplace's approximation, up to a constant.
    """
    penalty = trust.astype(np.float64) ** -2.0
    inputs, correct, worth, offset = evidence.inputs, evidence.correct, evidence.worth, evidence.offset

    def cost(coefficients: Numbers) -> float:
        logit = inputs @ coefficients + offset
        unexplained = np.logaddexp(0.0, logit) - correct * logit
        return float((worth * unexplained).sum() + 0.5 * (penalty * (coefficients - start) ** 2).sum())

    found = start
    for _ in range(NEWTON_STEPS):
        p = sigmoid(inputs @ found + offset)
        pull = inputs.T @ (worth * (correct - p)) - penalty * (found - start)
        curvature = (inputs * (worth * p * (1.0 - p))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, pull)
        while cost(found + step) > cost(found) and np.abs(step).max() > CLOSE:
            step = 0.5 * step
        found = found + step
        if np.abs(step).max() < CLOSE:
            break
    volume = float(np.log(penalty).sum() - np.linalg.slogdet(curvature)[1])
    return found, 0.5 * volume - cost(found)
