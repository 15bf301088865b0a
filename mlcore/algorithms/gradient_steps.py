"""Learning about one learner by gradient steps, from a start that is meta-learned to be good for that: MAML.

Finn, Abbeel and Levine 2017: the outer loss is that of answers after the steps, differentiated through them (second
order), or as if their gradients were constants (first order: Nichol, Achiam and Schulman 2018). What is stepped is up
to the network: every weight (`every_weight`) or a small context (`fed_context`). As in Meta-SGD (Li et al. 2017) and
MAML++ (Antoniou, Edwards and Storkey 2019) the rates are learned too, one for each part that is stepped.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.algorithms.meta_learner import Belief, MetaLearner, Query, Support, prefixes

STEPS = 3
FIRST_RATE = 0.1


class SteppedNetwork(MetaLearner):
    """Believes a learner's own copies of what is stepped: each [l, p, ...]."""

    steps = STEPS
    second_order = True

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.log_rate = nn.Parameter(torch.full((parts,), FIRST_RATE).log())

    @abstractmethod
    def start(self) -> Belief:
        """Return what everyone's steps start from: as many parts as there are rates, each [...]."""

    @abstractmethod
    def read(self, own: Belief, features: Tensor) -> Tensor:
        """Return what is added to the classic's logit, given own parts [..., *] and features [..., n, f].  [..., n]"""

    def beliefs(self, support: Support, after: Sequence[int]) -> Belief:
        """See MetaLearner. Each step follows the gradient of the mean log-loss of all the answers so far."""
        share = prefixes(support.logit, after)
        share = share / share.sum(1, keepdim=True).clamp_min(1.0)  # [p, t] of each answer in the mean
        many = len(support.logit), len(share)
        through = torch.is_grad_enabled()
        with torch.enable_grad():
            own = tuple(part.expand(*many, *part.shape) for part in self.start())
            for _ in range(self.steps):
                own = self._step(own, support, share, through)
        return own if through else tuple(part.detach() for part in own)

    def log_odds(self, belief: Belief, query: Query) -> Tensor:
        """See MetaLearner."""
        asked = query.features.ndim - 2  # the dimension of questions
        if belief[0].shape[asked] == 1:  # of all of which one belief holds
            return query.logit + self.read(tuple(part.squeeze(asked) for part in belief), query.features)
        return query.logit + self.read(belief, query.features[..., None, :])[..., 0]

    def _step(self, own: Belief, support: Support, share: Tensor, through: bool) -> Belief:
        if not through:
            own = tuple(part.detach().requires_grad_() for part in own)
        logit = support.logit[:, None] + self.read(own, support.features[:, None])  # [l, p, t]
        right = support.correct[:, None].expand_as(logit)
        loss = (share * functional.binary_cross_entropy_with_logits(logit, right, reduction="none")).sum()
        second_order = through and self.second_order
        slopes = torch.autograd.grad(loss, own, create_graph=second_order, retain_graph=through)
        rates = self.log_rate.exp()
        return tuple(part - rate * slope for part, rate, slope in zip(own, rates, slopes, strict=True))
