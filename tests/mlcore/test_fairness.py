"""Groups are judged alike, small ones not at all, and a gap counts only where chance would not make it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from mlcore.evaluation.dump import Dump
from mlcore.evaluation.fairness import gaps, group_scores
from mlcore.evaluation.reporting import write_report


def predictions(bias_of_north: float) -> pd.DataFrame:
    """Two schools of 150 learners with 8 answers each and a third with 20; north is estimated too high by a bias."""
    rng = np.random.default_rng(0)
    learner = np.repeat(np.arange(320), 8)
    school = np.where(learner < 150, "north", np.where(learner < 300, "south", "tiny"))
    truth = rng.uniform(0.2, 0.7, size=len(learner))
    columns = {
        "course": "arithmetic",
        "cohort": -1,
        "seed": 0,
        "k": -1,
        "protocol": "next",
        "learner": learner.astype(str),
        "is_new_skill": 0.0,
        "correct": (rng.random(len(learner)) < truth).astype(float),
        "p_adept": truth + bias_of_north * (school == "north"),
        "group_school": school,
    }
    return pd.DataFrame(columns)


def test_groups_are_scored_apart_and_small_ones_are_not_judged() -> None:
    table = predictions(bias_of_north=0.0)
    north = table[table["group_school"] == "north"]

    found = {score.group: score for score in group_scores(table, ["adept"])}

    assert found["north"].auc == pytest.approx(roc_auc_score(north["correct"], north["p_adept"]))
    assert found["north"].log_loss == pytest.approx(log_loss(north["correct"], north["p_adept"]))
    assert found["tiny"].learners == 20
    assert np.isnan(found["tiny"].log_loss)


def test_a_real_gap_is_found_and_a_chance_gap_is_not() -> None:
    (unfair,) = [gap for gap in gaps(predictions(bias_of_north=0.2), ["adept"]) if gap.measure == "excess"]
    (fair,) = [gap for gap in gaps(predictions(bias_of_north=0.0), ["adept"]) if gap.measure == "excess"]

    assert unfair.gap == pytest.approx(0.2, abs=0.05)
    assert unfair.p < 0.01
    assert fair.p > 0.05


def test_one_group_alone_has_no_gap() -> None:
    table = predictions(bias_of_north=0.0)

    assert gaps(table[table["group_school"] != "south"], ["adept"]) == []


def test_a_report_says_where_data_are_insufficient(tmp_path: Path) -> None:
    asked = predictions(bias_of_north=0.2)
    frozen = asked.assign(protocol="roll", k=5)
    report = write_report(Dump(pd.concat([asked, frozen], ignore_index=True)), tmp_path)

    assert "| arithmetic | school | north | adept | 150 |" in report.read_text()
    assert "Insufficient data (number of groups): arithmetic school (1)." in report.read_text()
    assert "| arithmetic | school | adept | excess | 0.1" in report.read_text()
