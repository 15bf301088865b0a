"""Every meta-learner keeps the same promises as a predictor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from mlcore.algorithms.meta_learned import MetaLearned
from mlcore.algorithms.schooling import UPBRINGINGS
from mlcore.datasets import split_learners
from mlcore.interactions import Interactions, Numbers
from mlcore.lessons import LessonPlan
from mlcore.training import NothingToLearnFrom, TrainingSettings
from tests.mlcore.conftest import rasch_cohort

K = 5
QUICK = TrainingSettings(
    steps=40,
    hidden=12,
    batch=32,
    rate=1e-2,
    averaging=0.9,
    stock=6,
    plan=LessonPlan(pupils=48, lengths=(16,)),
)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def parts() -> tuple[Interactions, ...]:
    """Learners of whom half get better with each answer, the others worse, which the classic cannot know."""
    rng = np.random.default_rng(5)
    course = rasch_cohort(learners=180, answers=16, seed=5)
    trend = np.where(np.arange(180) % 2 == 0, 0.25, -0.25)[course.learner]
    chance = 1 / (1 + np.exp(-trend * (course.position - 2)))
    course.correct[:] = rng.random(len(course)) < chance
    return split_learners(course, [0.6, 0.15, 0.25], seed=0)


@pytest.fixture(scope="module")
def fitted(parts: tuple[Interactions, ...]) -> dict[str, MetaLearned]:
    return {name: MetaLearned(name, QUICK).fit(parts[0], parts[1], seed=0) for name in UPBRINGINGS}


def surprise(log: Interactions, chances: Numbers, rows: Numbers) -> float:
    p, right = chances[rows], log.correct[rows]
    return float(-np.mean(right * np.log(p) + (1 - right) * np.log(1 - p)))


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_answers_of_a_learner_make_predictions_better(fitted, parts, name: str) -> None:
    test, late = parts[2], parts[2].position >= 10

    without, with_ten = (fitted[name].predict_after(test, k) for k in (0, 10))

    assert surprise(test, with_ten, late) < surprise(test, without, late) - 0.05


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_training_lowers_the_loss_of_learners_it_did_not_see(fitted, parts, name: str) -> None:
    test, everyone = parts[2], np.full(len(parts[2]), True)
    hardly = MetaLearned(name, replace(QUICK, steps=1, rate=1e-6)).fit(parts[0], parts[1], seed=0)

    losses = [surprise(test, model.predict_next(test), everyone) for model in (fitted[name], hardly)]

    slowly = name in ("maml_every_weight", "maml_first_order", "cavia")  # they are told of a few freezes only
    assert losses[0] < losses[1] - (0.005 if slowly else 0.02)


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_before_the_first_answer_all_learners_are_alike(fitted, parts, name: str) -> None:
    test = parts[2]

    chances = fitted[name].predict_after(test, 0)

    for item in np.unique(test.item):
        assert np.ptp(chances[test.item == item]) < 1e-6
    assert np.ptp(chances) > 1e-3


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_a_later_answer_changes_nothing_before_it(fitted, parts, name: str) -> None:
    test = parts[2]
    later = test.position >= K
    flipped = replace(test, correct=np.where(later, 1 - test.correct, test.correct))

    after, following = fitted[name].predict_after(flipped, K), fitted[name].predict_next(flipped)

    early = test.position <= K
    np.testing.assert_array_equal(after, fitted[name].predict_after(test, K))
    np.testing.assert_allclose(following[early], fitted[name].predict_next(test)[early], atol=1e-6)
    assert np.abs(following[~early] - fitted[name].predict_next(test)[~early]).max() > 0.01


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_rows_below_k_have_no_chance_and_the_next_answer_has_that_of_the_next_step(fitted, parts, name: str) -> None:
    test = parts[2]

    after, following = fitted[name].predict_after(test, K), fitted[name].predict_next(test)

    assert (np.isnan(after) == (test.position < K)).all()
    assert ((following > 0) & (following < 1)).all()
    np.testing.assert_allclose(after[test.position == K], following[test.position == K], atol=1e-5)


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_the_order_of_learners_changes_nothing(fitted, parts, name: str) -> None:
    test = parts[2]
    codes = np.unique(test.learner)
    renamed = np.arange(len(test.learner_names))
    renamed[codes] = np.random.default_rng(1).permutation(codes)
    order = np.argsort(renamed[test.learner], kind="stable")
    shuffled = replace(test.rows(order), learner=renamed[test.learner][order])

    for ask in (lambda log: fitted[name].predict_next(log), lambda log: fitted[name].predict_after(log, K)):
        np.testing.assert_allclose(ask(shuffled), ask(test)[order], atol=1e-6)


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_the_same_seed_gives_the_same_numbers(parts, name: str) -> None:
    short = MetaLearned(name, replace(QUICK, steps=3, stock=2))

    one, same, other = (short.fit(parts[0], parts[1], seed).predict_next(parts[2]) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_one_learner_teaches_nothing(parts) -> None:
    alone = parts[0].of_learners(parts[0].learner[:1])

    with pytest.raises(NothingToLearnFrom):
        MetaLearned("rl2", QUICK).fit(alone, parts[1], seed=0)


@pytest.mark.parametrize("name", UPBRINGINGS)
def test_nobody_need_be_held_out(parts, name: str) -> None:
    nobody = parts[1].rows(np.zeros(len(parts[1]), bool))
    short = MetaLearned(name, replace(QUICK, steps=2, stock=2))

    chances = short.fit(parts[0], nobody, seed=0).predict_after(parts[2], 0)

    assert ((chances > 0) & (chances < 1)).all()
