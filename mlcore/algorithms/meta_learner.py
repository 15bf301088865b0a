"""What every meta-learner can do: form beliefs about a learner from their answers (the support), and predict others
(the query) with them. The outer loss is the same for all of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mlcore.algorithms.maml import LessonTensors
from mlcore.network import FeatureNetwork

Belief = tuple[Tensor, ...]  # each [l, p, ...]: about l learners, each after p different numbers of answers


@dataclass(frozen=True)
class Query:
    """Questions as a learner faces them."""

    features: Tensor  # [l, ..., f]
    logit: Tensor  # [l, ...] the classic's


@dataclass(frozen=True)
class Support(Query):
    """The first answers of l learners, in order: [l, t, f] and [l, t]."""

    correct: Tensor  # [l, t]


class MetaLearner(FeatureNetwork):
    """A network with a way to learn about one learner from a few answers."""

    steps: int = 0  # of the inner loop, which may be changed before it is asked; 0 where there is none

    @abstractmethod
    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """Return what is believed after so many of the answers; later ones are not looked at.  each [l, after, ...]

        After more answers than a learner gave, the belief means nothing.
        """

    @abstractmethod
    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """Return the logit of the chance of a right answer; dimensions of belief and query are broadcast.  [l, ...]"""


def outer_loss(network: MetaLearner, lesson: LessonTensors, frozen_weight: float = 1.0) -> Tensor:
    """Return the mean log-loss of the next answers, plus that of the answers after each freeze."""
    longest = lesson.correct.shape[1]
    beliefs = network.beliefs(Support(lesson.features, lesson.logit, lesson.correct), range(longest))
    following = network.log_odds(beliefs, Query(lesson.features, lesson.logit))
    loss = log_loss(following, lesson.correct, lesson.mask)
    used = [place for place, freeze in enumerate(lesson.freezes) if freeze < longest]
    if not used or frozen_weight == 0.0:
        return loss
    frozen = tuple(part[:, [lesson.freezes[place] for place in used]] for part in beliefs)
    return loss + frozen_weight * _loss_ahead(network, frozen, lesson, used)


def frozen_loss(network: MetaLearner, lesson: LessonTensors) -> Tensor:
    """Return the mean log-loss of the answers after each freeze, given those before it."""
    used = [place for place, freeze in enumerate(lesson.freezes) if freeze <= lesson.correct.shape[1]]
    support = Support(lesson.features, lesson.logit, lesson.correct)
    frozen = network.beliefs(support, [lesson.freezes[place] for place in used])
    return _loss_ahead(network, frozen, lesson, used)


def log_loss(log_odds: Tensor, correct: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the answers that count."""
    losses = functional.binary_cross_entropy_with_logits(log_odds, correct, reduction="none")
    return (losses * mask).sum() / mask.sum().clamp_min(1.0)


def _loss_ahead(network: MetaLearner, frozen: Belief, lesson: LessonTensors, used: Sequence[int]) -> Tensor:
    for_each = tuple(part[:, :, None] for part in frozen)  # of the answers ahead
    ahead = network.log_odds(for_each, Query(lesson.frozen_features[:, used], lesson.frozen_logit[:, used]))
    return log_loss(ahead, lesson.frozen_correct[:, used], lesson.frozen_mask[:, used])


def prefixes(like: Tensor, after: Sequence[int]) -> Tensor:
    """Return 1 where answer t of `like` [l, t] belongs to the first p of `after`, else 0.  [p, t]"""
    count = torch.tensor(list(after), device=like.device)
    return (torch.arange(like.shape[1], device=like.device)[None, :] < count[:, None]).to(like)
