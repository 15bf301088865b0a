"""`mlcore.algorithms.maml` behind the interface of all meta-learners."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from mlcore.algorithms.maml import adapt_through, predictive
from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support
from mlcore.network import AnswerNetwork


class ContextNetwork(AnswerNetwork, MetaLearner):
    """Believes N(mean, covariance) of a learner's context; one Laplace step for each answer."""

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner."""
        shift, direction = self(support.features)
        answers = (support.logit + shift, direction, support.correct)
        one_more = (functional.pad(part, (0, 0) * (part.ndim - 2) + (0, 1)) for part in answers)  # to see the last
        logit, direction, correct = one_more
        contexts = adapt_through(self, (logit, direction, correct))
        chosen = [contexts[count] for count in after]
        return torch.stack([mean for mean, _ in chosen], 1), torch.stack([covariance for _, covariance in chosen], 1)

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner."""
        shift, direction = self(query.features)
        mean, covariance = belief
        return predictive(query.logit + shift, direction, (mean, covariance))
