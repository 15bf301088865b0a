"""Who tells right answers from wrong ones better? Differences of AUC over whole histories, with intervals.

An AUC is no mean over answers, so `bootstrapping` cannot draw it. Learners are drawn, and the AUCs of both predictors
are computed again with each learner's answers as often as the learner was drawn (paired, clustered by learner). Answers
are sorted once for all draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from mlcore.evaluation.asking import CHANCE
from mlcore.evaluation.cells import Cell, cells
from mlcore.evaluation.comparing import predictors_in
from mlcore.interactions import Codes, Numbers

DRAWS = 1000


@dataclass(frozen=True)
class AucDifference:
    """AUC of a predictor minus that of a rival on the same answers, the mean over seeds: positive is better."""

    course: str
    cohort: int
    protocol: str
    k: int
    predictor: str
    rival: str
    auc: float
    low: float
    high: float
    learners: int


@dataclass(frozen=True)
class Ranking:
    """Answers in the order of the chances they were given: r right ones and w wrong ones."""

    right: Codes  # [r] learner of each right answer
    wrong: Codes  # [w] learner of each wrong answer, the least likely to be right first
    below: Codes  # [r] how many wrong answers were given a lower chance than the right one
    up_to: Codes  # [r] how many were given a lower chance or the same

    @classmethod
    def of(cls, chance: Numbers, correct: Numbers, learner: Codes) -> Self:
        """Rank n answers, each of a learner given as a code from 0 on."""
        order = np.argsort(chance, kind="stable")
        chance, learner, is_right = chance[order], learner[order], correct[order] == 1
        wrong = chance[~is_right]
        below, up_to = (np.searchsorted(wrong, chance[is_right], side) for side in ("left", "right"))
        return cls(learner[is_right], learner[~is_right], below, up_to)

    def auc(self, copies: Numbers) -> float:
        """The AUC if learner l were there copies[l] times; equal chances count half, nan if all answers are alike.

        Pairs of a right and a wrong answer in the right order, as a share of all pairs (Mann & Whitney 1947).
        """
        counted = np.concatenate([[0.0], np.cumsum(copies[self.wrong])])
        own = copies[self.right]
        pairs = own.sum() * counted[-1]
        return float(own @ (counted[self.below] + counted[self.up_to]) / (2.0 * pairs)) if pairs else float("nan")


def auc_differences(
    predictions: pd.DataFrame, rivals: Sequence[str], predictor: str, draws: int = DRAWS, seed: int = 0
) -> list[AucDifference]:
    """Compare one predictor's AUC over whole histories with that of each rival, wherever both were asked.

    Percentile intervals (95 %); a cell where nobody's answers differ is left out.
    """
    found = []
    for cell, rows in cells(predictions):
        asked = predictors_in(rows)
        against = [name for name in dict.fromkeys(rivals) if name in asked and name != predictor]
        if cell.protocol == "next" and predictor in asked and against:
            found += _in_cell(cell, rows, [predictor, *against], (draws, seed))
    return found


def _in_cell(cell: Cell, rows: pd.DataFrame, names: Sequence[str], how: tuple[int, int]) -> list[AucDifference]:
    """The first of `names` against each of the others, all from the same draws."""
    draws, seed = how
    learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1]
    learners = int(learner.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(learners, np.full(learners, 1 / learners), size=draws)
    copies = np.concatenate([np.ones((1, learners)), drawn])  # first as it is
    own, *others = (_aucs(rows, name, learner, copies) for name in names)
    found = []
    for rival, other in zip(names[1:], others, strict=True):
        apart = own - other
        if not np.isnan(apart[0]):
            low, high = np.nanquantile(apart[1:], [0.025, 0.975])
            found.append(AucDifference(*cell, names[0], rival, float(apart[0]), float(low), float(high), learners))
    return found


def _aucs(rows: pd.DataFrame, name: str, learner: Codes, copies: Numbers) -> Numbers:
    """The mean over seeds of one predictor's AUC, for each row of `copies` [d, learners].  [d]"""
    chance, correct, seed = (rows[column].to_numpy() for column in (CHANCE + name, "correct", "seed"))
    of_seeds = [Ranking.of(chance[own], correct[own], learner[own]) for own in (seed == one for one in np.unique(seed))]
    return np.array([np.mean([ranking.auc(one) for ranking in of_seeds]) for one in copies])
