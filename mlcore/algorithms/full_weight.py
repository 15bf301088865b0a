"""Full-weight MAML: every weight of a small network is adapted to a learner by a few gradient steps.

The outer loss is that of the answers asked after the steps (Finn et al. 2017, algorithm 1), differentiated through
them (second order) or as if the steps' gradients were constants (first order; Nichol et al. 2018, section 5). This is
the reference, on torch.func; `mlcore.algorithms.full_weight_batched` computes the same for many tasks at once, faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional

from mlcore.tasks import Tasks

Named = dict[str, Tensor]  # weights by their names in the network


@dataclass(frozen=True)
class FullWeightSettings:
    """How large the network is, and how it is adapted."""

    hidden: int = 32
    layers: int = 2  # hidden ones, as in the paper's regression and in `mlcore.network`
    steps: int = 3
    rate: float = 0.1
    second_order: bool = True


def answer_network(features: int, settings: FullWeightSettings, generator: torch.Generator) -> nn.Sequential:
    """Return a network from features [..., f] to one logit [..., 1]; the same generator state, the same weights."""
    sizes = [features, *[settings.hidden] * settings.layers]
    parts: list[nn.Module] = []
    for size, following in pairwise(sizes):
        parts += [_layer(size, following, generator), nn.ReLU()]
    return nn.Sequential(*parts, _layer(settings.hidden, 1, generator))


def outer_loss(network: nn.Sequential, tasks: Tasks, settings: FullWeightSettings) -> Tensor:
    """Return the mean log-loss of the query answers, each task's network adapted to its own support."""
    weights = dict(network.named_parameters())
    adapted = vmap(partial(adapt, network, settings), in_dims=(None, 0, 0))
    own = adapted(weights, tasks.support, tasks.support_correct)
    losses: Tensor = vmap(partial(answer_loss, network))(own, tasks.query, tasks.query_correct)
    return losses.mean()


def adapt(
    network: nn.Sequential, settings: FullWeightSettings, weights: Named, support: Tensor, correct: Tensor
) -> Named:
    """Return the weights after the inner steps on one task: support [k, f], correct [k]. The old are untouched."""
    slopes_at = grad(partial(answer_loss, network))
    for _ in range(settings.steps):
        slopes = slopes_at(weights, support, correct)
        if not settings.second_order:
            slopes = {name: slope.detach() for name, slope in slopes.items()}
        weights = {name: weight - settings.rate * slopes[name] for name, weight in weights.items()}
    return weights


def answer_loss(network: nn.Sequential, weights: Named, features: Tensor, correct: Tensor) -> Tensor:
    """Return the mean log-loss of one task's answers: features [n, f], correct [n]."""
    logit = functional_call(network, weights, (features,))[:, 0]
    return functional.binary_cross_entropy_with_logits(logit, correct)


def _layer(size: int, following: int, generator: torch.Generator) -> nn.Linear:
    layer = nn.Linear(size, following)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * (2.0 / size) ** 0.5)
        layer.bias.zero_()
    return layer
