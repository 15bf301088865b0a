"""The inner loop against a slow loop, the meta-gradient against finite differences, serving against training."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from mlcore import Tutor, inference
from mlcore.algorithms.maml import LessonTensors, Prior, adapt, adapt_through, outer_loss, predictive
from mlcore.belief import CONTEXT
from mlcore.calibration import Population, uncalibrated
from mlcore.episodes import episodes_of
from mlcore.features import FEATURES
from mlcore.inference import Knowledge
from mlcore.lessons import Lesson, LessonPlan, lesson_of, pseudo_course
from mlcore.memory import NEWTON_STEPS
from mlcore.network import AnswerNetwork
from mlcore.weights import Weights
from tests.mlcore.histories import random_history, rasch_cohort


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def lively_network(seed: int, hidden: int = 8) -> AnswerNetwork:
    """A network in which nothing is zero."""
    generator = torch.Generator().manual_seed(seed)
    network = AnswerNetwork(hidden, generator).double()
    with torch.no_grad():
        for value in network.parameters():
            value.add_(0.2 * torch.randn(value.shape, generator=generator, dtype=torch.float64))
        network.forgetting.fill_(-3.0)
    return network


def doubled(lesson: Lesson) -> LessonTensors:
    parts = {column.name: getattr(lesson, column.name) for column in fields(lesson) if column.name != "freezes"}
    tensors = {name: torch.from_numpy(array).double() for name, array in parts.items()}
    return LessonTensors(freezes=lesson.freezes.tolist(), **tensors)


@pytest.fixture(scope="module")
def lesson() -> LessonTensors:
    pupils = episodes_of(rasch_cohort(np.random.default_rng(0), learners=5, answers=9))
    knowledge = Knowledge(lively_network(0).to_weights(), uncalibrated(Population()))
    return doubled(lesson_of(pupils, knowledge, np.array([0, 2, 5])))


def slow_context(network: AnswerNetwork, logits: Tensor, directions: Tensor, correct: Tensor) -> tuple[Tensor, Tensor]:
    """One learner, one answer after the other, in plain algebra with matrices."""
    prior_mean, prior = network.prior_mean, network.prior_covariance()
    kept = network.keeping()
    mean, covariance = prior_mean, prior
    for logit, direction, right in zip(logits, directions, correct, strict=True):
        variance = direction @ covariance @ direction
        believed = logit + direction @ mean
        move = torch.zeros((), dtype=torch.float64)
        for _ in range(NEWTON_STEPS):
            p = 1 / (1 + torch.exp(-(believed + move)))
            move = move - (move / variance - (right - p)) / (1 / variance + p * (1 - p))
        p = 1 / (1 + torch.exp(-(believed + move)))
        mean = mean + covariance @ direction * move / variance
        covariance = torch.linalg.inv(torch.linalg.inv(covariance) + p * (1 - p) * torch.outer(direction, direction))
        mean = prior_mean + kept * (mean - prior_mean)
        covariance = kept**2 * covariance + (1 - kept**2) * prior
    return mean, covariance


def slow_loss(network: AnswerNetwork, lesson: LessonTensors) -> Tensor:
    """The outer loss, learner by learner and answer by answer."""
    following, ahead = [], []
    shift, direction = network(lesson.features)
    logit = lesson.logit + shift
    for learner in range(len(logit)):
        for step in range(logit.shape[1]):
            past = logit[learner, :step], direction[learner, :step], lesson.correct[learner, :step]
            context = slow_context(network, *past)
            following.append(
                one_loss(logit[learner, step], direction[learner, step], context, lesson.correct[learner, step])
            )
            if step in lesson.freezes:
                place = lesson.freezes.index(step)
                frozen_shift, frozen_direction = network(lesson.frozen_features[learner, place])
                for look in torch.nonzero(lesson.frozen_mask[learner, place])[:, 0]:
                    shifted = lesson.frozen_logit[learner, place, look] + frozen_shift[look]
                    right = lesson.frozen_correct[learner, place, look]
                    ahead.append(one_loss(shifted, frozen_direction[look], context, right))
    return torch.stack(following).mean() + torch.stack(ahead).mean()


def one_loss(logit: Tensor, direction: Tensor, context: tuple[Tensor, Tensor], right: Tensor) -> Tensor:
    mean, covariance = context
    steadied = (logit + direction @ mean) / torch.sqrt(1 + torch.pi / 8 * (direction @ covariance @ direction))
    p = 1 / (1 + torch.exp(-steadied))
    return -torch.log(torch.where(right > 0.5, p, 1 - p))


def test_the_batched_outer_loss_and_its_gradient_are_those_of_the_slow_loop(lesson: LessonTensors) -> None:
    network = lively_network(1)
    fast, slow = outer_loss(network, lesson), slow_loss(network, lesson)

    parameters = [value for value in network.parameters() if value is not network.head_trust]  # takes a cohort to act
    gradients = zip(torch.autograd.grad(fast, parameters), torch.autograd.grad(slow, parameters), strict=True)

    assert fast.item() == pytest.approx(slow.item(), abs=1e-9)
    for one, other in gradients:
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-6)


def test_the_meta_gradient_is_that_of_finite_differences(lesson: LessonTensors) -> None:
    """Through the steps on the learner's answers, and through the course's step on its first two learners."""
    network = lively_network(2)
    gradients = torch.autograd.grad(outer_loss(network, lesson, cohort=2), list(network.parameters()))
    generator = torch.Generator().manual_seed(0)

    for value, gradient in zip(network.parameters(), gradients, strict=True):
        direction = torch.randn(value.shape, generator=generator, dtype=torch.float64)
        losses = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                value.add_(step * direction)
                losses.append(outer_loss(network, lesson, cohort=2).item())
                value.sub_(step * direction)
        slope = (losses[0] - losses[1]) / 2e-5

        assert float((gradient * direction).sum()) == pytest.approx(slope, abs=1e-6)


def test_one_answer_moves_a_one_dimensional_context_to_the_mode_of_its_posterior() -> None:
    """With a direction of only the constant, the exact mode is the root of one equation."""
    prior = Prior(torch.zeros(1).double(), torch.tensor([[0.8]]).double(), torch.ones(1).double())
    context = torch.zeros(1, 1).double(), torch.full((1, 1, 1), 0.8).double()
    logit, right, direction = torch.tensor([0.4]).double(), torch.ones(1).double(), torch.ones(1, 1).double()

    mean, covariance = adapt(prior, context, logit, direction, right)

    grid = np.linspace(-3, 3, 600_001)
    posterior = -np.log1p(np.exp(-(0.4 + grid))) - 0.5 * grid**2 / 0.8
    mode = grid[posterior.argmax()]
    p = 1 / (1 + np.exp(-(0.4 + mode)))
    assert mean.item() == pytest.approx(mode, abs=2e-3)
    assert covariance.item() == pytest.approx(1 / (1 / 0.8 + p * (1 - p)), abs=2e-3)


def test_the_order_of_learners_changes_no_loss(lesson: LessonTensors) -> None:
    network = lively_network(3)
    order = torch.tensor([3, 1, 4, 0, 2])
    parts = {column.name: getattr(lesson, column.name) for column in fields(lesson)}
    shuffled = LessonTensors(**{name: part if name == "freezes" else part[order] for name, part in parts.items()})

    torch.testing.assert_close(outer_loss(network, shuffled), outer_loss(network, lesson))


def test_serving_says_what_the_torch_network_says_after_a_thousand_histories() -> None:
    rng = np.random.default_rng(1)
    network = lively_network(4, hidden=16)
    weights = network.to_weights()
    histories = [random_history(rng, int(rng.integers(1, 26))) for _ in range(1000)]
    pupils = episodes_of(histories)
    knowledge = Knowledge(weights, uncalibrated(Population(), network_weight=1.0))
    taught = doubled(lesson_of(pupils, knowledge, np.array([0])))

    shift, direction = network(taught.features)
    answers = taught.logit + shift, direction, taught.correct
    contexts = adapt_through(network, answers)
    means, covariances = (torch.stack([context[part] for context in contexts], 1) for part in (0, 1))
    trained = torch.sigmoid(predictive(taught.logit + shift, direction, (means, covariances))).detach().numpy()

    tutor = Tutor(weights, knowledge.calibration, tag=0)
    for step in inference.walk(knowledge, pupils):
        served = 1 / (1 + np.exp(-inference.served_logit(knowledge.calibration, step.foresight)))
        np.testing.assert_allclose(served, trained[step.learners, pupils.position[step.rows]], atol=1e-5)
    for learner in range(0, 1000, 50):  # and one learner at a time, through the public door
        *before, last = histories[learner]
        served, _ = tutor.predict(tutor.fold(tutor.begin(), before), [last.question], at=last.at)
        np.testing.assert_allclose(served[0], trained[learner, len(before)], atol=1e-5)


def test_weights_survive_the_way_to_serving_and_back() -> None:
    weights = lively_network(5).float().to_weights()

    back = AnswerNetwork.from_weights(weights).to_weights()

    for name, array in weights.arrays().items():
        np.testing.assert_allclose(back.arrays()[name], array, atol=1e-5)
    assert isinstance(back, Weights)
    assert back.prior_covariance.shape == (CONTEXT, CONTEXT)


def test_nobodys_own_answers_are_in_what_they_are_predicted_with() -> None:
    """Changing a pupil's answers changes nothing but what follows them: difficulties come from others."""
    course = episodes_of(rasch_cohort(np.random.default_rng(2), learners=24, answers=12))
    flipped = replace(course, outcomes=replace(course.outcomes, correct=1.0 - course.outcomes.correct))
    plan = LessonPlan(pupils=8, lengths=(12,), cohorts=(16,), cohort_chances=(1.0,))
    lessons = [pseudo_course(each, Population(), plan, np.random.default_rng(3)) for each in (course, flipped)]

    pupils = np.random.default_rng(3).permutation(24)[:8]
    chosen = np.isin(course.learner, pupils)
    mixed = np.where(chosen, 1.0 - course.outcomes.correct, course.outcomes.correct)
    changed = replace(course, outcomes=replace(course.outcomes, correct=mixed))
    other = pseudo_course(changed, Population(), plan, np.random.default_rng(3))

    own = [FEATURES.index(name) for name in ("base", "sd", "item_answers", "skill_base", "skill_answers", "level")]
    np.testing.assert_array_equal(other.features[:, 0], lessons[0].features[:, 0])  # nothing has been answered yet
    np.testing.assert_array_equal(other.features[..., own], lessons[0].features[..., own])
    assert (other.correct != lessons[0].correct).all()
    assert (lessons[1].features[..., own] != lessons[0].features[..., own]).any()
