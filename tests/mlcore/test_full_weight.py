"""Every way to the meta-gradient against another: a slow loop, finite differences, closed forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mlcore.algorithms import context_vector, full_weight, full_weight_batched
from mlcore.algorithms.context_vector import ContextNetwork, ContextSettings
from mlcore.algorithms.full_weight import FullWeightSettings, answer_network
from mlcore.speed.loops import cloning_loop, context_loop, patching_loop
from mlcore.tasks import Tasks, TaskSize, random_tasks

FEATURES = 6
SETTINGS = FullWeightSettings(hidden=7, rate=0.3)
CONTEXT = ContextSettings(hidden=7, context=3, rate=0.5)
OuterLoss = Callable[[Any, Tasks, Any], Tensor]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tasks() -> Tasks:
    return made_up_tasks(seed=0)


def made_up_tasks(seed: int, count: int = 5) -> Tasks:
    size = TaskSize(count, FEATURES, support=4, query=3)
    return random_tasks(size, torch.Generator().manual_seed(seed)).to(torch.float64)


def lively(network: nn.Module, seed: int = 1) -> nn.Module:
    """The network in double precision, with nothing zero in it."""
    generator = torch.Generator().manual_seed(seed)
    network.double()
    with torch.no_grad():
        for value in network.parameters():
            value.add_(0.3 * torch.randn(value.shape, generator=generator, dtype=torch.float64))
    return network


def whole_network(settings: FullWeightSettings = SETTINGS) -> nn.Module:
    return lively(answer_network(FEATURES, settings, torch.Generator().manual_seed(0)))


def context_network() -> nn.Module:
    return lively(ContextNetwork(FEATURES, CONTEXT, torch.Generator().manual_seed(0)))


def gradient(loss: Tensor, network: nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(loss, list(network.parameters())))


def assert_same(one: list[Tensor], other: list[Tensor]) -> None:
    for mine, theirs in zip(one, other, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-9, rtol=1e-7)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("second_order", [True, False], ids=["second order", "first order"])
@pytest.mark.parametrize("loop", [cloning_loop, patching_loop])
@pytest.mark.parametrize("batched", [full_weight.outer_loss, full_weight_batched.outer_loss], ids=["vmap", "products"])
def test_a_batch_has_the_meta_gradient_of_a_loop_over_its_tasks(
    batched: OuterLoss, loop: Callable[..., list[Tensor]], second_order: bool, layers: int, tasks: Tasks
) -> None:
    settings = replace(SETTINGS, layers=layers, second_order=second_order)
    network = whole_network(settings)

    assert_same(gradient(batched(network, tasks, settings), network), loop(network, tasks, settings))


@pytest.mark.parametrize("second_order", [True, False], ids=["second order", "first order"])
def test_a_batch_of_contexts_has_the_meta_gradient_of_a_loop_over_its_tasks(second_order: bool, tasks: Tasks) -> None:
    settings, network = replace(CONTEXT, second_order=second_order), context_network()

    mine = gradient(context_vector.outer_loss(network, tasks, settings), network)

    assert_same(mine, context_loop(network, tasks, settings))


@pytest.mark.parametrize(
    ("network", "outer_loss", "settings"),
    [
        (whole_network(), full_weight.outer_loss, SETTINGS),
        (whole_network(), full_weight_batched.outer_loss, SETTINGS),
        (context_network(), context_vector.outer_loss, CONTEXT),
    ],
    ids=["vmap", "products", "context"],
)
def test_the_second_order_meta_gradient_is_that_of_finite_differences(
    network: nn.Module, outer_loss: OuterLoss, settings: FullWeightSettings | ContextSettings, tasks: Tasks
) -> None:
    generator = torch.Generator().manual_seed(2)
    for value, slopes in zip(
        network.parameters(), gradient(outer_loss(network, tasks, settings), network), strict=True
    ):
        direction = torch.randn(value.shape, generator=generator, dtype=torch.float64)
        losses = []
        for step in (1e-6, -1e-6):
            with torch.no_grad():
                value.add_(step * direction)
            losses.append(outer_loss(network, tasks, settings).item())
            with torch.no_grad():
                value.sub_(step * direction)

        assert float((slopes * direction).sum()) == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-7)


def test_the_first_order_gradient_is_the_query_gradient_at_the_adapted_weights(tasks: Tasks) -> None:
    settings, network = replace(SETTINGS, second_order=False), whole_network()
    one = tasks.first(1)
    weights = dict(network.named_parameters())
    adapted = full_weight.adapt(network, settings, weights, one.support[0], one.support_correct[0])
    there = {name: value.detach().requires_grad_() for name, value in adapted.items()}

    loss = full_weight.answer_loss(network, there, one.query[0], one.query_correct[0])

    at_the_end = list(torch.autograd.grad(loss, list(there.values())))
    assert_same(gradient(full_weight_batched.outer_loss(network, one, settings), network), at_the_end)


def test_one_inner_step_without_hidden_units_in_the_way_is_logistic_regression() -> None:
    """With one hidden unit that is always on, the logit is linear and the step has a closed form."""
    settings = FullWeightSettings(hidden=1, layers=1, steps=1, rate=0.2)
    network = answer_network(1, settings, torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        for value, number in zip(network.parameters(), (1.0, 5.0, 0.4, -1.5), strict=True):
            value.fill_(number)
    x, right = torch.tensor([[0.5], [-1.0]]).double(), torch.tensor([1.0, 0.0]).double()

    adapted = full_weight.adapt(network, settings, dict(network.named_parameters()), x, right)

    error = 1 / (1 + torch.exp(-(0.4 * (x[:, 0] + 5.0) - 1.5))) - right
    assert adapted["2.bias"].item() == pytest.approx(-1.5 - 0.2 * error.mean().item())
    assert adapted["2.weight"].item() == pytest.approx(0.4 - 0.2 * (error * (x[:, 0] + 5.0)).mean().item())
    assert adapted["0.weight"].item() == pytest.approx(1.0 - 0.2 * (error * 0.4 * x[:, 0]).mean().item())


def test_without_steps_all_tasks_share_the_network(tasks: Tasks) -> None:
    settings, network = replace(SETTINGS, steps=0), whole_network()

    plain = nn.functional.binary_cross_entropy_with_logits(network(tasks.query)[..., 0], tasks.query_correct)

    for outer_loss in (full_weight.outer_loss, full_weight_batched.outer_loss):
        assert outer_loss(network, tasks, settings).item() == pytest.approx(plain.item(), abs=1e-12)


def test_the_answers_asked_about_move_nobody(tasks: Tasks) -> None:
    flipped = replace(tasks, query_correct=1.0 - tasks.query_correct)
    network = context_network()

    torch.testing.assert_close(
        context_vector.adapt(network, tasks, CONTEXT), context_vector.adapt(network, flipped, CONTEXT)
    )
    assert context_vector.adapt(network, tasks, CONTEXT).abs().min() > 0


def test_meta_training_teaches_to_adapt() -> None:
    """Learners weigh features in ways of their own: only who adapts can predict them better than by chance."""
    settings = FullWeightSettings(hidden=16, steps=3, rate=0.5)
    generator = torch.Generator().manual_seed(0)
    network = answer_network(3, settings, generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(120):
        loss = full_weight_batched.outer_loss(network, random_tasks(TaskSize(64, 3), generator), settings)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    new = random_tasks(TaskSize(400, 3), generator)
    untaught = full_weight_batched.outer_loss(network, new, replace(settings, steps=0))
    assert full_weight_batched.outer_loss(network, new, settings).item() < untaught.item() - 0.02
    assert full_weight_batched.outer_loss(network, new, settings).item() < 0.67


def test_the_same_generator_state_gives_the_same_network_and_tasks() -> None:
    networks = [answer_network(FEATURES, SETTINGS, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4)]
    one, same, other = (torch.cat([value.flatten() for value in each.parameters()]) for each in networks)

    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(made_up_tasks(5).query_correct, made_up_tasks(5).query_correct)
    assert not torch.equal(made_up_tasks(5).support, made_up_tasks(6).support)
