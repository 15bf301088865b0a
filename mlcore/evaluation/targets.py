"""What the learner model set out to reach, held against what was measured: every cell, hit or missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import pandas as pd

from mlcore.evaluation.asking import IN_COURSE
from mlcore.evaluation.cells import FEW, FEWEST_LEARNERS, cell_name
from mlcore.evaluation.comparing import Difference, Score
from mlcore.evaluation.discrimination import AucDifference
from mlcore.evaluation.uncertainty import Coverage

RIVALS = ("rasch_eb", "classic2", "best_lr", "beta")  # whose differences are needed
BY_AUC = "best_lr"  # whose AUC over whole histories is to be beaten
FEWEST_COURSES = 4  # that have to be ahead
LONGEST_MS = {"observe": 0.05, "refit 10, predict 20": 0.3}
COVERED = (0.85, 0.95)
ALL_COURSES = ""

Verdict = Literal["hit", "missed", "not measured"]
Wanted = Callable[[Difference], bool]


@dataclass(frozen=True)
class Target:
    """One number that was to be at least, or at most, some other."""

    aim: str
    course: str  # ALL_COURSES: over all of them
    cohort: int
    where: str
    measured: float
    bound: str
    verdict: Verdict
    low: float = float("nan")  # of the 95 % interval, where it is known
    high: float = float("nan")


@dataclass(frozen=True)
class Measured:
    """All that targets are about, of one predictor.

    `differences` are to each of RIVALS by itself, `auc_differences` to BY_AUC.
    """

    predictor: str
    scores: Sequence[Score]
    differences: Sequence[Difference]
    auc_differences: Sequence[AucDifference]
    coverages: Sequence[Coverage]
    timings: pd.DataFrame

    def against(self, rival: str, cohort: int, wanted: Wanted) -> list[Difference]:
        """The differences to one rival, from the cells wanted."""
        pair = self.predictor, rival, cohort
        own = [each for each in self.differences if (each.predictor, each.rival, each.cohort) == pair]
        return [each for each in own if wanted(each)]

    def pairs(self, rival: str, wanted: Callable[[Score], bool]) -> list[tuple[Score, Score]]:
        """The scores of the predictor and of a rival, in the in-course cells wanted."""
        asked = [score for score in self.scores if score.cohort == IN_COURSE and wanted(score)]
        rivals = {(score.course, score.protocol, score.k): score for score in asked if score.predictor == rival}
        own = [(score, rivals.get((score.course, score.protocol, score.k))) for score in asked]
        return [(score, other) for score, other in own if score.predictor == self.predictor and other is not None]


def targets(measured: Measured) -> list[Target]:
    """Check every target in every cell that it is about."""
    return [
        *_against_rasch(measured),
        *_against_classic2(measured),
        *_against_others(measured),
        *_over_histories(measured),
        *_in_unseen_courses(measured),
        *_of_uncertainty(measured),
        *_of_speed(measured),
    ]


def _against_rasch(measured: Measured) -> list[Target]:
    aim = "in course, never behind rasch_eb: upper end of the interval"
    cells = measured.against("rasch_eb", IN_COURSE, lambda each: each.protocol == "roll" and each.k in FEW)
    means = measured.against("rasch_eb", IN_COURSE, lambda each: each.protocol == "few_shot")
    ahead = [1.0 if each.is_better else 0.0 for each in means]
    return [
        *[_at_most(aim, each, each.high, 0.002) for each in cells],
        _many("in course, ahead of rasch_eb: courses with the whole interval below 0", ahead, IN_COURSE),
        _mean("in course, ahead of rasch_eb: few-shot mean over courses", means, -0.006),
    ]


def _against_classic2(measured: Measured) -> list[Target]:
    cells = measured.against("classic2", IN_COURSE, lambda each: each.protocol in ("roll", "next"))
    return [
        *[_at_most("in course, never behind classic2", each, each.log_loss, 0.002) for each in cells],
        _mean("in course, ahead of classic2: mean over all k and whole histories", cells, -0.004),
    ]


def _against_others(measured: Measured) -> list[Target]:
    early = measured.against("best_lr", IN_COURSE, lambda each: each.protocol == "roll" and each.k <= 5)
    pairs = measured.pairs("dkt_items", lambda score: score.protocol == "roll" and score.k <= 5)
    aim = "in course, AUC above dkt_items"
    return [
        *[_at_most("in course, ahead of best_lr", each, each.log_loss, -0.008) for each in early],
        *[_at_least(aim, own, own.auc - other.auc, 0.02) for own, other in pairs],
        *([] if pairs else [Target(aim, ALL_COURSES, IN_COURSE, "k <= 5", float("nan"), ">= +0.020", "not measured")]),
    ]


def _over_histories(measured: Measured) -> list[Target]:
    own = [score for score in measured.scores if (score.predictor, score.protocol) == (measured.predictor, "next")]
    apart = [each for each in measured.auc_differences if (each.rival, each.cohort) == (BY_AUC, IN_COURSE)]
    aim = f"in course, AUC over whole histories above {BY_AUC}"
    return [
        *[replace(_at_least(aim, each, each.auc, 0.010), low=each.low, high=each.high) for each in apart],
        *[_at_most("calibration error", score, score.ece, 0.010) for score in own if score.cohort == IN_COURSE],
    ]


def _in_unseen_courses(measured: Measured) -> list[Target]:
    means = measured.against("rasch_eb", 20, lambda each: each.protocol == "few_shot")
    far_ahead = [1.0 if each.log_loss <= -0.008 else 0.0 for each in means]
    alone = measured.against("beta", 0, lambda each: each.protocol == "roll" and each.k >= 1)
    return [
        *[_at_most("unseen course, never behind rasch_eb", each, each.log_loss, 0.0) for each in means],
        _many("unseen course, ahead of rasch_eb: courses with a few-shot mean <= -0.008", far_ahead, 20),
        *[_at_most("unseen course without a cohort, never behind beta", each, each.log_loss, 0.0) for each in alone],
    ]


def _of_uncertainty(measured: Measured) -> list[Target]:
    low, high = COVERED
    return [
        Target(
            "90 % intervals of how far mastery moves until 20 answers cover its move",
            each.course,
            each.cohort,
            f"k={each.k}",
            each.as_moves,
            f"{low:.2f} to {high:.2f}",
            _verdict(low <= each.as_moves <= high, each.learners),
        )
        for each in measured.coverages
    ]


def _of_speed(measured: Measured) -> list[Target]:
    rows = measured.timings.to_dict("records")
    return [
        Target(
            "milliseconds, 99th percentile",
            str(row["course"]),
            IN_COURSE,
            str(row["deed"]),
            float(row["p99_ms"]),
            f"< {LONGEST_MS[str(row['deed'])]:g}",
            "hit" if row["p99_ms"] < LONGEST_MS[str(row["deed"])] else "missed",
        )
        for row in rows
        if row["deed"] in LONGEST_MS
    ]


def _at_most(aim: str, cell: Difference | Score, value: float, bound: float) -> Target:
    where = cell_name(cell.protocol, cell.k)
    verdict = _verdict(value <= bound, cell.learners)
    return Target(aim, cell.course, cell.cohort, where, value, f"<= {bound:+.3f}", verdict)


def _at_least(aim: str, cell: AucDifference | Score, value: float, bound: float) -> Target:
    where = cell_name(cell.protocol, cell.k)
    verdict: Verdict = "not measured" if isnan(value) else _verdict(value >= bound, cell.learners)
    return Target(aim, cell.course, cell.cohort, where, value, f">= {bound:+.3f}", verdict)


def _mean(aim: str, cells: Sequence[Difference], bound: float) -> Target:
    value = sum(each.log_loss for each in cells) / len(cells) if cells else float("nan")
    verdict: Verdict = "not measured" if isnan(value) else _verdict(value <= bound, FEWEST_LEARNERS)
    return Target(aim, ALL_COURSES, IN_COURSE, "mean", value, f"<= {bound:+.3f}", verdict)


def _many(aim: str, is_one: Sequence[float], cohort: int) -> Target:
    """So many courses have to be ahead; undecided where fewer were measured."""
    enough: Verdict = "hit" if sum(is_one) >= FEWEST_COURSES else "missed"
    verdict: Verdict = enough if len(is_one) >= FEWEST_COURSES else "not measured"
    where = f"of {len(is_one)} courses"
    return Target(aim, ALL_COURSES, cohort, where, float(sum(is_one)), f">= {FEWEST_COURSES}", verdict)


def _verdict(is_hit: bool, learners: int) -> Verdict:
    if learners < FEWEST_LEARNERS:
        return "not measured"
    return "hit" if is_hit else "missed"
