"""Full-weight MAML for many tasks at once, without weights for each: equal to `full_weight`, but faster.

A gradient step adds to a layer's weights W only the outer product X'E of its inputs X and its errors E (what the loss
wants of its outputs) on the k support answers. So after steps at the rate r a layer says of inputs x
    x (W - r X'E) + (b - r 1'E) = (x W + b) - r (x X' + 1) E,
with the X and E of all steps one below the other: a product with the shared W for all tasks at once, and small ones
with a few remembered rows, instead of a matrix for each task and step. The gradient by the inputs is E W' - r (E E') X
likewise. The first layer's inputs never change, so its x X' is computed once and its errors simply add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.full_weight import FullWeightSettings
from mlcore.tasks import Tasks


@dataclass(frozen=True)
class FirstLayer:
    """What the first layer says of n answers of each task before the steps, and how its errors change that."""

    output: Tensor  # [b, n, h]
    reach: Tensor  # [b, n, k]

    def after(self, errors: Tensor) -> Tensor:
        """Return what it says after the steps, given the sum of their errors [b, k, h].  [b, n, h]"""
        return torch.baddbmm(self.output, self.reach, errors)


@dataclass(frozen=True)
class MovedLayer:
    """A shared layer, and the m rows of inputs and errors by which each task has moved it."""

    layer: nn.Linear
    rate: float
    inputs: Tensor  # [b, m, in]
    errors: Tensor  # [b, m, out]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return what the moved layer says.  [b, n, in] -> [b, n, out]"""
        if not self.inputs.shape[1]:
            said: Tensor = self.layer(inputs)
            return said
        reach = torch.baddbmm(inputs.new_ones(1, 1, 1), inputs, self.inputs.mT)
        return torch.baddbmm(self.layer(inputs), reach, self.errors, alpha=-self.rate)

    def back(self, errors: Tensor) -> Tensor:
        """Return the errors of the inputs, given those of the outputs.  [b, n, out] -> [b, n, in]"""
        if not self.inputs.shape[1]:
            return errors @ self.layer.weight
        alike = errors @ self.errors.mT
        return torch.baddbmm(errors @ self.layer.weight, alike, self.inputs, alpha=-self.rate)

    def moved(self, inputs: Tensor, errors: Tensor) -> MovedLayer:
        """Return the layer one gradient step on."""
        inputs, errors = torch.cat([self.inputs, inputs], 1), torch.cat([self.errors, errors], 1)
        return MovedLayer(self.layer, self.rate, inputs, errors)


@dataclass(frozen=True)
class Head:
    """The last layer: to one logit there are so few weights that each task may have its own."""

    rate: float
    weight: Tensor  # [b, h, 1]
    bias: Tensor  # [b, 1, 1]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return the logits.  [b, n, h] -> [b, n, 1]"""
        return torch.baddbmm(self.bias, inputs, self.weight)

    def back(self, errors: Tensor) -> Tensor:
        """Return the errors of the inputs.  [b, n, 1] -> [b, n, h]"""
        return errors * self.weight.mT

    def moved(self, inputs: Tensor, errors: Tensor) -> Head:
        """Return the head one gradient step on."""
        weight = torch.baddbmm(self.weight, inputs.mT, errors, alpha=-self.rate)
        return Head(self.rate, weight, self.bias - self.rate * errors.sum(1, keepdim=True))


def outer_loss(network: nn.Sequential, tasks: Tasks, settings: FullWeightSettings) -> Tensor:
    """Return what `full_weight.outer_loss` returns, for a network that `full_weight.answer_network` made."""
    first, *hidden, last = (part for part in network if isinstance(part, nn.Linear))
    on_support, on_query = (_first_layer(first, tasks, of, settings.rate) for of in (tasks.support, tasks.query))
    layers: list[MovedLayer | Head] = [
        *(_unmoved(layer, tasks, settings.rate) for layer in hidden),
        _head(last, tasks, settings.rate),
    ]
    errors = torch.zeros_like(on_support.output)
    for _ in range(settings.steps):
        layers, more = _step(layers, on_support.after(errors), tasks.support_correct, settings.second_order)
        errors = errors + more
    logit = on_query.after(errors)
    for layer in layers:
        logit = layer(logit.relu())
    return functional.binary_cross_entropy_with_logits(logit[..., 0], tasks.query_correct)


def _first_layer(first: nn.Linear, tasks: Tasks, features: Tensor, rate: float) -> FirstLayer:
    return FirstLayer(first(features), -rate * (features @ tasks.support.mT + 1.0))


def _unmoved(layer: nn.Linear, tasks: Tasks, rate: float) -> MovedLayer:
    inputs, errors = (tasks.support.new_zeros(len(tasks), 0, size) for size in (layer.in_features, layer.out_features))
    return MovedLayer(layer, rate, inputs, errors)


def _head(last: nn.Linear, tasks: Tasks, rate: float) -> Head:
    return Head(rate, last.weight.T.expand(len(tasks), -1, -1), last.bias.expand(len(tasks), 1, 1))


def _step(
    layers: Sequence[MovedLayer | Head], output: Tensor, correct: Tensor, second_order: bool
) -> tuple[list[MovedLayer | Head], Tensor]:
    """Return the layers one gradient step on, and the errors of the first layer, which said `output` [b, k, h]."""
    inputs = []
    for layer in layers:
        inputs.append(output.relu())
        output = layer(inputs[-1])
    errors = (torch.sigmoid(output) - correct[..., None]) / correct.shape[1]
    if not second_order:  # what moves the layers is a constant
        inputs, errors = [given.detach() for given in inputs], errors.detach()
    moved: list[MovedLayer | Head] = []
    for layer, given in zip(reversed(layers), reversed(inputs), strict=True):
        moved.append(layer.moved(given, errors))
        errors = layer.back(errors) * (given > 0)
        errors = errors if second_order else errors.detach()
    return moved[::-1], errors
