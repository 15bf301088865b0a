"""Targets are held against numbers worked out by hand, and words say what the numbers say."""

from __future__ import annotations

from collections import Counter
from math import log

import numpy as np
import pandas as pd
import pytest

from mlcore.evaluation.dump import Dump
from mlcore.evaluation.efficiency import efficiencies
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.targets import Target
from mlcore.evaluation.words import verdict
from tests.mlcore.dumps import RIGHT, predictions


def found(table: pd.DataFrame, **beside: pd.DataFrame) -> Findings:
    return Findings.of(Dump(table, **beside), ["rasch_eb", "classic2", "best_lr", "beta"], ["rasch_eb"])


def loss(chance: float) -> float:
    return -RIGHT * log(chance) - (1 - RIGHT) * log(1 - chance)


def about(findings: Findings, words: str) -> list[Target]:
    return [target for target in findings.targets if words in target.aim]


def test_a_model_that_is_always_better_hits_what_it_is_compared_in() -> None:
    findings = found(predictions({"rasch_eb": 0.7, "classic2": 0.7, "best_lr": 0.6, "adept": 0.8}))

    cells = about(findings, "never behind rasch_eb")
    (mean,) = about(findings, "few-shot mean over courses")
    (ahead,) = about(findings, "whole interval below 0")
    assert Counter(target.where for target in cells) == {"k=1": 4, "k=3": 4, "k=5": 4, "k=10": 4}
    assert {target.verdict for target in [*cells, *about(findings, "classic2"), mean, ahead]} == {"hit"}
    assert mean.measured == pytest.approx(loss(0.8) - loss(0.7))
    assert ahead.measured == 4
    assert [target.verdict for target in about(findings, "dkt_items")] == ["not measured"]


def test_a_model_that_is_worse_misses_them() -> None:
    findings = found(predictions({"rasch_eb": 0.8, "classic2": 0.8, "best_lr": 0.8, "adept": 0.7}))

    judged = [target for words in ("rasch_eb", "classic2", "best_lr") for target in about(findings, words)]
    assert {target.verdict for target in judged if "unseen" not in target.aim and "AUC" not in target.aim} == {"missed"}
    assert all(target.measured == pytest.approx(0.1) for target in about(findings, "calibration error"))
    assert {target.verdict for target in about(findings, "calibration error")} == {"missed"}


def test_a_cell_of_few_learners_and_a_handful_of_courses_decide_nothing() -> None:
    findings = found(predictions({"rasch_eb": 0.7, "adept": 0.8}, courses=1, learners=19))

    assert {target.verdict for target in about(findings, "never behind rasch_eb")} == {"not measured"}
    assert [target.verdict for target in about(findings, "whole interval below 0")] == ["not measured"]


def test_targets_of_unseen_courses_are_about_their_cohorts() -> None:
    twenty = predictions({"rasch_eb": 0.7, "adept": 0.8}, cohort=20)
    nobody = predictions({"beta": 0.8, "adept": 0.75}, cohort=0)

    findings = found(pd.concat([twenty, nobody], ignore_index=True))

    (ahead,) = about(findings, "unseen course, ahead of rasch_eb")
    assert (ahead.measured, ahead.verdict) == (4, "hit")
    alone = about(findings, "without a cohort")
    assert Counter((target.where, target.verdict) for target in alone) == {
        (f"k={k}", "missed"): 4 for k in (1, 3, 5, 10)
    }


def test_speed_and_intervals_are_held_against_their_bounds() -> None:
    timings = pd.DataFrame(
        [("course 0", "observe", 9, 0.01, 0.02, 0.04), ("course 0", "refit 10, predict 20", 9, 0.1, 0.2, 0.31)],
        columns=["course", "deed", "runs", "p50_ms", "p95_ms", "p99_ms"],
    )
    moves = np.repeat([0.0, 0.2], [90, 10])
    believed = {"mean": 0.5, "low": 0.35, "high": 0.65, "later_low": 0.4 + moves, "later_high": 0.6 + moves}
    mastery = pd.DataFrame(believed | {"later_mean": 0.5 + moves, "skill": "s", "k": 5})
    mastery = mastery.assign(course="course 0", cohort=-1, learner=[f"learner {n % 30}" for n in range(100)])

    findings = found(predictions({"adept": 0.8}, courses=1), timings=timings, mastery=mastery)

    assert {target.where: target.verdict for target in about(findings, "percentile")} == {
        "observe": "hit",
        "refit 10, predict 20": "missed",
    }
    (covered,) = about(findings, "intervals of how far mastery moves")
    assert (covered.measured, covered.verdict) == (pytest.approx(0.9), "hit")


def test_answers_needed_are_the_fewest_that_reach_the_classic_with_ten() -> None:
    table = predictions({"rasch_eb": 0.6, "adept": 0.6, "slow": 0.6}, courses=1)
    knows_five, knows_ten = table["k"] >= 5, table["k"] == 10
    table = table.assign(p_adept=np.where(knows_five, 0.75, 0.6), p_rasch_eb=np.where(knows_ten, 0.7, 0.6), p_slow=0.55)

    needed = {each.predictor: each.k for each in efficiencies(found(table).scores)}

    assert needed == {"rasch_eb": 10, "adept": 5, "slow": None}
    assert efficiencies(found(table[table["learner"].isin([f"learner {n}" for n in range(19)])]).scores) == []


@pytest.mark.parametrize(
    ("own", "tone", "words"),
    [
        (0.8, "ahead", "adept predicts clearly better than rasch_eb"),
        (0.6, "behind", "adept predicts clearly worse than rasch_eb"),
        (0.7, "level", "adept predicts about as well as rasch_eb"),
    ],
)
def test_a_verdict_says_what_the_intervals_say(own: float, tone: str, words: str) -> None:
    findings = found(predictions({"rasch_eb": 0.7, "adept": own}, courses=1))

    judged = verdict(findings, ("course 0", -1))

    assert judged.tone == tone
    assert words in judged.text
    assert ("luck may explain it" in judged.text) == (tone == "level")
    assert f"Its chances miss the frequencies by {100 * abs(own - RIGHT):.1f} points" in judged.text
