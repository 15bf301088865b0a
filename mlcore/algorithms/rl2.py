"""The recurrent amortized learner: a GRU that reads question and outcome, and has learned how to learn from them.

No inner loop and no gradient at prediction time; the state of the GRU is the belief. Source: RL^2 (Duan et al. 2016)
and "Learning to learn using gradient descent" (Hochreiter et al. 2001), here for prediction instead of control: what
a step reads is the question as id-free features, the outcome, and how surprising it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support
from mlcore.features import FEATURES
from mlcore.network import random_matrix


class RecurrentNetwork(MetaLearner):
    """Believes the state [l, p, h] of a GRU; before the first answer it is a learned one."""

    def __init__(self, hidden: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.question = nn.Parameter(random_matrix((len(FEATURES), hidden), generator))
        self.question_bias = nn.Parameter(torch.zeros(hidden))
        self.outcome = nn.Parameter(random_matrix((2, hidden), generator))  # right or wrong, and the surprise
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            self.memory = nn.GRU(hidden, hidden, batch_first=True)
            for value in self.memory.parameters():
                value.uniform_(-(hidden**-0.5), hidden**-0.5, generator=generator)
        self.start = nn.Parameter(torch.zeros(hidden))
        self.asked = nn.Parameter(random_matrix((hidden, hidden), generator))
        self.recalled = nn.Parameter(random_matrix((hidden, hidden), generator))
        self.joint_bias = nn.Parameter(torch.zeros(hidden))
        self.head = nn.Parameter(torch.zeros(hidden))  # so that training starts from the classic

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner."""
        start = self.start.expand(1, len(support.logit), -1).contiguous()
        surprise = support.correct - torch.sigmoid(support.logit)
        outcome = torch.stack([2.0 * support.correct - 1.0, surprise], -1) @ self.outcome
        states: Tensor = self.memory(self._read(support) + outcome, start)[0]
        return (torch.cat([start.transpose(0, 1), states], 1)[:, list(after)],)

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner."""
        (state,) = belief
        joint = functional.silu(self._read(query) @ self.asked + state @ self.recalled + self.joint_bias)
        return query.logit + joint @ self.head

    def matrices(self) -> list[nn.Parameter]:
        """See FeatureNetwork."""
        return [value for value in self.parameters() if value.ndim == 2]

    def _read(self, query: Query) -> Tensor:
        return functional.silu(self.standardized(query.features) @ self.question + self.question_bias)
