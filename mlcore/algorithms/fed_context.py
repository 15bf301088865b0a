"""CAVIA as a learner model: gradient steps on a small context that is fed to a network everyone shares.

Zintgraf et al. 2019. `mlcore.algorithms.maml` moves its contexts by Newton steps instead, keeps a covariance of them,
and reads them in the last layer; `mlcore.algorithms.context_vector` is this one for tasks of one size, by which the
speed of meta-training is measured.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.gradient_steps import SteppedNetwork
from mlcore.algorithms.meta_learner import Belief
from mlcore.features import FEATURES
from mlcore.network import random_matrix

CONTEXT = 8


class FedContextNetwork(SteppedNetwork):
    """Two hidden layers; the first reads a learner's context beside the features."""

    def __init__(self, hidden: int, generator: torch.Generator | None = None) -> None:
        super().__init__(parts=1)
        self.first = nn.Parameter(random_matrix((len(FEATURES), hidden), generator))
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        self.from_context = nn.Parameter(random_matrix((CONTEXT, hidden), generator))
        self.second = nn.Parameter(random_matrix((hidden, hidden), generator))
        self.second_bias = nn.Parameter(torch.zeros(hidden))
        self.head = nn.Parameter(
            0.1 * random_matrix((hidden, 1), generator)
        )  # from nothing no gradient would come back
        self.head_bias = nn.Parameter(torch.zeros(1))

    def matrices(self) -> list[nn.Parameter]:
        """See FeatureNetwork."""
        return [self.first, self.from_context, self.second, self.head]

    def start(self) -> Belief:
        """See SteppedNetwork."""
        return (self.first.new_zeros(CONTEXT).requires_grad_(),)

    def read(self, own: Belief, features: Tensor) -> Tensor:
        """See SteppedNetwork."""
        (context,) = own
        shift = (context @ self.from_context)[..., None, :]
        x = functional.silu(self.standardized(features) @ self.first + shift + self.first_bias)
        x = functional.silu(x @ self.second + self.second_bias)
        return (x @ self.head + self.head_bias)[..., 0]
