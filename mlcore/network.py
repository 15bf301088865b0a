"""The network as torch sees it, for training. Serving runs the same numbers in `mlcore.weights`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.belief import CONTEXT
from mlcore.features import FEATURES
from mlcore.interactions import Numbers
from mlcore.memory import NEWTON_STEPS
from mlcore.weights import FURTHEST_FEATURE, HIDDEN, Weights

SMALLEST_SD = 0.05  # a feature that hardly varies is not blown up
CONSTANT_SD = 1e-3  # one that never varies in training is not read: its weights would be left to chance


class FeatureNetwork(nn.Module, ABC):
    """Reads the features of answers, each centered and scaled as it was spread in training."""

    center: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("center", torch.zeros(len(FEATURES)))
        self.register_buffer("scale", torch.ones(len(FEATURES)))

    @abstractmethod
    def matrices(self) -> list[nn.Parameter]:
        """Return what multiplies other numbers, and so is kept small by weight decay."""

    def standardized(self, features: Tensor) -> Tensor:
        """Center and scale features [..., f]; what is further off than anything in training counts as that far."""
        return ((features - self.center) * self.scale).clamp(-FURTHEST_FEATURE, FURTHEST_FEATURE)

    def standardize(self, mean: Numbers, sd: Numbers) -> None:
        """Set how features are centered and scaled."""
        self.center.copy_(torch.as_tensor(mean))
        self.scale.copy_(torch.as_tensor(np.where(sd > CONSTANT_SD, 1.0 / np.maximum(sd, SMALLEST_SD), 0.0)))


class AnswerNetwork(FeatureNetwork):
    """Reads g(x) and phi(x) in features, and holds the prior of the context and how much of it lasts."""

    steps: int = NEWTON_STEPS  # of the inner loop

    def __init__(self, hidden: int = HIDDEN, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.first = nn.Parameter(random_matrix((len(FEATURES), hidden), generator))
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        self.second = nn.Parameter(random_matrix((hidden, hidden), generator))
        self.second_bias = nn.Parameter(torch.zeros(hidden))
        self.head = nn.Parameter(random_matrix((hidden, CONTEXT), generator) * _quiet_start())
        self.head_bias = nn.Parameter(torch.zeros(CONTEXT))
        self.head_trust = nn.Parameter(torch.full((2, hidden + 1), 0.1).log())  # log sd of what a course adds
        self.prior_mean = nn.Parameter(torch.zeros(CONTEXT))
        self.prior_root = nn.Parameter(0.3 * torch.eye(CONTEXT))  # lower triangle; times its transpose: covariance
        self.forgetting = nn.Parameter(torch.tensor([-5.0]))  # logit of what is lost between two answers

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return g [...] and phi [..., d] of features [..., f]."""
        return self.read_out(self.hidden(features))

    def read_out(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return g [...] and phi [..., d] of the last hidden layer [..., h]."""
        out = hidden @ self.head + self.head_bias
        return out[..., 0], torch.cat([torch.ones_like(out[..., :1]), out[..., 1:]], -1)

    def hidden(self, features: Tensor) -> Tensor:
        """Return what the last layer reads: the features [..., f] after two layers.  [..., h]"""
        x = functional.silu(self.standardized(features) @ self.first + self.first_bias)
        return functional.silu(x @ self.second + self.second_bias)

    def matrices(self) -> list[nn.Parameter]:
        """See FeatureNetwork."""
        return [self.first, self.second, self.head]

    def prior_covariance(self) -> Tensor:
        """Return the covariance of contexts among learners.  [d, d]"""
        root = torch.tril(self.prior_root)
        return root @ root.T + 1e-4 * torch.eye(CONTEXT, dtype=root.dtype, device=root.device)

    def keeping(self) -> Tensor:
        """Return the share of its distance from the prior that a context keeps from one answer to the next.  [1]"""
        return torch.sigmoid(-self.forgetting)

    def to_weights(self) -> Weights:
        """Return the same network for serving."""
        copied = {name: getattr(self, name) for name in _SHARED}
        copied["prior_covariance"], copied["keeping"] = self.prior_covariance(), self.keeping()
        copied["head_trust"] = self.head_trust.exp()
        return Weights(**{name: value.detach().cpu().numpy().astype(np.float32) for name, value in copied.items()})

    @classmethod
    def from_weights(cls, weights: Weights) -> Self:
        """Return the network of these weights, to train on from."""
        network = cls(hidden=len(weights.first_bias))
        with torch.no_grad():
            for name in _SHARED:
                getattr(network, name).copy_(torch.from_numpy(getattr(weights, name).copy()))
            covariance = weights.prior_covariance.astype(np.float64) - 1e-4 * np.eye(CONTEXT) * (1.0 - 1e-3)
            network.prior_root.copy_(torch.from_numpy(np.linalg.cholesky(covariance)))
            keeping = np.clip(weights.keeping.astype(np.float64), 1e-6, 1.0 - 1e-6)
            network.head_trust.copy_(torch.from_numpy(np.log(np.maximum(weights.head_trust, 1e-6))))
            network.forgetting.copy_(torch.from_numpy(np.log(1.0 / keeping - 1.0)))
        return network


_SHARED = (
    "center",
    "scale",
    "first",
    "first_bias",
    "second",
    "second_bias",
    "head",
    "head_bias",
    "prior_mean",
)


def random_matrix(shape: tuple[int, int], generator: torch.Generator | None) -> Tensor:
    """Draw a matrix that keeps the size of what it multiplies."""
    random: Tensor = torch.randn(shape, generator=generator) / shape[0] ** 0.5
    return random


def _quiet_start() -> Tensor:
    """Let g start at nothing, so that training starts from the classic."""
    scale = torch.ones(CONTEXT)
    scale[0] = 0.0
    return scale
