"""Bayesian last layer: meta-learned features, and on them weights of the learner's own, with a Laplace posterior.

Each belief is refitted from the whole support at once by Newton steps from the prior N(m, L), where
`mlcore.algorithms.maml` moves a little with each answer and never looks back. The outer loss is differentiated through
the Newton steps. Sources: ALPaCA (Harrison, Sharma and Pavone 2018) for the meta-learned last layer with a Gaussian
posterior; MacKay 1992 for Laplace's approximation and the moderated prediction. An answer's weight fades with its age,
for learners change.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mlcore.algorithms.maml import predictive
from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support, prefixes
from mlcore.memory import FURTHEST
from mlcore.network import AnswerNetwork

NEWTON_STEPS = 4
LONGEST_STEP = 4.0  # prior standard deviations in one Newton step


class LastLayerNetwork(AnswerNetwork, MetaLearner):
    """Believes N(mean [l, p, d], covariance [l, p, d, d]) of the last layer's weights."""

    steps = NEWTON_STEPS

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner."""
        shift, direction = self(support.features)
        root = torch.linalg.cholesky(self.prior_covariance())
        logit = support.logit + shift + direction @ self.prior_mean
        weight = self.weights_of_answers(support.logit, after if self.steps else [0] * len(after))
        answers = logit, direction @ root, support.correct
        away, spread = laplace_posterior(answers, weight, self.steps)
        return self.prior_mean + away @ root.T, root @ spread @ root.T

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner."""
        shift, direction = self(query.features)
        mean, covariance = belief
        return predictive(query.logit + shift, direction, (mean, covariance))

    def weights_of_answers(self, logit: Tensor, after: Sequence[int]) -> Tensor:
        """Return how much answer t counts after p answers: less with each answer since, not at all if later.  [p, t]"""
        known = prefixes(logit, after)
        since = known.flip(1).cumsum(1).flip(1) - 1.0
        return known * self.keeping() ** since.clamp_min(0.0)


def laplace_posterior(
    answers: tuple[Tensor, Tensor, Tensor], weight: Tensor, steps: int = NEWTON_STEPS
) -> tuple[Tensor, Tensor]:
    """Return mode and inverse curvature of z ~ N(0, I), given answers with logits `logit` [l, t] + direction @ z.

    `answers` are (logit, direction [l, t, d], correct [l, t]); `weight` [p, t] says how much each counts.
    [l, p, d], [l, p, d, d]
    """
    logit, direction, correct = answers
    learners, longest, d = direction.shape
    pairs = (direction[..., :, None] * direction[..., None, :]).reshape(learners, longest, d * d)
    mode = torch.zeros(learners, len(weight), d, dtype=logit.dtype, device=logit.device)
    for _ in range(steps):
        p = torch.sigmoid(_believed(logit, direction, mode))
        slope = (weight * (correct[:, None] - p)) @ direction - mode
        step = torch.cholesky_solve(slope[..., None], torch.linalg.cholesky(_curvature(weight, p, pairs)))[..., 0]
        length = step.norm(dim=-1, keepdim=True)
        mode = mode + step * (LONGEST_STEP / length.clamp_min(LONGEST_STEP))
    p = torch.sigmoid(_believed(logit, direction, mode))
    return mode, torch.cholesky_inverse(torch.linalg.cholesky(_curvature(weight, p, pairs)))


def _believed(logit: Tensor, direction: Tensor, mode: Tensor) -> Tensor:
    """[l, p, t]"""
    return (logit[:, None] + mode @ direction.transpose(1, 2)).clamp(-FURTHEST, FURTHEST)


def _curvature(weight: Tensor, p: Tensor, pairs: Tensor) -> Tensor:
    """Minus the second derivative of the log posterior; at least 1 in every direction.  [l, p, d, d]"""
    d = round(pairs.shape[-1] ** 0.5)
    of_answers = ((weight * p * (1.0 - p)) @ pairs).reshape(*p.shape[:2], d, d)
    return of_answers + torch.eye(d, dtype=p.dtype, device=p.device)
