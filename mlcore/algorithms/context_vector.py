"""CAVIA: gradient steps move only a small context beside the features; all weights are shared (Zintgraf et al. 2019).

As no weight belongs to one task, a batch of tasks is one batch of rows: no vmap, and one gradient of the sum of their
losses moves every context. `mlcore.algorithms.maml` moves contexts by Newton steps instead, and keeps a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.full_weight import FullWeightSettings, answer_network
from mlcore.tasks import Tasks


@dataclass(frozen=True)
class ContextSettings:
    """How large the network and its context are, and how the context is adapted."""

    hidden: int = 32
    layers: int = 2
    context: int = 8
    steps: int = 3
    rate: float = 0.1
    second_order: bool = True


class ContextNetwork(nn.Module):
    """From features and a context to a logit: the context is fed to the first layer beside the features."""

    def __init__(self, features: int, settings: ContextSettings, generator: torch.Generator) -> None:
        super().__init__()
        both = FullWeightSettings(settings.hidden, settings.layers)
        first, *rest = answer_network(features, both, generator)
        self.from_features = first
        self.from_context = nn.Parameter(0.3 * torch.randn((settings.context, settings.hidden), generator=generator))
        self.rest = nn.Sequential(*rest)

    def forward(self, seen: Tensor, context: Tensor) -> Tensor:
        """Return logits [b, n] given the features' part of the first layer [b, n, h] and contexts [b, 1, d]."""
        logit: Tensor = self.rest(seen + context @ self.from_context)
        return logit[..., 0]


def outer_loss(network: ContextNetwork, tasks: Tasks, settings: ContextSettings) -> Tensor:
    """Return the mean log-loss of the query answers, each task's context adapted to its own support."""
    context = adapt(network, tasks, settings)
    logit = network(network.from_features(tasks.query), context)
    return functional.binary_cross_entropy_with_logits(logit, tasks.query_correct)


def adapt(network: ContextNetwork, tasks: Tasks, settings: ContextSettings) -> Tensor:
    """Return the contexts after the inner steps, which start from zero.  [b, 1, d]"""
    seen = network.from_features(tasks.support)
    size = (len(tasks), 1, len(network.from_context))
    context = torch.zeros(size, dtype=seen.dtype, device=seen.device, requires_grad=True)
    for _ in range(settings.steps):
        logit = network(seen, context)
        loss = functional.binary_cross_entropy_with_logits(logit, tasks.support_correct, reduction="sum")
        mean = loss / tasks.support_correct.shape[1]
        (slope,) = torch.autograd.grad(mean, context, create_graph=settings.second_order, retain_graph=True)
        context = context - settings.rate * slope
    return context
