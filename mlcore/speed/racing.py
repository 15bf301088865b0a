"""Races between ways to compute one meta-gradient: do they agree, and how many tasks a second does each manage?"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from mlcore.algorithms import context_vector, full_weight, full_weight_batched
from mlcore.algorithms.context_vector import ContextNetwork, ContextSettings
from mlcore.algorithms.full_weight import FullWeightSettings, answer_network
from mlcore.speed.loops import Gradients, cloning_loop, context_loop, patching_loop
from mlcore.tasks import Tasks

Clock = Callable[[], float]  # seconds, once all work given to the device is done

LEAST_SECONDS = 0.08  # of each contender in each repetition, so that caches are as warm as in training


class MetaGradient(Protocol):
    """A way to compute the gradient of the mean outer loss."""

    def __call__(self, network: Any, tasks: Tasks) -> Gradients:
        """Return one gradient for each parameter of the network."""


@dataclass(frozen=True)
class Contender:
    """A way to compute the meta-gradient, and the network whose it is."""

    network: nn.Module
    gradients: MetaGradient


@dataclass(frozen=True)
class Race:
    """Batches of tasks against loops over tasks, by name; the first loop is what the batches must agree with."""

    title: str
    batched: Mapping[str, Contender]
    loops: Mapping[str, Contender]


@dataclass(frozen=True)
class Speed:
    """Tasks a second, over repetitions."""

    median: float
    slowest: float
    fastest: float


@dataclass(frozen=True)
class Outcome:
    """How a race went."""

    title: str
    speeds: dict[str, Speed]
    ratios: dict[str, dict[str, float]]  # of each batch to each loop: median of the repetitions' ratios
    parity: dict[str, dict[str, float]]  # of each batch, by precision: see `disagreement`


def full_weight_race(features: int, settings: FullWeightSettings, generator: torch.Generator) -> Race:
    """Full-weight MAML: all tasks at once, by products and by vmap, against both loops."""
    network = answer_network(features, settings, generator)
    batched = {
        "batched": Contender(network, _gradient_of(partial(full_weight_batched.outer_loss, settings=settings))),
        "vmap": Contender(network, _gradient_of(partial(full_weight.outer_loss, settings=settings))),
    }
    title = f"full weight, H = {settings.hidden}, {settings.layers} hidden, {settings.steps} steps"
    return Race(title, batched, _full_weight_loops(network, settings))


def context_race(features: int, settings: ContextSettings, generator: torch.Generator) -> Race:
    """The context vector against a loop of its own, and against the full-weight loops of the same size."""
    network = ContextNetwork(features, settings, generator)
    whole = FullWeightSettings(settings.hidden, settings.layers, settings.steps, settings.rate, settings.second_order)
    loops = {
        "context loop": Contender(network, partial(context_loop, settings=settings)),
        **_full_weight_loops(answer_network(features, whole, generator), whole),
    }
    gradient = _gradient_of(partial(context_vector.outer_loss, settings=settings))
    title = f"context vector, H = {settings.hidden}, {settings.layers} hidden, {settings.steps} steps"
    return Race(title, {"context": Contender(network, gradient)}, loops)


def run_race(race: Race, tasks: Tasks, loop_tasks: int, repeats: int, clock: Clock) -> Outcome:
    """Time all contenders in turn, `repeats` times over, so that a busy moment of the machine hits them alike.

    Batches get all tasks, loops the first `loop_tasks` of them, as their speed does not depend on how many there are.
    """
    few = tasks.first(loop_tasks)
    entries = [(name, each, tasks) for name, each in race.batched.items()]
    entries += [(name, each, few) for name, each in race.loops.items()]
    rates: dict[str, list[float]] = {name: [] for name, *_ in entries}
    for repetition in range(repeats + 1):
        for name, each, given in entries:
            rate = _tasks_per_second(each, given, clock)
            if repetition:  # the first one warms up
                rates[name].append(rate)
    return Outcome(
        title=race.title,
        speeds={name: Speed(median(found), min(found), max(found)) for name, found in rates.items()},
        ratios={name: {loop: _ratio(rates[name], rates[loop]) for loop in race.loops} for name in race.batched},
        parity={name: _parity(race, name, few) for name in race.batched},
    )


def disagreement(one: Contender, other: Contender, tasks: Tasks, precision: torch.dtype) -> float:
    """Return the largest difference between two meta-gradients of the same network in this precision."""
    network = copy.deepcopy(one.network).to(precision)
    tasks = tasks.to(precision)
    pairs = zip(one.gradients(network, tasks), other.gradients(network, tasks), strict=True)
    return max(float((mine - theirs).abs().max()) for mine, theirs in pairs)


def _tasks_per_second(contender: Contender, tasks: Tasks, clock: Clock) -> float:
    began, done = clock(), 0
    while True:
        contender.gradients(contender.network, tasks)
        done += len(tasks)
        if (passed := clock() - began) > LEAST_SECONDS:
            return done / passed


def _full_weight_loops(network: nn.Sequential, settings: FullWeightSettings) -> dict[str, Contender]:
    return {
        "cloning loop": Contender(network, partial(cloning_loop, settings=settings)),
        "patching loop": Contender(network, partial(patching_loop, settings=settings)),
    }


def _gradient_of(outer_loss: Callable[[Any, Tasks], Tensor]) -> MetaGradient:
    def gradients(network: Any, tasks: Tasks) -> Gradients:
        return list(torch.autograd.grad(outer_loss(network, tasks), list(network.parameters())))

    return gradients


def _parity(race: Race, name: str, tasks: Tasks) -> dict[str, float]:
    """Return how far a batch is from the loops over the same network, at most."""
    mine = race.batched[name]
    against = [loop for loop in race.loops.values() if loop.network is mine.network]
    return {
        str(precision).removeprefix("torch."): max(disagreement(mine, loop, tasks, precision) for loop in against)
        for precision in (torch.float64, torch.float32)
    }


def _ratio(fast: list[float], slow: list[float]) -> float:
    return median(one / other for one, other in zip(fast, slow, strict=True))
