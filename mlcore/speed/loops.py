"""Meta-gradients one task after the other, as the best-known libraries compute them: independent rivals in speed.

Written from the papers and from how the libraries behave, so that a race needs neither of them installed:
`cloning_loop` works like learn2learn's MAML (Arnold et al. 2020), a clone of the module for each task whose weights are
replaced module by module; `patching_loop` like higher (Grefenstette et al. 2019), a stateless twin of the module that
is given its weights anew at every call, and a differentiable optimizer. Both let autograd differentiate everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.context_vector import ContextNetwork, ContextSettings
from mlcore.algorithms.full_weight import FullWeightSettings
from mlcore.tasks import Tasks

Gradients = list[Tensor]  # of the mean outer loss, one for each parameter of the network


def cloning_loop(network: nn.Sequential, tasks: Tasks, settings: FullWeightSettings) -> Gradients:
    """Return the meta-gradient, by clones whose weights stay connected to the network's."""
    return _summed(network, tasks, lambda own: _loss_of_clone(network, own, settings))


def patching_loop(network: nn.Sequential, tasks: Tasks, settings: FullWeightSettings) -> Gradients:
    """Return the meta-gradient, by stateless twins of the network."""
    return _summed(network, tasks, lambda own: _loss_of_twin(network, own, settings))


def context_loop(network: ContextNetwork, tasks: Tasks, settings: ContextSettings) -> Gradients:
    """Return the meta-gradient of the context-vector variant."""
    return _summed(network, tasks, lambda own: _loss_of_context(network, own, settings))


def _summed(network: nn.Module, tasks: Tasks, loss_of: Callable[[Sequence[Tensor]], Tensor]) -> Gradients:
    """Add up the gradients of one task after the other, as `backward` does."""
    parameters = list(network.parameters())
    for parameter in parameters:
        parameter.grad = None
    for own in zip(*tasks.parts(), strict=True):
        (loss_of(own) / len(tasks)).backward()  # type: ignore[no-untyped-call]
    gradients = [cast(Tensor, parameter.grad) for parameter in parameters]
    for parameter in parameters:
        parameter.grad = None
    return gradients


def _loss_of_clone(network: nn.Module, own: Sequence[Tensor], settings: FullWeightSettings) -> Tensor:
    support, support_correct, query, query_correct = own
    learner = _clone(network)
    for _ in range(settings.steps):
        weights = list(_weights(learner))
        loss = _loss(learner(support)[:, 0], support_correct)
        slopes = torch.autograd.grad(loss, weights, create_graph=settings.second_order)
        pairs = zip(weights, slopes, strict=True)
        _replace(learner, (weight - settings.rate * slope for weight, slope in pairs))
    return _loss(learner(query)[:, 0], query_correct)


def _clone(module: nn.Module) -> nn.Module:
    """Copy a module and those in it; its weights are clones in the same graph."""
    copied = _hollow(module)
    for name, weight in module._parameters.items():
        if weight is not None:
            _hold(copied)[name] = weight.clone()
    for name, inner in module._modules.items():
        copied._modules[name] = None if inner is None else _clone(inner)
    return copied


def _replace(module: nn.Module, others: Iterator[Tensor]) -> None:
    """Put another tensor where each weight is, module by module in the order of `_weights`."""
    for name, weight in module._parameters.items():
        if weight is not None:
            _hold(module)[name] = next(others)
    for inner in module._modules.values():
        if inner is not None:
            _replace(inner, others)


def _weights(module: nn.Module) -> Iterator[Tensor]:
    yield from (weight for weight in module._parameters.values() if weight is not None)
    for inner in module._modules.values():
        if inner is not None:
            yield from _weights(inner)


class Twin:
    """A module without weights of its own: it computes with those it is called with, or else the latest."""

    def __init__(self, module: nn.Module) -> None:
        self.module = _emptied(module)
        self.weights: list[Tensor] = [weight.view_as(weight) for weight in module.parameters()]

    def __call__(self, inputs: Tensor) -> Tensor:
        _replace(self.module, iter(self.weights))
        result: Tensor = self.module(inputs)
        return result


class DifferentiableDescent:
    """Gradient descent whose steps stay in the graph."""

    def __init__(self, twin: Twin, rate: float, second_order: bool) -> None:
        self.twin, self.rate, self.second_order = twin, rate, second_order

    def step(self, loss: Tensor) -> None:
        """Move the twin's weights one step down this loss."""
        slopes = torch.autograd.grad(loss, self.twin.weights, create_graph=self.second_order)
        pairs = zip(self.twin.weights, slopes, strict=True)
        self.twin.weights = [weight.add(slope, alpha=-self.rate) for weight, slope in pairs]


def _loss_of_twin(network: nn.Module, own: Sequence[Tensor], settings: FullWeightSettings) -> Tensor:
    support, support_correct, query, query_correct = own
    twin = Twin(network)
    descent = DifferentiableDescent(twin, settings.rate, settings.second_order)
    for _ in range(settings.steps):
        descent.step(_loss(twin(support)[:, 0], support_correct))
    return _loss(twin(query)[:, 0], query_correct)


def _emptied(module: nn.Module) -> nn.Module:
    """Copy a module and those in it as instances of patched classes, with empty places for weights."""
    patched = type(f"Stateless{type(module).__name__}", (type(module),), {})
    copied = _hollow(module, patched)
    for name, weight in module._parameters.items():
        if weight is not None:
            _hold(copied)[name] = weight.detach()
    for name, inner in module._modules.items():
        copied._modules[name] = None if inner is None else _emptied(inner)
    return copied


def _hollow(module: nn.Module, kind: type[nn.Module] | None = None) -> nn.Module:
    """Copy a module's attributes, but neither its weights nor the modules in it."""
    kind = kind or type(module)
    copied: nn.Module = kind.__new__(kind)
    copied.__dict__ = {**module.__dict__, "_parameters": {}, "_modules": {}}
    return copied


def _hold(module: nn.Module) -> dict[str, Any]:
    """Where a module keeps its weights; torch takes any tensor there, though it asks for Parameters."""
    return cast(dict[str, Any], module._parameters)


def _loss_of_context(network: ContextNetwork, own: Sequence[Tensor], settings: ContextSettings) -> Tensor:
    support, support_correct, query, query_correct = own
    context = torch.zeros_like(network.from_context[:, 0]).requires_grad_()
    for _ in range(settings.steps):
        loss = _loss(_logit_in(network, support, context), support_correct)
        (slope,) = torch.autograd.grad(loss, context, create_graph=settings.second_order)
        context = context - settings.rate * slope
    return _loss(_logit_in(network, query, context), query_correct)


def _logit_in(network: ContextNetwork, features: Tensor, context: Tensor) -> Tensor:
    """One task's logits, with the context as more features: [x c] [W; U] + b.  features [n, f], context [d] -> [n]"""
    first = cast(nn.Linear, network.from_features)
    widened = torch.cat([features, context.expand(len(features), -1)], 1)
    weight = torch.cat([first.weight, network.from_context.T], 1)
    logit: Tensor = network.rest(functional.linear(widened, weight, first.bias))
    return logit[:, 0]


def _loss(logit: Tensor, correct: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logit, correct)
