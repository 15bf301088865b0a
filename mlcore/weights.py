"""The trained network as plain numpy arrays, and how it is run: the serving twin of `mlcore.network`.

P(right) = sigmoid(classic logit + g(x) + phi(x)'c), c ~ N(context, covariance), phi_0 = 1. Each answer moves c to the
mode of its posterior along phi; between answers c drifts back towards its prior (an Ornstein-Uhlenbeck process), so
neither the context nor its covariance can grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from mlcore.belief import CONTEXT, Float32
from mlcore.features import FEATURES
from mlcore.interactions import Numbers
from mlcore.memory import FURTHEST

HIDDEN = 64
LONGEST = 25  # answers of a learner that adapt a course's last layer: long histories would drown the first few
LIKENESS = 0.08  # correlation of what is unexplained in two answers of one learner
LEAST_VARIANCE = 1e-6  # of a logit
FURTHEST_FEATURE = 6.0  # standard deviations: what is further off than anything in training counts as this far


@dataclass(frozen=True)
class Weights:
    """All tensors of a checkpoint."""

    center: Float32  # [f] features are (x - center) * scale
    scale: Float32  # [f]
    first: Float32  # [f, h]
    first_bias: Float32  # [h]
    second: Float32  # [h, h]
    second_bias: Float32  # [h]
    head: Float32  # [h, d] g, then phi_1 to phi_(d-1)
    head_bias: Float32  # [d]
    head_trust: Float32  # [2, h + 1] sd of what a course adds to the head of g, and to g: next, later
    prior_mean: Float32  # [d] of the context
    prior_covariance: Float32  # [d, d]
    keeping: Float32  # [1] share of its distance from the prior that a context keeps from one answer to the next

    def arrays(self) -> dict[str, Float32]:
        return {column.name: getattr(self, column.name) for column in fields(self)}

    @cached_property
    def drift(self) -> tuple[float, Numbers, Numbers]:
        """The share of a context that stays until the next answer, and what its prior adds to mean and covariance."""
        kept = float(self.keeping[0])
        prior_mean, prior_covariance = self.prior_mean.astype(np.float64), self.prior_covariance.astype(np.float64)
        return kept, (1.0 - kept) * prior_mean, (1.0 - kept**2) * prior_covariance


@dataclass(frozen=True)
class Reading:
    """What the network reads in q features."""

    shift: Numbers  # [q] g, to add to the classic's logit
    directions: Numbers  # [q, d] phi, in which the context acts
    activations: Float32  # [q, h] of the last hidden layer, from which both are read


def shapes(hidden: int = HIDDEN) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array of `Weights` must have."""
    f, h, d = len(FEATURES), hidden, CONTEXT
    return {
        "center": (f,),
        "scale": (f,),
        "first": (f, h),
        "first_bias": (h,),
        "second": (h, h),
        "second_bias": (h,),
        "head": (h, d),
        "head_bias": (d,),
        "head_trust": (2, h + 1),
        "prior_mean": (d,),
        "prior_covariance": (d, d),
        "keeping": (1,),
    }


def read(weights: Weights, features: Float32) -> Reading:
    """Run the network on features [q, f]."""
    out, activations = _run(weights, features)
    return Reading(out[:, 0].copy(), _directions(out), activations)


def read_each(weights: Weights, features: Float32) -> tuple[Numbers, Numbers]:
    """Return (shifts [q], directions [q, d]) as `read` does, each exactly as if it were read alone."""
    out = _run(weights, features[:, None, :])[0][:, 0]
    return out[:, 0].copy(), _directions(out)


def _run(weights: Weights, features: Float32) -> tuple[Numbers, Float32]:
    """Return (what the heads say, the last hidden layer) of features [..., f]."""
    x: Float32 = (features - weights.center) * weights.scale
    x = np.minimum(np.maximum(x, -FURTHEST_FEATURE), FURTHEST_FEATURE)
    x = _silu(x @ weights.first + weights.first_bias)
    x = _silu(x @ weights.second + weights.second_bias)
    return (x @ weights.head + weights.head_bias).astype(np.float64), x


def _directions(out: Numbers) -> Numbers:
    """Put phi_0 = 1 in place of g, in place.  [q, d]"""
    out[:, 0] = 1.0
    return out


def forecast(logit: Numbers, reading: Reading, context: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    """Return the (mean, variance) of q logits, given the classic's and a context (mean [q or 1, d], covariance)."""
    mean, covariance = context
    moved = logit + reading.shift + (reading.directions * mean).sum(1)
    if len(covariance) == 1:
        variance = ((reading.directions @ covariance[0]) * reading.directions).sum(1)
    else:
        variance = np.einsum("qd,qde,qe->q", reading.directions, covariance, reading.directions)
    return np.clip(moved, -FURTHEST, FURTHEST), np.maximum(variance, LEAST_VARIANCE)


def adapt(
    weights: Weights,
    context: tuple[Numbers, Numbers],
    direction: Numbers,
    variance: Numbers,
    step: tuple[Numbers, Numbers],
) -> tuple[Numbers, Numbers]:
    """Return the contexts (mean [n, d], covariance [n, d, d]) after one answer each. The old ones are untouched.

    The answers are told along `direction` [n, d], in which the logit has this variance [n], and `step` is the
    `memory.laplace_step` that each of them takes.
    """
    mean, covariance = context
    move, curvature = step
    reach = (covariance @ direction[:, :, None])[:, :, 0]
    mean = mean + reach * (move / variance)[:, None]
    shrink = curvature / (1.0 + variance * curvature)
    covariance = covariance - shrink[:, None, None] * reach[:, :, None] * reach[:, None, :]
    kept, more_mean, more_covariance = weights.drift
    mean, covariance = kept * mean + more_mean, kept**2 * covariance + more_covariance
    return mean, 0.5 * (covariance + covariance.transpose(0, 2, 1))


def _silu(x: Float32) -> Float32:
    """Return x * sigmoid(x)."""
    half = np.float32(0.5) * x
    gated: Float32 = half + half * np.tanh(half)
    return gated


def silent(hidden: int = HIDDEN) -> Weights:
    """Return weights that change nothing: the tutor is then the classic alone."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes(hidden).items()}
    arrays["scale"] += np.float32(1.0)
    arrays["head_trust"] += np.float32(1e-4)
    arrays["prior_covariance"] = np.eye(CONTEXT, dtype=np.float32) * np.float32(1e-4)
    return Weights(**arrays)
