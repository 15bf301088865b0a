from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from mlcore.off_policy import dr, ips
from mlcore.reward_model import FOLDS, PULL, expected_rewards
from tests.mlcore.bandits import live, make_world

CHOICES, EACH, FEATURES = 200, 3, 4
CHOICE = np.repeat(np.arange(CHOICES), EACH)
LEARNER = np.arange(CHOICES) // 5


def made_up(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, what was taken, and rewards that follow from the features but for some noise."""
    rng = np.random.default_rng(seed)
    features = rng.normal(2.0, [0.1, 1.0, 5.0, 0.0], size=(CHOICES * EACH, FEATURES))
    taken = EACH * np.arange(CHOICES) + rng.integers(EACH, size=CHOICES)
    reward = features[taken] @ [2.0, -0.3, 0.05, 1.0] + 0.1 * rng.normal(size=CHOICES)
    return features, taken, reward


def test_each_group_of_learners_is_judged_by_a_ridge_of_the_others() -> None:
    features, taken, reward = made_up()

    expected = expected_rewards(features, CHOICE, taken, reward, LEARNER)

    for fold in range(FOLDS):
        others, own = fold != LEARNER % FOLDS, LEARNER[CHOICE] % FOLDS == fold
        scaler = StandardScaler().fit(features[taken[others]])
        ridge = Ridge(PULL).fit(scaler.transform(features[taken[others]]), reward[others])
        told = ridge.predict(np.clip(scaler.transform(features[own]), -3.0, 3.0))
        told = np.clip(told, reward[others].min(), reward[others].max())
        np.testing.assert_allclose(expected[own], told, atol=1e-9)


def test_what_a_learner_got_does_not_change_what_is_expected_of_them() -> None:
    features, taken, reward = made_up()
    lucky = reward + 100.0 * (LEARNER == 7)

    before = expected_rewards(features, CHOICE, taken, reward, LEARNER)
    after = expected_rewards(features, CHOICE, taken, lucky, LEARNER)

    own = LEARNER[CHOICE] == 7
    np.testing.assert_array_equal(before[own], after[own])
    assert (before[LEARNER[CHOICE] == 8] != after[LEARNER[CHOICE] == 8]).all()


def test_a_fitted_model_narrows_the_interval_and_leaves_it_right() -> None:
    world = make_world()
    misses, errors, without = [], [], []
    for run in range(100):
        choices, offers = live(world, 60, np.random.default_rng([9, run]), noise=0.1)
        choices = replace(choices, reward=choices.reward + 1.0)
        features = offers.expected[:, None]
        model = expected_rewards(features, offers.choice, offers.taken, choices.reward, choices.learner)
        found = dr(choices, replace(offers, expected=model))
        misses.append(found.value - world.truth - 1.0)
        errors.append(found.standard_error)
        without.append(ips(choices).standard_error)

    assert abs(np.mean(misses)) < 3 * np.std(misses) / 10
    assert np.mean(errors) < 0.8 * np.mean(without)


def test_a_candidate_unlike_all_others_is_expected_nothing_unheard_of() -> None:
    features, taken, reward = made_up()
    features[:, 0] = 0.0
    features[taken[3], 0] = 1e-3  # one choice in which a feature differs, and a candidate in which it is far away
    features[taken[17] // EACH * EACH] = 1e6

    expected = expected_rewards(features, CHOICE, taken, reward, LEARNER)

    assert reward.min() <= expected.min()
    assert expected.max() <= reward.max()


def test_features_that_are_no_numbers_are_refused() -> None:
    features, taken, reward = made_up()
    features[3, 1] = np.nan

    with pytest.raises(ValueError, match="features"):
        expected_rewards(features, CHOICE, taken, reward, LEARNER)


def test_one_learner_alone_is_expected_nothing_of() -> None:
    features, taken, reward = made_up()

    assert not expected_rewards(features, CHOICE, taken, reward, np.zeros(CHOICES, np.int64)).any()
