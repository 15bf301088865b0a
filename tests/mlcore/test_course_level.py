"""The slow clock: what a course adds to the last layer, in training and in serving."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from mlcore import Answer, load_tutor
from mlcore.algorithms.course_level import course_step
from mlcore.calibration import Calibration, Population, uncalibrated
from mlcore.episodes import episodes_of
from mlcore.fitting import MOST_LEARNERS, Evidence, cross_fitted, ridge_logistic
from mlcore.weights import LIKENESS, silent


def test_a_course_adds_what_a_general_optimizer_finds() -> None:
    rng = np.random.default_rng(0)
    hidden, logit = rng.normal(size=(6, 5, 3)), rng.normal(size=(6, 5))
    correct, trust = (rng.random((6, 5)) < 0.7) * 1.0, np.array([0.3, 0.1, 0.5, 0.2])
    mask = (np.arange(5) < rng.integers(1, 6, 6)[:, None]) * 1.0
    worth = mask / (1 + LIKENESS * (mask.sum(1, keepdims=True) - 1))
    inputs = np.concatenate([hidden, np.ones((6, 5, 1))], -1)

    def cost(added: np.ndarray) -> float:
        z = logit + inputs @ added
        return float((worth * (np.logaddexp(0, z) - correct * z)).sum() + 0.5 * ((added / trust) ** 2).sum())

    tensors = (torch.from_numpy(part) for part in (np.log(trust), hidden, logit, correct, mask))
    added = course_step(*tensors).numpy()

    np.testing.assert_allclose(added, minimize(cost, np.zeros(4), tol=1e-12).x, atol=1e-4)


def test_serving_takes_the_step_that_training_takes() -> None:
    """With the weights of classic and network held at 0 and 1, the calibration's fit is the course step."""
    rng = np.random.default_rng(1)
    learners, answers = 8, 6
    hidden, logit = rng.normal(size=(learners, answers, 3)), rng.normal(size=(learners, answers))
    correct, trust = (rng.random((learners, answers)) < 0.6) * 1.0, np.array([0.3, 0.1, 0.5, 0.2])
    everything = np.ones((learners, answers))

    trained = course_step(
        *(torch.from_numpy(part) for part in (np.log(trust), hidden, logit, correct, everything))
    ).numpy()

    inputs = np.concatenate([np.zeros((48, 1)), logit.reshape(48, 1), np.ones((48, 1)), hidden.reshape(48, 3)], 1)
    evidence = Evidence(inputs, correct.ravel(), np.zeros(48), np.repeat(np.arange(learners), answers), np.zeros(48))
    start, steady = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), np.array([1e-6, 1e-6, trust[3], *trust[:3]])
    served, _ = ridge_logistic(evidence, start, steady)
    np.testing.assert_allclose([*served[3:], served[2]], trained, atol=1e-5)


def test_the_evidence_prefers_the_prior_that_the_truth_was_drawn_from() -> None:
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(4000, 10))
    far, near = rng.normal(size=10), np.zeros(10)
    trusts = np.full(10, 1.0), np.full(10, 0.01)

    for truth, better, worse in ((far, *trusts), (near, *trusts[::-1])):
        correct = (rng.random(4000) < 1 / (1 + np.exp(-inputs @ truth))) * 1.0
        evidence = Evidence(inputs, correct, np.zeros(4000), np.arange(4000), np.zeros(4000))
        assert ridge_logistic(evidence, near, better)[1] > ridge_logistic(evidence, near, worse)[1] + 1


def test_what_is_known_beforehand_is_not_fitted_again() -> None:
    """Stages that are expected to weigh more leave the weights of all stages together as they were."""
    rng = np.random.default_rng(4)
    inputs, truth = rng.normal(size=(4000, 2)), np.array([0.5, 0.5])
    expected = 0.6 * inputs[:, 0] * (np.arange(4000) % 2)
    correct = (rng.random(4000) < 1 / (1 + np.exp(-inputs @ truth - expected))) * 1.0
    unaware = Evidence(inputs, correct, np.zeros(4000), np.arange(4000), np.zeros(4000))

    found, twice = (
        ridge_logistic(evidence, np.zeros(2), np.full(2, 10.0))[0]
        for evidence in (replace(unaware, offset=expected), unaware)
    )

    np.testing.assert_allclose(found, truth, atol=0.1)
    assert twice[0] > found[0] + 0.2


def test_a_calibration_reads_back_with_what_the_course_added() -> None:
    made = Calibration(Population(), 0.1, 0.2, 0.3, head=np.arange(12.0).reshape(3, 4))

    read = Calibration.from_bytes(made.to_bytes())

    np.testing.assert_array_equal(read.head, made.head)
    assert uncalibrated(Population()).head.size == 0


def test_learners_who_never_answered_tell_a_course_nothing() -> None:
    tutor = load_tutor()
    answered = [[Answer(f"q{n}", ["s"], float((n + who) % 3 > 0)) for n in range(4)] for who in range(12)]
    silent: list[list[Answer]] = [[]] * 9

    alone, among_silent = tutor.calibrated(answered), tutor.calibrated([*silent, *answered])

    assert among_silent.calibration.to_bytes() == alone.calibration.to_bytes()
    assert tutor.calibrated(silent).calibration.learners == 0


def test_a_large_cohort_is_judged_by_learners_of_every_kind() -> None:
    rng = np.random.default_rng(11)
    patterns = [
        [Answer(f"q{place}", ["s"], right) for place, right in enumerate(bits)] for bits in product((0, 1), repeat=3)
    ]
    cohort = episodes_of([patterns[n] for n in rng.choice(len(patterns), 3 * MOST_LEARNERS)])

    judged = cross_fitted(silent(), uncalibrated(Population()), cohort)[0]

    for known in range(3):
        share = judged.correct[judged.answered == known].mean()
        assert share == pytest.approx(cohort.outcomes.correct[cohort.position == known].mean(), abs=0.02)
