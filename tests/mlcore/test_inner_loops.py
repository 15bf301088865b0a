"""The inner loops of the meta-learners, each against an independent reckoning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from mlcore.algorithms import maml
from mlcore.algorithms.context import ContextNetwork
from mlcore.algorithms.every_weight import EveryWeightNetwork
from mlcore.algorithms.fed_context import FedContextNetwork
from mlcore.algorithms.finetune import STEPS, TunedNetwork, pooled_loss, with_best_rate
from mlcore.algorithms.last_layer import LastLayerNetwork
from mlcore.algorithms.maml import LessonTensors
from mlcore.algorithms.meta_learner import MetaLearner, Support, frozen_loss, outer_loss
from mlcore.algorithms.protonet import PrototypeNetwork
from mlcore.algorithms.reptile import CoursePace, adapt_to_course, reptile
from mlcore.algorithms.rl2 import RecurrentNetwork
from mlcore.calibration import Population, uncalibrated
from mlcore.episodes import episodes_of
from mlcore.inference import Knowledge
from mlcore.interactions import Numbers
from mlcore.lessons import lesson_of
from mlcore.training import tensors
from mlcore.weights import silent
from tests.mlcore import histories

NETWORKS = [ContextNetwork, RecurrentNetwork, LastLayerNetwork, PrototypeNetwork, TunedNetwork]
STEPPED = [EveryWeightNetwork, FedContextNetwork]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def lesson() -> LessonTensors:
    """Six pupils' lesson in double precision."""
    pupils = episodes_of(histories.rasch_cohort(np.random.default_rng(0), learners=6, answers=9))
    made = lesson_of(pupils, Knowledge(silent(1), uncalibrated(Population())), np.array([0, 2, 5]))
    single = tensors(made, np.arange(6), "cpu")
    doubles = {name: part.double() for name, part in vars(single).items() if name != "freezes"}
    return LessonTensors(freezes=single.freezes, **doubles)


def lively(kind: type[MetaLearner], seed: int, **options: int) -> MetaLearner:
    """A network in which nothing is zero."""
    generator = torch.Generator().manual_seed(seed)
    network = kind(8, generator, **options).double()
    with torch.no_grad():
        for value in network.parameters():
            value.add_(0.2 * torch.randn(value.shape, generator=generator, dtype=torch.float64))
    return network


def support_of(lesson: LessonTensors) -> Support:
    return Support(lesson.features, lesson.logit, lesson.correct)


@pytest.mark.parametrize("kind", NETWORKS + STEPPED)
def test_beliefs_depend_on_the_answers_so_far_and_on_no_others(lesson, kind: type[MetaLearner]) -> None:
    network = lively(kind, 0)
    support = support_of(lesson)
    support.correct.requires_grad_(True)

    moved = sum(part.sum() for part in network.beliefs(support, [3]))
    (influence,) = torch.autograd.grad(moved, support.correct)

    support.correct.requires_grad_(False)
    assert (influence[:, :3] != 0).all()
    assert (influence[:, 3:] == 0).all()


@pytest.mark.parametrize("kind", NETWORKS + STEPPED)
def test_the_outer_gradient_is_that_of_finite_differences(lesson, kind: type[MetaLearner]) -> None:
    network = lively(kind, 1)
    values = list(network.parameters())
    gradients = torch.autograd.grad(outer_loss(network, lesson), values, allow_unused=True)
    generator = torch.Generator().manual_seed(0)
    directions = [torch.randn(value.shape, generator=generator, dtype=torch.float64) for value in values]

    losses = [outer_loss(moved(network, directions, step), lesson).item() for step in (1e-5, -1e-5)]

    slope = sum((g * d).sum().item() for g, d in zip(gradients, directions, strict=True) if g is not None)
    assert slope == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-6)


def moved(network: MetaLearner, directions: list[Tensor], step: float) -> MetaLearner:
    with torch.no_grad():
        for value, direction in zip(network.parameters(), directions, strict=True):
            value.add_(step * direction)
    loss_at = {name: value.detach().clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        for value, direction in zip(network.parameters(), directions, strict=True):
            value.sub_(step * direction)
    other = lively(type(network), 0)
    other.load_state_dict(loss_at)
    return other


def test_maml_behind_the_interface_is_maml(lesson: LessonTensors) -> None:
    network = lively(ContextNetwork, 2)

    torch.testing.assert_close(outer_loss(network, lesson), maml.outer_loss(network, lesson))


def test_a_single_prototype_is_maml_with_that_prior(lesson: LessonTensors) -> None:
    prototype = lively(PrototypeNetwork, 3, prototypes=1)
    context = lively(ContextNetwork, 3)
    own = prototype.state_dict()
    context.load_state_dict({name: own[name] for name in context.state_dict()} | {"prior_mean": own["prototypes"][0]})

    torch.testing.assert_close(outer_loss(prototype, lesson), outer_loss(context, lesson))


def test_the_support_weighs_prototypes_by_bayes_rule(lesson: LessonTensors) -> None:
    """With hardly any variance within prototypes, their likelihoods are products of plain chances."""
    network = lively(PrototypeNetwork, 4, prototypes=3)
    with torch.no_grad():
        network.prior_root.zero_()

    weight = torch.exp(network.beliefs(support_of(lesson), [0, 6])[0])

    shift, direction = network(lesson.features[:, :6])
    chance = torch.sigmoid((lesson.logit[:, :6] + shift)[..., None] + direction @ network.prototypes.T)  # [l, t, K]
    likelihood = torch.where(lesson.correct[:, :6, None] > 0.5, chance, 1 - chance).prod(1)
    prior = torch.softmax(network.popularity, 0)
    torch.testing.assert_close(weight[:, 0], prior.expand(6, -1))
    exact = prior * likelihood / (prior * likelihood).sum(1, keepdim=True)
    torch.testing.assert_close(weight[:, 1], exact, atol=5e-3, rtol=0)


def test_the_last_layers_posterior_peaks_where_an_optimizer_puts_it(lesson: LessonTensors) -> None:
    network = lively(LastLayerNetwork, 5)
    shift, direction = (part.detach().numpy() for part in network(lesson.features))
    prior, precision = (
        network.prior_mean.detach().numpy(),
        torch.linalg.inv(network.prior_covariance()).detach().numpy(),
    )
    kept = network.keeping().item()

    with torch.no_grad():
        means, covariances = network.beliefs(support_of(lesson), [0, 7])

    for learner in range(6):
        right, base = lesson.correct[learner, :7].numpy(), (lesson.logit.numpy() + shift)[learner, :7]
        phi, fade = direction[learner, :7], kept ** np.arange(6, -1, -1)

        answers = (base, phi, right, fade)
        mode = minimize(unlikely, prior, (answers, prior, precision), tol=1e-10).x
        p = 1 / (1 + np.exp(-(base + phi @ mode)))
        curvature = precision + (phi.T * (fade * p * (1 - p))) @ phi
        np.testing.assert_allclose(means[learner, 1], mode, atol=1e-4)
        np.testing.assert_allclose(covariances[learner, 1], np.linalg.inv(curvature), atol=1e-4)
    np.testing.assert_allclose(means[:, 0], np.tile(prior, (6, 1)))


def unlikely(c: Numbers, answers: tuple[Numbers, ...], prior: Numbers, precision: Numbers) -> float:
    base, phi, right, fade = answers
    logit = base + phi @ c
    return float(fade @ (np.logaddexp(0, logit) - right * logit) + (c - prior) @ precision @ (c - prior) / 2)


def test_the_recurrent_state_follows_the_published_equations(lesson: LessonTensors) -> None:
    """Gates by hand (Cho et al. 2014), one learner and one answer at a time."""
    network = lively(RecurrentNetwork, 6)
    into, onto = network.memory.weight_ih_l0, network.memory.weight_hh_l0
    bias_into, bias_onto = network.memory.bias_ih_l0, network.memory.bias_hh_l0

    (states,) = network.beliefs(support_of(lesson), range(10))

    seen = network.standardized(lesson.features) @ network.question + network.question_bias
    seen = seen * torch.sigmoid(seen)
    for learner in range(6):
        state = network.start
        for step in range(9):
            torch.testing.assert_close(states[learner, step], state)
            right = lesson.correct[learner, step]
            outcome = torch.stack([2 * right - 1, right - torch.sigmoid(lesson.logit[learner, step])])
            x = seen[learner, step] + outcome @ network.outcome
            reset_x, update_x, new_x = (into @ x + bias_into).chunk(3)
            reset_h, update_h, new_h = (onto @ state + bias_onto).chunk(3)
            update = torch.sigmoid(update_x + update_h)
            new = torch.tanh(new_x + torch.sigmoid(reset_x + reset_h) * new_h)
            state = (1 - update) * new + update * state
        torch.testing.assert_close(states[learner, 9], state)


def test_fine_tuning_follows_the_gradient_of_the_learners_own_answers(lesson: LessonTensors) -> None:
    network = lively(TunedNetwork, 7)
    network.rate.fill_(0.3)

    weights, bias = network.beliefs(support_of(lesson), [4])

    for learner in range(6):
        read = network.hidden(lesson.features[learner, :4]).detach()
        own = network.head[:, 0].detach(), network.head_bias[:1].detach()
        for _ in range(STEPS):
            copies = [part.clone().requires_grad_(True) for part in own]
            logit = lesson.logit[learner, :4] + read @ copies[0] + copies[1]
            loss = binary_cross_entropy_with_logits(logit, lesson.correct[learner, :4])
            slopes = torch.autograd.grad(loss, copies)
            own = tuple(part.detach() - 0.3 * slope for part, slope in zip(copies, slopes, strict=True))
        torch.testing.assert_close(weights[learner, 0], own[0])
        torch.testing.assert_close(bias[learner, 0], own[1])


def test_pre_training_pools_next_answers_and_those_further_ahead(lesson: LessonTensors) -> None:
    network = lively(TunedNetwork, 11)

    following, both = (pooled_loss(network, lesson, frozen_weight) for frozen_weight in (0.0, 0.5))

    read = lesson.logit + network.hidden(lesson.features) @ network.head[:, 0] + network.head_bias[0]
    torch.testing.assert_close(following, binary_cross_entropy_with_logits(read, lesson.correct))
    counts = lesson.frozen_mask > 0
    ahead = lesson.frozen_logit + network.hidden(lesson.frozen_features) @ network.head[:, 0] + network.head_bias[0]
    further = binary_cross_entropy_with_logits(ahead[counts], lesson.frozen_correct[counts])
    torch.testing.assert_close(both, following + 0.5 * further)


def test_the_rate_of_fine_tuning_is_the_one_that_serves_those_held_out(lesson: LessonTensors) -> None:
    network = lively(TunedNetwork, 8)

    best = with_best_rate(network, lesson)

    chosen = frozen_loss(best, lesson).item()
    for rate in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        network.rate.fill_(rate)
        assert chosen <= frozen_loss(network, lesson).item()


def test_without_steps_a_course_changes_nothing(lesson: LessonTensors) -> None:
    start = lively(ContextNetwork, 9)

    unmoved = [adapt_to_course(start, [], CoursePace()), reptile(start, lambda: [lesson], CoursePace(), [])]

    for network in unmoved:
        for value, begun in zip(network.parameters(), start.parameters(), strict=True):
            assert torch.equal(value, begun)


def test_a_reptile_update_goes_part_of_the_way_of_the_inner_steps(lesson: LessonTensors) -> None:
    """Two inner steps by hand: the second feels the pull back to the start."""
    start = lively(ContextNetwork, 10)
    pace = CoursePace(rate=0.02, pull=3.0)

    found = reptile(start, lambda: [lesson, lesson], pace, [0.25])

    begun = [value.detach().clone() for value in start.parameters()]
    values = begun
    for _ in range(2):
        slopes = slopes_at(values, lesson)
        values = [v - 0.02 * (s + 3.0 * (v - b)) for v, s, b in zip(values, slopes, begun, strict=True)]
    for value, reached, first in zip(found.parameters(), values, begun, strict=True):
        torch.testing.assert_close(value.detach(), 0.75 * first + 0.25 * reached)


def slopes_at(values: list[Tensor], lesson: LessonTensors) -> list[Tensor]:
    """The gradient of the outer loss there, no longer than 1."""
    network = lively(ContextNetwork, 0)
    with torch.no_grad():
        for value, given in zip(network.parameters(), values, strict=True):
            value.copy_(given)
    slopes = torch.autograd.grad(outer_loss(network, lesson), list(network.parameters()), materialize_grads=True)
    length = torch.sqrt(sum((slope**2).sum() for slope in slopes))
    return [slope * min(1.0, 1.0 / (length + 1e-6)) for slope in slopes]


def test_a_few_steps_in_a_course_help_its_other_learners_and_the_pull_holds_them_back(lesson: LessonTensors) -> None:
    """In this course nearly everyone is wrong, which the start does not expect."""
    hard = replace(lesson, correct=(lesson.logit > 1.5).double(), frozen_correct=(lesson.frozen_logit > 1.5).double())
    pupils, others = (of_pupils(hard, chosen) for chosen in ([0, 1, 2], [3, 4, 5]))
    start = lively(ContextNetwork, 12)

    free, held = (adapt_to_course(start, [pupils] * 8, CoursePace(rate=0.05, pull=pull)) for pull in (0.0, 15.0))

    assert outer_loss(free, others).item() < outer_loss(start, others).item() - 0.02
    assert 0 < distance(held, start) < 0.5 * distance(free, start)


def of_pupils(lesson: LessonTensors, chosen: list[int]) -> LessonTensors:
    return LessonTensors(**{name: part if name == "freezes" else part[chosen] for name, part in vars(lesson).items()})


def distance(network: MetaLearner, other: MetaLearner) -> float:
    pairs = zip(network.parameters(), other.parameters(), strict=True)
    return sum(((one - two) ** 2).sum().item() for one, two in pairs) ** 0.5
