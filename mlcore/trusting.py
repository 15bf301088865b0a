"""How far to trust the network in a course that it has never met: judged on courses left out of its training.

In the courses it was trained on the network looks better than it will be elsewhere, and above all at first: how first
answers go is a habit of each course. So some courses are left out, the others teach a network, and the left out ones
say how much it and the classic should weigh after no answers, after one, after two, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mlcore.calibration import STAGED, Population, stage_of, uncalibrated
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes
from mlcore.fitting import FROZEN_AFTER, Evidence, judge, ridge_logistic
from mlcore.inference import Knowledge
from mlcore.interactions import Codes, Numbers
from mlcore.weights import Weights

COHORTS = (20, 60)  # learners who answered in the left out course before
JUDGED = 120  # learners of each left out course
LATER = (40, 80)  # further numbers of answers known
SPREAD = 0.3  # sd of the prior of each weight, around one half


def evidence_of(weights: Weights, population: Population, course: Episodes, rng: np.random.Generator) -> list[Evidence]:
    """Return how the network judges learners of a course it has not met, for each distance."""
    parts = []
    for number, size in enumerate(COHORTS):
        shuffled: Codes = rng.permutation(course.learners)
        size = min(size, course.learners // 2)
        knowledge = Knowledge(weights, fit_difficulty(course.of_learners(shuffled[:size]), population))
        judged = course.of_learners(shuffled[size : size + JUDGED])
        names = number * course.learners + np.arange(judged.learners)
        parts.append(judge(knowledge, judged, names, (*FROZEN_AFTER, *LATER)))
    return [Evidence.together(part) for part in zip(*parts, strict=True)]


def trust_by_stage(evidence: Sequence[Sequence[Evidence]]) -> Numbers:
    """Return what `Calibration.stages` should be in a new course, given the evidence of several courses."""
    stages: Numbers = np.zeros(STAGED)
    half = uncalibrated(Population()).whole[:2]
    for distance in range(STAGED[0]):
        together = Evidence.together([_numbered(course[distance], number) for number, course in enumerate(evidence)])
        stage = stage_of(together.answered)
        for one in np.unique(stage):
            found, _ = ridge_logistic(together.rows(stage == one), half, np.full(2, SPREAD))
            stages[distance, one, :2] = np.maximum(found, 0.0) - half
    return stages


def _numbered(evidence: Evidence, course: int) -> Evidence:
    """Drop what only this network could read, and tell this course's learners from those of others."""
    return replace(evidence, inputs=evidence.inputs[:, :2], learner=evidence.learner + course * 10**9)
