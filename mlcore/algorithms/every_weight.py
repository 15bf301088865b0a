"""Full-weight MAML as a learner model: each learner gets a network of their own, a few gradient steps from the start.

`mlcore.algorithms.full_weight` is the same for tasks of one size, by which the speed of meta-training is measured.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.gradient_steps import SteppedNetwork
from mlcore.algorithms.meta_learner import Belief
from mlcore.features import FEATURES
from mlcore.network import random_matrix


class EveryWeightNetwork(SteppedNetwork):
    """Two hidden layers; all their weights are stepped."""

    def __init__(self, hidden: int, generator: torch.Generator | None = None) -> None:
        super().__init__(parts=6)
        self.first = nn.Parameter(random_matrix((len(FEATURES), hidden), generator))
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        self.second = nn.Parameter(random_matrix((hidden, hidden), generator))
        self.second_bias = nn.Parameter(torch.zeros(hidden))
        self.head = nn.Parameter(torch.zeros(hidden, 1))  # so that training starts from the classic
        self.head_bias = nn.Parameter(torch.zeros(1))

    def matrices(self) -> list[nn.Parameter]:
        """See FeatureNetwork."""
        return [self.first, self.second, self.head]

    def start(self) -> Belief:
        """See SteppedNetwork."""
        return self.first, self.first_bias, self.second, self.second_bias, self.head, self.head_bias

    def read(self, own: Belief, features: Tensor) -> Tensor:
        """See SteppedNetwork."""
        first, first_bias, second, second_bias, head, head_bias = own
        x = functional.silu(self.standardized(features) @ first + first_bias[..., None, :])
        x = functional.silu(x @ second + second_bias[..., None, :])
        return (x @ head + head_bias[..., None, :])[..., 0]


class FirstOrderNetwork(EveryWeightNetwork):
    """The same, trained as if the gradients of the steps were constants."""

    second_order = False
