"""Every rival predicts from the past alone, and each is checked against an independent reckoning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from mlcore.baselines.bkt import BKT, Chances, filtered, smoothed
from mlcore.baselines.classic2 import Classic2
from mlcore.baselines.dkt import DKT
from mlcore.baselines.dkt_items import dkt_items
from mlcore.baselines.elo import Elo
from mlcore.baselines.history import counts_before, runs_of, skills_of
from mlcore.baselines.logistic import best_lr, pfa
from mlcore.baselines.means import BetaMean, GlobalMean, ItemMean
from mlcore.baselines.rasch import Difficulties, Normals, RaschEB
from mlcore.baselines.sakt import SAKT
from mlcore.baselines.sequences import Training
from mlcore.datasets import split_learners
from mlcore.interactions import UNKNOWN, Interactions
from mlcore.predictor import Predictor
from mlcore.registry import NEEDS_NOBODY, unfitted
from tests.mlcore.conftest import log_of

NETWORKS = ["dkt", "dkt_items", "sakt"]
NAMES = ["global_mean", "item_mean", "beta", "elo", "rasch_eb", "pfa", "best_lr", "bkt", *NETWORKS, "classic2"]
K = 4


@pytest.fixture(scope="session")
def parts(cohort: Interactions) -> tuple[Interactions, ...]:
    return split_learners(cohort, [0.6, 0.15, 0.25], seed=0)


@pytest.fixture(scope="session")
def fitted(parts: tuple[Interactions, ...]) -> dict[str, Predictor]:
    networks = [replace(network, training=Training(epochs=3, width=8)) for network in (DKT(), dkt_items(), SAKT())]
    means = [GlobalMean(), ItemMean(), BetaMean()]
    rivals = [*means, Elo(), RaschEB(), pfa(), best_lr(), BKT(), *networks, Classic2()]
    return {rival.name: rival.fit(parts[0], parts[1], seed=0) for rival in rivals}


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_chances_and_rows_below_k_have_none(fitted, parts, name: str) -> None:
    test = parts[2]

    after, following = fitted[name].predict_after(test, K), fitted[name].predict_next(test)

    assert (np.isnan(after) == (test.position < K)).all()
    assert ((after[test.position >= K] > 0) & (after[test.position >= K] < 1)).all()
    assert ((following > 0) & (following < 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_frozen_after_k_the_next_answer_is_predicted_as_next_step(fitted, parts, name: str) -> None:
    test = parts[2]

    after, following = fitted[name].predict_after(test, K), fitted[name].predict_next(test)

    np.testing.assert_array_equal(after[test.position == K], following[test.position == K])


@pytest.mark.parametrize("name", ["elo", "rasch_eb", "best_lr", "classic2"])
def test_rivals_that_know_the_learner_beat_the_item_mean_on_a_rasch_world(fitted, parts, name: str) -> None:
    test = parts[2]

    assert roc_auc_score(test.correct, fitted[name].predict_next(test)) > roc_auc_score(
        test.correct, fitted["item_mean"].predict_next(test)
    )


def test_counts_before_match_a_slow_loop(cohort: Interactions) -> None:
    runs = runs_of(cohort, skills_of(cohort))

    for seen in (None, K):
        wins, losses = counts_before(runs, cohort.correct, seen)
        for m in range(0, len(runs), 37):
            row, skill = runs.row[m], runs.thing[m]
            known = (cohort.learner == cohort.learner[row]) & (cohort.skills == skill).any(axis=1)
            known &= cohort.position < min(cohort.position[row], len(cohort) if seen is None else seen)
            assert wins[m] == cohort.correct[known].sum()
            assert losses[m] == (1 - cohort.correct[known]).sum()


def test_the_item_mean_is_smoothed() -> None:
    log = log_of(
        np.arange(3), np.array([0, 0, 1]), np.zeros((3, 1), dtype=np.int64), np.array([1.0, 1.0, 0.0]), items=3
    )

    means = ItemMean(prior_answers=3).fit(log, log, seed=0).means

    assert means.tolist() == pytest.approx([(2 + 2) / 5, 2 / 4, 2 / 3])


def test_the_beta_prior_is_that_of_the_learners_means() -> None:
    rng = np.random.default_rng(2)
    learner = np.repeat(np.arange(1500), 12)
    right = (rng.random(18000) < rng.beta(6, 3, size=1500)[learner]).astype(float)
    nothing = np.zeros(18000, dtype=np.int64)
    log = log_of(learner, nothing, nothing[:, None], right)

    beta = BetaMean().fit(log, log, seed=0)

    assert (beta.right, beta.wrong) == pytest.approx((6, 3), rel=0.15)
    wins = right[:3].sum()
    assert beta.predict_after(log, 3)[3] == pytest.approx((beta.right + wins) / (beta.right + beta.wrong + 3))


@pytest.mark.parametrize("name", ["global_mean", "beta", "elo", "eb_irt"])
def test_some_rivals_predict_though_they_met_nobody(parts, name: str) -> None:
    test, nobody = parts[2], parts[0].rows(np.zeros(0, dtype=np.int64))

    alone = unfitted([name])[0].fit(nobody, nobody, seed=0)

    first, after = alone.predict_after(test, 0), alone.predict_after(test, 8)
    assert name in NEEDS_NOBODY
    assert np.ptp(first) < 0.01
    if name != "global_mean":
        correct = test.correct[test.position >= 8]
        assert first[0] == pytest.approx(0.5, abs=0.2)
        assert roc_auc_score(correct, after[test.position >= 8]) > 0.6


def test_rasch_with_nothing_known_integrates_over_the_prior() -> None:
    rasch = _rasch(spread=1.3, difficulty=[0.4, -0.7])
    log = log_of(np.zeros(2, dtype=np.int64), np.array([0, 1]), np.zeros((2, 1), dtype=np.int64), np.array([1.0, 0.0]))

    chance = rasch.predict_after(log, 0)[0]

    exact = quad(lambda z: _right(1.3 * z - 0.4) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -9, 9)[0]
    assert chance == pytest.approx(exact, abs=1e-4)


def test_the_rasch_posterior_peaks_where_an_optimizer_puts_it() -> None:
    difficulty = np.linspace(-2, 2, 9)
    right = np.array([1.0, 1, 1, 0, 1, 1, 0, 1, 0])
    rasch = _rasch(spread=1.2, difficulty=difficulty)
    log = log_of(np.zeros(9, dtype=np.int64), np.arange(9), np.zeros((9, 1), dtype=np.int64), right)

    grid = np.linspace(-4, 4, 81)
    posterior = rasch.posterior_of_learners(log)[0]

    def surprise(z: np.ndarray) -> float:
        chance = _right(1.2 * z[0] - difficulty)
        return float(z[0] ** 2 / 2 - np.sum(np.log(np.where(right == 1, chance, 1 - chance))))

    assert grid[posterior.argmax()] == pytest.approx(minimize(surprise, [0.0]).x[0], abs=0.051)


def test_rasch_recovers_difficulties_and_the_spread_of_ability() -> None:
    rng = np.random.default_rng(0)
    ability, difficulty = 1.4 * rng.normal(size=800), rng.normal(size=20)
    learner, item = np.repeat(np.arange(800), 20), np.tile(np.arange(20), 800)
    right = (rng.random(16000) < _right(ability[learner] - difficulty[item])).astype(float)
    log = log_of(learner, item, np.zeros((16000, 1), dtype=np.int64), right)

    rasch = RaschEB().fit(log, log, seed=0)

    assert rasch.spread == pytest.approx(1.4, abs=0.15)
    assert np.abs(rasch.difficulties.items.mean - difficulty).max() < 0.35


def test_rasch_stays_finite_where_nearly_everyone_is_right() -> None:
    learner, item = np.repeat(np.arange(300), 6), np.tile(np.arange(6), 300)
    right = np.ones(1800)
    right[(item == 0) & (learner % 3 > 0)] = 0.0  # one item in six is hard
    log = log_of(learner, item, np.zeros((1800, 1), dtype=np.int64), right)

    rasch = RaschEB().fit(log, log, seed=0)

    hard = rasch.predict_next(log)[item == 0]
    assert rasch.difficulties.items.mean.argmax() == 0
    assert hard.mean() == pytest.approx(1 / 3, abs=0.05)


def test_rasch_judges_an_unmet_item_by_its_skill(parts) -> None:
    train, _, test = parts
    without = train.rows(train.item != 0)

    rasch = RaschEB().fit(without, without, seed=0)

    of_first = rasch.difficulties.of(test.rows(test.item == 0))
    assert of_first.mean == pytest.approx(rasch.difficulties.skills.mean[0])
    assert (of_first.variance > rasch.difficulties.within_skill).all()


def test_the_bkt_filter_matches_a_slow_loop(cohort: Interactions) -> None:
    chances = Chances(*np.random.default_rng(0).uniform(0.05, 0.45, size=(4, 5)))
    runs = runs_of(cohort, skills_of(cohort))

    fast = filtered(runs, cohort.correct[runs.row], chances)

    known = 0.0
    for m in range(len(runs)):
        s = runs.thing[m]
        if m == 0 or runs.run[m] != runs.run[m - 1]:
            known = chances.known[s]
        assert fast[m] == pytest.approx(known)
        right = cohort.correct[runs.row[m]] == 1
        if_known = known * ((1 - chances.slip[s]) if right else chances.slip[s])
        if_not = (1 - known) * (chances.guess[s] if right else 1 - chances.guess[s])
        known = if_known / (if_known + if_not)
        known += (1 - known) * chances.learn[s]


def test_bkt_smoothing_matches_the_sum_over_all_hidden_paths() -> None:
    right = np.array([0.0, 1.0, 1.0, 0.0])
    log = log_of(np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64), np.zeros((4, 1), dtype=np.int64), right)
    chances = Chances(*(np.array([value, value]) for value in (0.4, 0.2, 0.15, 0.25)))

    known, learned = smoothed(runs_of(log, log.skills), right, chances)

    weights, known_paths, learned_paths = [], [], []
    for learned_at in range(5):  # known from answer `learned_at` on; 4 is never
        path = np.arange(4) >= learned_at
        chance = 0.4 if learned_at == 0 else 0.6 * 0.8 ** (min(learned_at, 4) - 1) * (0.2 if learned_at < 4 else 1)
        likely = np.where(path, np.where(right == 1, 0.85, 0.15), np.where(right == 1, 0.25, 0.75)).prod()
        weights.append(chance * likely)
        known_paths.append(path)
        learned_paths.append(np.arange(4) == learned_at - 1)
    np.testing.assert_allclose(known, np.average(known_paths, axis=0, weights=weights))
    np.testing.assert_allclose(learned[:3], np.average(learned_paths, axis=0, weights=weights)[:3])


def test_answers_without_skills_share_one() -> None:
    skills = np.array([[UNKNOWN, UNKNOWN], [1, UNKNOWN]])
    log = log_of(np.zeros(2, dtype=np.int64), np.arange(2), skills, np.ones(2))

    assert skills_of(log).tolist() == [[2, UNKNOWN], [1, UNKNOWN]]


def _right(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def _rasch(spread: float, difficulty: list[float]) -> RaschEB:
    items = Normals(np.array(difficulty), np.zeros(len(difficulty)))
    return RaschEB(spread=spread, difficulties=Difficulties(items, Normals(np.zeros(2), np.ones(2)), 1.0))


@pytest.mark.parametrize("name", ["pfa", "best_lr", "classic2"])
def test_where_everything_was_right_a_rival_expects_nearly_that(name: str) -> None:
    learner, item = np.repeat(np.arange(9), 4), np.tile(np.arange(4), 9)
    log = log_of(learner, item, np.zeros((36, 1), np.int64), np.ones(36))
    train, validation, test = split_learners(log, (0.4, 0.3, 0.3), 0)

    (rival,) = unfitted([name])

    assert (rival.fit(train, validation, 0).predict_next(test) > 0.8).all()
