"""The slow clock inside the outer loop: a course's last layer, adapted to its first learners.

What a course adds to the last layer of g is the mode of a Bayesian logistic regression on the last hidden layer, given
the answers of a cohort; how far it may go is meta-learned. The outer loss is taken on other learners, after that step,
and differentiated through it (ANIL, Raghu et al. 2020, one level up: the task is a course, its examples are learners).
`mlcore.fitting` takes the same step when a course is calibrated.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mlcore.memory import FURTHEST
from mlcore.weights import LIKENESS

NEWTON_STEPS = 3


def course_step(log_trust: Tensor, activations: Tensor, logit: Tensor, correct: Tensor, mask: Tensor) -> Tensor:
    """Return what the first learners of a course add to g's last layer.  [h + 1]

    From c learners with n answers each: activations [c, n, h], logit, correct and mask [c, n]; `log_trust` [h + 1].
    """
    inputs = with_one(activations).flatten(0, 1)
    worth = (mask / (1.0 + LIKENESS * (mask.sum(1, keepdim=True) - 1.0).clamp_min(0.0))).flatten()
    logit, correct = logit.flatten(), correct.flatten()
    precision = torch.exp(-2.0 * log_trust)
    added = torch.zeros_like(precision)
    for _ in range(NEWTON_STEPS):
        p = torch.sigmoid((logit + inputs @ added).clamp(-FURTHEST, FURTHEST))
        pull = inputs.T @ (worth * (correct - p)) - precision * added
        curvature = (inputs * (worth * p * (1.0 - p))[:, None]).T @ inputs + torch.diag(precision)
        added = added + torch.linalg.solve(curvature, pull)
    return added


def with_one(activations: Tensor) -> Tensor:
    """Append the constant.  [..., h + 1]"""
    return torch.cat([activations, torch.ones_like(activations[..., :1])], -1)
