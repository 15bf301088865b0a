"""Measures and intervals are checked against scikit-learn, by hand, and by repeating the experiment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from mlcore.baselines.means import GlobalMean, ItemMean
from mlcore.baselines.rasch import RaschEB
from mlcore.evaluation import (
    KShot,
    Split,
    auc,
    bootstrap,
    brier,
    calibration_error,
    calibration_noise,
    differences,
    differences_to,
    k_shot,
    log_losses,
    reliability,
    scores,
    signed_rank_p,
)
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.reporting import write_report
from mlcore.interactions import Interactions, Numbers
from tests.mlcore.conftest import rasch_cohort

RNG = np.random.default_rng(5)
CHANCE = np.round(RNG.random(500), 2)  # rounded, so that there are ties
CORRECT = (RNG.random(500) < CHANCE).astype(float)


def test_measures_agree_with_scikit_learn() -> None:
    inside = np.clip(CHANCE, 0.01, 0.99)

    assert auc(CHANCE, CORRECT) == pytest.approx(roc_auc_score(CORRECT, CHANCE))
    assert log_losses(inside, CORRECT).mean() == pytest.approx(log_loss(CORRECT, inside))
    assert brier(CHANCE, CORRECT) == pytest.approx(brier_score_loss(CORRECT, CHANCE))
    assert np.isnan(auc(CHANCE, np.ones(500)))


def test_a_certain_mistake_costs_much_but_not_everything() -> None:
    assert log_losses(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(-np.log(1e-6))


def test_calibration_error_by_hand() -> None:
    chance = np.array([0.9, 0.1, 0.8, 0.2])
    correct = np.array([1.0, 0.0, 0.0, 1.0])

    # bins {.1, .2} and {.8, .9}: |.15 - .5| and |.85 - .5|, half of the answers each
    assert calibration_error(chance, correct, bins=2) == pytest.approx(0.35)


def test_reliability_pairs_chances_with_frequencies() -> None:
    chance, frequency = reliability(np.array([0.9, 0.1, 0.8, 0.2]), np.array([1.0, 0.0, 0.0, 1.0]), bins=2)

    assert chance == pytest.approx([0.15, 0.85])
    assert frequency == pytest.approx([0.5, 0.5])


def test_true_chances_are_miscalibrated_by_luck_alone() -> None:
    chance = np.random.default_rng(0).uniform(0.2, 0.9, size=3000)
    errors = [
        calibration_error(chance, (np.random.default_rng(seed).random(3000) < chance).astype(float))
        for seed in range(1, 40)
    ]

    assert calibration_noise(chance) == pytest.approx(np.mean(errors), rel=0.1)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        learner = np.repeat(np.arange(60), 5)
        values = 0.1 + np.repeat(rng.normal(size=60), 5) + rng.normal(size=300)  # answers of a learner are alike
        interval = bootstrap(values, learner, draws=400, seed=seed)
        covered += interval.low <= 0.1 <= interval.high

    assert 0.90 <= covered / 200 <= 0.98


def test_learners_are_drawn_not_answers() -> None:
    learner = np.repeat(np.arange(40), 25)
    values = np.repeat(np.random.default_rng(0).normal(size=40), 25)

    whole, naive = bootstrap(values, learner), bootstrap(values, np.arange(1000))

    assert whole.standard_error == pytest.approx(np.sqrt(values.var() / 40), rel=0.1)
    assert naive.standard_error < whole.standard_error / 4


@pytest.fixture(scope="module")
def crowd() -> Interactions:
    return rasch_cohort(learners=400, answers=30, seed=4)


@pytest.fixture(scope="module")
def shown(crowd: Interactions) -> KShot:
    return k_shot([GlobalMean(), ItemMean(), RaschEB()], Split.of(crowd, seed=2), shots=(0, 3), seed=2)


def test_everyone_answers_the_same_questions_about_test_learners_only(shown, crowd: Interactions) -> None:
    split = Split.of(crowd, seed=2)
    names = {split.test.learner_names[code] for code in np.unique(split.test.learner)}
    table = shown.predictions

    assert set(table["learner"]) == names
    assert table.groupby(["protocol", "k"]).size().to_dict() == {
        ("fix", 0): 10 * len(names),
        ("fix", 3): 10 * len(names),
        ("next", -1): len(split.test),
        ("roll", 0): 10 * len(names),
        ("roll", 3): 10 * len(names),
    }
    assert table[["p_global_mean", "p_item_mean", "p_rasch_eb"]].notna().all().all()
    first = table[(table["protocol"] == "next") & (table["position"] == 0)]
    assert (first["is_new_skill"] == 1).all()


def test_scores_come_from_the_predictions(shown) -> None:
    rows = shown.predictions.query("protocol == 'roll' and k == 3")
    fixed = shown.predictions.query("protocol == 'fix' and k == 3")

    (score,) = [each for each in shown.scores() if (each.predictor, each.k, each.protocol) == ("rasch_eb", 3, "roll")]

    assert score.auc == pytest.approx(roc_auc_score(rows["correct"], rows["p_rasch_eb"]))
    assert score.log_loss == pytest.approx(log_loss(rows["correct"], rows["p_rasch_eb"]))
    assert (score.answers, score.learners) == (len(rows), rows["learner"].nunique())
    assert set(rows["position"]) == set(range(3, 13))
    assert set(fixed["position"]) == set(range(20, 30))


def test_a_better_model_is_found_better_and_the_rival_is_the_strongest_other(shown) -> None:
    found = {(each.predictor, each.protocol): each for each in shown.differences()}

    assert found["rasch_eb", "next"].is_better
    assert found["rasch_eb", "next"].rival == "item_mean"
    assert found["global_mean", "next"].is_worse
    assert found["global_mean", "next"].rival == "rasch_eb"
    assert {each.rival for each in shown.differences(against=["global_mean"])} == {"global_mean"}
    assert all(each.p_holm <= 1 for each in found.values())


def test_equal_predictions_do_not_differ(shown) -> None:
    twice = shown.predictions.assign(p_copy=shown.predictions["p_rasch_eb"])

    copies = [each for each in differences(twice, against=["rasch_eb"]) if each.predictor == "copy"]

    assert all((each.low, each.high, each.is_better, each.is_worse) == (0, 0, False, False) for each in copies)


def test_nobody_to_compare_with_is_an_error(shown) -> None:
    with pytest.raises(ValueError, match="nobody to compare with"):
        differences(shown.predictions.drop(columns=["p_global_mean", "p_item_mean", "p_rasch_eb"]))


@dataclass
class Silent:
    name: str = "silent"

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        return replace(self)

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        return np.full(len(log), np.nan)

    def predict_next(self, log: Interactions) -> Numbers:
        return np.full(len(log), 0.5)


def test_a_predictor_that_leaves_answers_out_is_refused(cohort: Interactions) -> None:
    with pytest.raises(ValueError, match=r"silent left \d+ answers without a chance"):
        k_shot([Silent()], Split.of(cohort, seed=0), shots=(0,))


def test_a_report_is_made_again_from_its_own_predictions(shown, tmp_path: Path) -> None:
    first = write_report(Dump(shown.predictions), tmp_path / "first")
    write_report(Dump.read(tmp_path / "first" / "predictions.parquet"), tmp_path / "again")

    names = {path.name for path in (tmp_path / "first").iterdir()}
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    assert {"report.html", "report.md", "scores.csv", "differences.csv", "targets.csv", "k_shot.svg"} <= names
    assert all((tmp_path / "again" / name).read_bytes() == (tmp_path / "first" / name).read_bytes() for name in names)
    assert "| rasch_eb |" in first.read_text()
    assert len(pd.read_csv(tmp_path / "first" / "scores.csv")) == len(scores(shown.predictions))
    assert (tmp_path / "first" / "k_shot.svg").read_text().startswith("<?xml")
    for plot in ("k_shot.png", "reliability.png"):
        assert (tmp_path / "first" / plot).stat().st_size > 5000


def test_a_few_shot_mean_counts_every_k_alike_however_many_answers_it_has() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "course": "arithmetic",
            "cohort": -1,
            "protocol": "roll",
            "seed": 0,
            "k": np.repeat([1, 3], [400, 100]),
            "learner": np.concatenate([np.arange(400) % 80, np.arange(100) % 80]).astype(str),
            "is_new_skill": 0.0,
            "correct": (rng.random(500) < 0.6).astype(float),
            "p_one": rng.uniform(0.3, 0.8, 500),
            "p_other": 0.5,
        }
    )
    apart = log_losses(table["p_one"].to_numpy(), table["correct"].to_numpy()) - np.log(2)

    (few,) = [each for each in differences_to(table, ["other"], ["one"]) if each.protocol == "few_shot"]
    (scored,) = [each for each in scores(table) if (each.protocol, each.predictor) == ("few_shot", "one")]

    assert few.log_loss == pytest.approx((apart[:400].mean() + apart[400:].mean()) / 2)
    assert scored.log_loss - np.log(2) == pytest.approx(few.log_loss)
    assert few.low < few.log_loss < few.high


def test_a_table_and_a_difference_never_contradict_each_other_over_seeds_of_many_and_few_answers() -> None:
    """Seed 0 tests on 20 answers, which one predicts worse; seed 1 on 200, which it predicts better."""
    table = pd.DataFrame(
        {
            "course": "arithmetic",
            "cohort": -1,
            "protocol": "next",
            "seed": np.repeat([0, 1], [20, 200]),
            "k": -1,
            "learner": (np.arange(220) % 40).astype(str),
            "is_new_skill": 0.0,
            "correct": np.arange(220) % 2.0,
            "p_one": np.where(np.arange(220) % 2, 0.55, 0.45),
            "p_other": 0.5,
        }
    )
    table.loc[:19, "p_one"] = np.where(np.arange(20) % 2, 0.2, 0.8)

    of = {each.predictor: each for each in scores(table)}
    (apart,) = differences_to(table, ["other"], ["one"])

    assert apart.log_loss < 0
    assert of["one"].log_loss - of["other"].log_loss == pytest.approx(apart.log_loss)
    assert of["one"].brier == pytest.approx(brier_score_loss(table["correct"], table["p_one"]))
    assert of["one"].auc == pytest.approx(0.5)  # the mean of a seed in the wrong order and one in the right order


def test_each_named_rival_is_compared_by_itself(shown) -> None:
    found = differences_to(shown.predictions, ["item_mean", "global_mean", "nobody"], ["rasch_eb"])

    of_next = {each.rival: each for each in found if each.protocol == "next"}
    (strongest,) = [each for each in shown.differences() if (each.predictor, each.protocol) == ("rasch_eb", "next")]
    assert set(of_next) == {"item_mean", "global_mean"}
    assert of_next["global_mean"].log_loss < of_next["item_mean"].log_loss < 0
    assert replace(of_next["item_mean"], is_strongest=True) == strongest


def test_a_predictor_is_scored_only_where_it_was_asked(shown) -> None:
    table = shown.predictions
    partly = table.assign(p_item_mean=table["p_item_mean"].where(table["k"] != 3))

    assert {each.k for each in scores(partly) if each.predictor == "item_mean"} == {-1, 0}
    assert not [each for each in differences(partly) if each.k == 3 and "item_mean" in (each.predictor, each.rival)]


def test_the_signed_rank_test_agrees_with_a_count_over_all_signs() -> None:
    apart = np.array([0.3, -0.1, 0.5, 0.7, 0.2, -0.4, 0.9])
    ranks = np.abs(apart).argsort().argsort() + 1.0
    sums = [ranks[np.array(signs)].sum() for signs in product([True, False], repeat=7)]
    extreme = min(ranks[apart > 0].sum(), ranks[apart < 0].sum())

    assert signed_rank_p(apart) == pytest.approx(2 * np.mean(np.array(sums) <= extreme))
    assert signed_rank_p(np.zeros(5)) == 1.0
