"""AUCs of drawn learners are those of scikit-learn, and intervals are as wide as repeated experiments differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mlcore.evaluation import AucDifference, Ranking, auc_differences, scores
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.markdown import markdown
from mlcore.evaluation.page import page
from mlcore.interactions import Numbers


def histories(learners: int = 60, answers: int = 20, seed: int = 0, seeds: int = 1) -> pd.DataFrame:
    """Next answers of learners who differ: `knowing` sees that, `blind` sees only the items, `copy` is `knowing`."""
    rng = np.random.default_rng(seed)
    learner = np.repeat(np.arange(learners), answers)
    ability, item = rng.normal(size=learners)[learner], rng.normal(size=len(learner))
    chance = 1 / (1 + np.exp(-ability - item))
    columns = {
        "course": "arithmetic",
        "cohort": -1,
        "protocol": "next",
        "k": -1,
        "seed": learner % seeds,
        "learner": learner.astype(str),
        "position": np.tile(np.arange(answers), learners),
        "is_new_skill": 0.0,
        "correct": (rng.random(len(learner)) < chance).astype(float),
        "p_blind": np.round(1 / (1 + np.exp(-item)), 1),  # rounded, so that there are ties
        "p_knowing": np.round(chance, 2),
    }
    return pd.DataFrame(columns).assign(p_copy=columns["p_knowing"])


def only(table: pd.DataFrame, rival: str = "blind", **how: int) -> AucDifference:
    (found,) = auc_differences(table, [rival], "knowing", **how)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_auc_of_drawn_learners_is_that_of_scikit_learn_with_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    learner = rng.integers(40, size=500)
    chance = np.round(rng.random(500), 2)
    correct = (rng.random(500) < chance).astype(float)
    copies = rng.multinomial(40, np.full(40, 1 / 40)).astype(float)

    drawn = Ranking.of(chance, correct, learner).auc(copies)

    assert (copies == 0).any()
    assert drawn == pytest.approx(roc_auc_score(correct, chance, sample_weight=copies[learner]), abs=1e-12)


def test_answers_that_are_all_alike_cannot_be_told_apart() -> None:
    chance, learner = np.array([0.2, 0.7, 0.7]), np.array([0, 1, 2])

    assert np.isnan(Ranking.of(chance, np.ones(3), learner).auc(np.ones(3)))
    assert np.isnan(Ranking.of(chance, np.array([0.0, 1.0, 1.0]), learner).auc(np.array([0.0, 2.0, 1.0])))
    assert Ranking.of(chance, np.array([0.0, 1.0, 0.0]), learner).auc(np.ones(3)) == 0.75


def test_the_difference_is_that_of_the_scores_and_the_interval_that_of_a_slow_bootstrap() -> None:
    table = histories(seeds=2)
    of = {score.predictor: score.auc for score in scores(table) if score.protocol == "next"}
    drawn = np.random.default_rng(3).multinomial(60, np.full(60, 1 / 60), size=200)
    order = np.unique(table["learner"])

    found = only(table, draws=200, seed=3)

    slow = []
    for copies in drawn:
        weight = table["learner"].map(dict(zip(order, copies, strict=True)))
        own, other = (slow_auc(table, name, weight.to_numpy()) for name in ("p_knowing", "p_blind"))
        slow.append(own - other)
    assert found.auc == pytest.approx(of["knowing"] - of["blind"])
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])))
    assert found.learners == 60


def slow_auc(table: pd.DataFrame, name: str, weight: Numbers) -> float:
    """The mean over both seeds."""
    halves = [(table["seed"] == seed).to_numpy() for seed in (0, 1)]
    return float(np.mean([roc_auc_score(table["correct"][h], table[name][h], sample_weight=weight[h]) for h in halves]))


def test_the_interval_is_as_wide_as_experiments_with_other_learners_differ() -> None:
    repeated = [only(histories(seed=seed), draws=1).auc for seed in range(100, 300)]
    widths = [each.high - each.low for each in (only(histories(seed=seed), draws=300) for seed in range(8))]

    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(repeated), rel=0.15)


def test_a_copy_does_not_differ_and_nobody_is_compared_with_who_was_not_asked() -> None:
    copied = only(histories(), "copy", draws=50)

    assert (copied.auc, copied.low, copied.high) == (0, 0, 0)
    assert auc_differences(histories(), ["knowing", "nobody"], "knowing") == []
    assert auc_differences(histories().assign(protocol="roll", k=5), ["blind"], "knowing") == []
    assert auc_differences(histories().assign(correct=1.0), ["blind"], "knowing") == []


def test_reports_show_the_interval_beside_the_target_and_the_rivals_named() -> None:
    table = histories().rename(columns={"p_blind": "p_best_lr", "p_knowing": "p_adept"}).drop(columns="p_copy")

    findings = Findings.of(Dump(table), ["best_lr"], ["best_lr"])

    (apart,) = findings.auc_named
    (target,) = [each for each in findings.targets if "AUC over whole histories" in each.aim]
    assert (target.measured, target.low, target.high) == (apart.auc, apart.low, apart.high)
    assert target.verdict == "hit"
    assert f"{apart.auc:.4g} ({apart.low:.4f} to {apart.high:.4f})" in markdown(findings)
    for report in (markdown(findings), page(findings)):
        assert "Difference of AUC over whole histories" in report
        assert f"{apart.low:+.4f} to {apart.high:+.4f}" in report
    unnamed = Findings.of(Dump(table), ["best_lr"], [])
    assert unnamed.auc_named == []
    assert target in unnamed.targets
