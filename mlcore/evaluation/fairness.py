"""Whether a predictor serves groups of learners equally well, where the log says who belongs to which.

Groups are never read by a predictor; they come back in only here. A gap between groups is held against the gaps that
arise when the same learners are dealt to the groups at random (randomization test).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from mlcore.evaluation.asking import CHANCE
from mlcore.evaluation.measures import auc, calibration_error, log_losses
from mlcore.interactions import Codes, Numbers
from mlcore.schema import GROUP

FEWEST_LEARNERS = 100  # of a group that is judged
SHUFFLES = 200

Measure = Callable[[Numbers, Numbers], float]


def excess(chance: Numbers, correct: Numbers) -> float:
    """By how much the chances are too high on the whole; below 0 the group is underestimated."""
    return float(np.mean(chance - correct))


def _log_loss(chance: Numbers, correct: Numbers) -> float:
    return float(log_losses(chance, correct).mean())


MEASURES: dict[str, Measure] = {"log_loss": _log_loss, "auc": auc, "excess": excess}


@dataclass(frozen=True)
class GroupScore:
    """How well one predictor did on the next answers of one group; nan where its learners are too few to say."""

    course: str
    cohort: int
    grouping: str
    group: str
    predictor: str
    learners: int
    log_loss: float
    auc: float
    ece: float
    excess: float


@dataclass(frozen=True)
class Gap:
    """The largest difference between two groups, and how often chance alone makes one as large."""

    course: str
    cohort: int
    grouping: str
    predictor: str
    measure: str
    gap: float
    p: float


def group_scores(predictions: pd.DataFrame, predictors: Sequence[str]) -> list[GroupScore]:
    """Score each group in each course, by the protocol `next`."""
    found = []
    for where, grouping, rows in _groupings(predictions):
        for group, own in rows.groupby(grouping):
            learners = own["learner"].nunique()
            for name in _asked(rows, predictors):
                chance, correct = _numbers(own, CHANCE + name), _numbers(own, "correct")
                values = [measure(chance, correct) for measure in (_log_loss, auc, calibration_error, excess)]
                shown = values if learners >= FEWEST_LEARNERS else [float("nan")] * len(values)
                found.append(GroupScore(*where, grouping.removeprefix(GROUP), str(group), name, learners, *shown))
    return found


def gaps(predictions: pd.DataFrame, predictors: Sequence[str], shuffles: int = SHUFFLES, seed: int = 0) -> list[Gap]:
    """Test the gaps between groups of at least FEWEST_LEARNERS; a grouping with fewer than two such has none."""
    found = []
    for where, grouping, rows in _groupings(predictions):
        learner, group_of = _large_groups(rows, grouping)
        if group_of.max(initial=0) == 0:
            continue
        kept = learner >= 0
        for name in _asked(rows, predictors):
            chance, correct = _numbers(rows, CHANCE + name)[kept], _numbers(rows, "correct")[kept]
            for title, measure in MEASURES.items():
                gap, p = _randomized(measure, (chance, correct), (learner[kept], group_of), (shuffles, seed))
                found.append(Gap(*where, grouping.removeprefix(GROUP), name, title, gap, p))
    return found


def _asked(rows: pd.DataFrame, predictors: Sequence[str]) -> list[str]:
    return [name for name in predictors if rows[CHANCE + name].notna().any()]


def _groupings(predictions: pd.DataFrame) -> list[tuple[tuple[str, int], str, pd.DataFrame]]:
    """Next answers of each course and cohort, with each column of groups that says something there."""
    following = predictions[predictions["protocol"] == "next"]
    columns = [str(name) for name in predictions if str(name).startswith(GROUP)]
    return [
        (cast("tuple[str, int]", where), column, rows[rows[column].notna()])
        for where, rows in following.groupby(["course", "cohort"])
        for column in columns
        if rows[column].notna().any()
    ]


def _large_groups(rows: pd.DataFrame, grouping: str) -> tuple[Codes, Codes]:
    """For each row its learner (-1 in a small group), and for each learner their group.  [n], [learners]"""
    size = rows.groupby(grouping)["learner"].transform("nunique").to_numpy()
    large = rows[size >= FEWEST_LEARNERS]
    codes, names = pd.factorize(large["learner"])
    learner = np.full(len(rows), -1)
    learner[size >= FEWEST_LEARNERS] = codes
    group_of_name = large.drop_duplicates("learner").set_index("learner")[grouping]
    return learner, pd.factorize(group_of_name.loc[names])[0]


def _randomized(
    measure: Measure,
    answers: tuple[Numbers, Numbers],
    who: tuple[Codes, Codes],
    how: tuple[int, int],
) -> tuple[float, float]:
    """The gap, and the share of random deals (this one among them) with a gap as large."""
    learner, group_of = who
    shuffles, seed = how
    rng = np.random.default_rng(seed)
    gap = _gap(measure, answers, group_of[learner])
    random = [_gap(measure, answers, rng.permutation(group_of)[learner]) for _ in range(shuffles)]
    return gap, (1 + sum(other >= gap for other in random)) / (1 + shuffles)


def _gap(measure: Measure, answers: tuple[Numbers, Numbers], group: Codes) -> float:
    chance, correct = answers
    values = [measure(chance[group == code], correct[group == code]) for code in np.unique(group)]
    return max(values) - min(values)


def _numbers(rows: pd.DataFrame, name: str) -> Numbers:
    return rows[name].to_numpy(dtype=np.float64)
