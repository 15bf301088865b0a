"""Learner archetypes: a prior that is a mixture of prototypes, and answers that tell which one a learner is like.

Prototypical networks (Snell, Swersky and Zemel 2017) average the embedded support of each class and classify by the
distance to these means. Here nobody labels learners, so the prototypes are learned, as the means of a Gaussian mixture
prior of the context; instead of a distance, the likelihood of the support weighs them (Bayes' rule, one answer after
the other), and within each the context goes on to adapt as in `mlcore.algorithms.maml`. One prototype is that method.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.maml import Prior, adapt, predictive
from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support
from mlcore.belief import CONTEXT
from mlcore.network import AnswerNetwork

PROTOTYPES = 3
APART = 0.4  # logits: how far prototypes are from the middle before training


class PrototypeNetwork(AnswerNetwork, MetaLearner):
    """Believes log weight [l, p, K], mean [l, p, K, d] and covariance [l, p, K, d, d] of the context."""

    def __init__(self, hidden: int, generator: torch.Generator | None = None, prototypes: int = PROTOTYPES) -> None:
        super().__init__(hidden, generator)
        away = torch.linspace(-1.0, 1.0, prototypes) if prototypes > 1 else torch.zeros(1)
        start = APART * torch.cat([away[:, None], torch.randn(prototypes, CONTEXT - 1, generator=generator)], 1)
        self.prototypes = nn.Parameter(start)
        self.popularity = nn.Parameter(torch.zeros(prototypes))  # log of the prior weights, but for a constant

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner."""
        shift, direction = self(support.features)
        logit = support.logit + shift
        belief = self._before_all(len(logit))
        believed = [belief]
        for step in range(max(after, default=0)):
            belief = self._taught(belief, logit[:, step], direction[:, step], support.correct[:, step])
            believed.append(belief)
        return tuple(torch.stack([believed[count][part] for count in after], 1) for part in range(3))

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner. The chance is the mean of the prototypes' chances."""
        shift, direction = self(query.features)
        weight, mean, covariance = belief
        each = predictive((query.logit + shift)[..., None], direction[..., None, :], (mean, covariance))
        right = torch.logsumexp(weight + functional.logsigmoid(each), -1)
        return right - torch.logsumexp(weight + functional.logsigmoid(-each), -1)

    def _before_all(self, learners: int) -> Belief:
        weight = torch.log_softmax(self.popularity, 0).expand(learners, -1)
        covariance = self.prior_covariance().expand(learners, len(self.prototypes), -1, -1)
        return weight, self.prototypes.expand(learners, -1, -1), covariance

    def _taught(self, belief: Belief, logit: Tensor, direction: Tensor, correct: Tensor) -> Belief:
        """Weigh the prototypes by the chance that each gave to this answer, then adapt each context to it."""
        weight, mean, covariance = belief
        each = predictive(logit[:, None], direction[:, None, :], (mean, covariance))
        weight = torch.log_softmax(weight + functional.logsigmoid(torch.where(correct[:, None] > 0.5, each, -each)), -1)
        many = mean.shape[:2]
        mean, covariance = adapt(
            Prior(self.prototypes.repeat(many[0], 1), self.prior_covariance(), self.keeping(), self.steps),
            (mean.flatten(0, 1), covariance.flatten(0, 1)),
            *(part.repeat_interleave(many[1], 0) for part in (logit, direction, correct)),
        )
        return weight, mean.reshape(belief[1].shape), covariance.reshape(belief[2].shape)
