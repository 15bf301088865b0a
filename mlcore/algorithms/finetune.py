"""Conventional fine-tuning, the rival that every meta-learner has to beat: pre-train on all, then step along gradients.

The network is the same and so are its lessons, but nothing is learned about learning: pre-training pools the next
answers of everyone, without an inner loop (`pooled_loss`; `finetune_ahead` pools the answers further ahead with them).
Then each learner's copy of the last layer takes a few gradient steps on their answers (Yosinski et al. 2014; for the
last layer alone Raghu et al. 2020), at the rate that served the learners held out for validation best.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor

from mlcore.algorithms.maml import LessonTensors
from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support, frozen_loss, log_loss, prefixes
from mlcore.network import AnswerNetwork

STEPS = 5
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # of the mean log-loss of a learner's answers


class TunedNetwork(AnswerNetwork, MetaLearner):
    """Believes weights [l, p, h] and bias [l, p, 1] of a learner's own last layer."""

    rate: Tensor
    steps = STEPS

    def __init__(self, hidden: int, generator: torch.Generator | None = None) -> None:
        super().__init__(hidden, generator)
        self.register_buffer("rate", torch.tensor(RATES[0]))

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner."""
        read = self.hidden(support.features)
        share = prefixes(support.logit, after)
        share = share / share.sum(1, keepdim=True).clamp_min(1.0)  # [p, t] of each answer in the mean
        weights = self.head[:, 0].expand(len(read), len(share), -1)
        bias = self.head_bias[0].expand(len(read), len(share), 1)
        for _ in range(self.steps):
            logit = support.logit[:, None] + weights @ read.transpose(1, 2) + bias  # [l, p, t]
            error = share * (support.correct[:, None] - torch.sigmoid(logit))
            weights, bias = weights + self.rate * error @ read, bias + self.rate * error.sum(-1, keepdim=True)
        return weights, bias

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner."""
        weights, bias = belief
        return query.logit + (self.hidden(query.features) * weights).sum(-1) + bias[..., 0]


def pooled_loss(network: TunedNetwork, lesson: LessonTensors, frozen_weight: float = 0.0) -> Tensor:
    """Return the mean log-loss of all next answers, the last layer being everyone's.

    With a `frozen_weight`, also that of answers further ahead, which is what meta-learners are trained on.
    """
    shift, _ = network(lesson.features)
    loss = log_loss(lesson.logit + shift, lesson.correct, lesson.mask)
    if frozen_weight == 0.0:
        return loss
    shift, _ = network(lesson.frozen_features)
    return loss + frozen_weight * log_loss(lesson.frozen_logit + shift, lesson.frozen_correct, lesson.frozen_mask)


@torch.no_grad()
def with_best_rate(network: TunedNetwork, held_out: LessonTensors) -> TunedNetwork:
    """Return the network with the rate of RATES at which fine-tuning helps these learners most."""
    tuned = deepcopy(network)
    losses = []
    for rate in RATES:
        tuned.rate.fill_(rate)
        losses.append(float(frozen_loss(tuned, held_out)))
    tuned.rate.fill_(RATES[losses.index(min(losses))])
    return tuned
