"""Meta-learning of a learner's context: an inner loop of Newton steps, and an outer loss differentiated through it.

A learner is a context c of few dimensions with the meta-learned prior N(m, L) (CAVIA, Zintgraf et al. 2019; the
Bayesian reading of MAML, Grant et al. 2018). Each answer moves c to the mode of its posterior (Laplace) along phi(x),
so k answers are k inner steps; the outer loss is the log-loss of answers after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mlcore.algorithms.course_level import course_step, with_one
from mlcore.memory import FURTHEST, NEWTON_STEPS
from mlcore.network import AnswerNetwork
from mlcore.weights import LONGEST

Context = tuple[Tensor, Tensor]  # mean [l, d], covariance [l, d, d]


@dataclass(frozen=True)
class LessonTensors:
    """A `Lesson` on the network's device; the same shapes."""

    features: Tensor
    logit: Tensor
    correct: Tensor
    mask: Tensor
    freezes: list[int]
    frozen_features: Tensor
    frozen_logit: Tensor
    frozen_correct: Tensor
    frozen_mask: Tensor


@dataclass(frozen=True)
class Prior:
    """What is believed of a learner's context at first, how much of what is learned lasts, and how it is learned."""

    mean: Tensor  # [d]
    covariance: Tensor  # [d, d]
    keeping: Tensor  # [1]
    steps: int = NEWTON_STEPS


def outer_loss(network: AnswerNetwork, lesson: LessonTensors, cohort: int = 0, frozen_weight: float = 1.0) -> Tensor:
    """Return the mean log-loss of the next answers, plus that of the answers after each freeze.

    The first `cohort` pupils are not judged: they are the course's first learners, to whom its last layer is adapted.
    """
    hidden = network.hidden(lesson.features)
    shift, direction = network.read_out(hidden)
    contexts = adapt_through(network, (lesson.logit + shift, direction, lesson.correct))
    mean = torch.stack([context[0] for context in contexts], 1)  # [l, t, d]
    covariance = torch.stack([context[1] for context in contexts], 1)
    following = predictive(lesson.logit + shift, direction, (mean, covariance))
    loss = _judged(network.head_trust[0], hidden, following, (lesson.correct, lesson.mask), cohort)
    longest = mean.shape[1]
    used = [place for place, freeze in enumerate(lesson.freezes) if freeze < longest]
    if not used or frozen_weight == 0.0:
        return loss
    at = [lesson.freezes[place] for place in used]
    hidden = network.hidden(lesson.frozen_features[:, used])
    shift, direction = network.read_out(hidden)  # [l, j, ahead], [l, j, ahead, d]
    frozen = (mean[:, at, None], covariance[:, at, None])
    ahead = predictive(lesson.frozen_logit[:, used] + shift, direction, frozen).flatten(1)
    told = lesson.frozen_correct[:, used].flatten(1), lesson.frozen_mask[:, used].flatten(1)
    return loss + frozen_weight * _judged(network.head_trust[1], hidden.flatten(1, 2), ahead, told, cohort)


def _judged(log_trust: Tensor, hidden: Tensor, logit: Tensor, told: tuple[Tensor, Tensor], cohort: int) -> Tensor:
    """Return the log-loss of the pupils after the first `cohort`, with the course's last layer adapted to those."""
    correct, mask = told
    if cohort:
        seen = slice(cohort), slice(LONGEST)
        added = course_step(log_trust, hidden[seen], logit[seen], correct[seen], mask[seen])
        logit = logit + with_one(hidden) @ added
    return _log_loss(logit[cohort:], correct[cohort:], mask[cohort:])


def adapt_through(network: AnswerNetwork, answers: tuple[Tensor, Tensor, Tensor]) -> list[Context]:
    """Return the contexts before each answer, given (logit [l, t], direction [l, t, d], correct [l, t])."""
    logit, direction, correct = answers
    prior = Prior(network.prior_mean, network.prior_covariance(), network.keeping(), network.steps)
    context = prior.mean.expand(len(logit), -1), prior.covariance.expand(len(logit), -1, -1)
    contexts = []
    for step in range(logit.shape[1]):
        contexts.append(context)
        context = adapt(prior, context, logit[:, step], direction[:, step], correct[:, step])
    return contexts


def adapt(prior: Prior, context: Context, logit: Tensor, direction: Tensor, correct: Tensor) -> Context:
    """Return the contexts after one answer each. The old ones are untouched. Twin of `mlcore.weights.adapt`."""
    mean, covariance = context
    reach = (covariance @ direction[:, :, None])[:, :, 0]
    variance = (reach * direction).sum(1).clamp_min(1e-6)
    believed = (logit + (direction * mean).sum(1)).clamp(-FURTHEST, FURTHEST)
    move, curvature = laplace_step(believed, variance, correct, prior.steps)
    mean = mean + reach * (move / variance)[:, None]
    shrink = curvature / (1.0 + variance * curvature)
    covariance = covariance - shrink[:, None, None] * reach[:, :, None] * reach[:, None, :]
    kept = prior.keeping
    return torch.lerp(prior.mean, mean, kept), torch.lerp(prior.covariance, covariance, kept**2)


def laplace_step(logit: Tensor, variance: Tensor, correct: Tensor, steps: int = NEWTON_STEPS) -> tuple[Tensor, Tensor]:
    """Return how far one answer moves the mode of N(logit, variance), and the curvature there; 0 without steps."""
    move = torch.zeros_like(logit)
    if not steps:
        return move, move
    for _ in range(steps):
        p = torch.sigmoid(logit + move)
        move = move - (move - variance * (correct - p)) / (1.0 + variance * p * (1.0 - p))
    p = torch.sigmoid(logit + move)
    return move, p * (1.0 - p)


def predictive(logit: Tensor, direction: Tensor, context: Context) -> Tensor:
    """Return the logit of the predictive probability (MacKay 1992).  [...]"""
    mean, covariance = context
    variance = ((direction[..., None, :] @ covariance)[..., 0, :] * direction).sum(-1).clamp_min(1e-6)
    believed = (logit + (direction * mean).sum(-1)).clamp(-FURTHEST, FURTHEST)
    return believed / torch.sqrt(1.0 + (torch.pi / 8.0) * variance)


def _log_loss(logit: Tensor, correct: Tensor, mask: Tensor) -> Tensor:
    losses = functional.binary_cross_entropy_with_logits(logit, correct, reduction="none")
    return (losses * mask).sum() / mask.sum().clamp_min(1.0)
