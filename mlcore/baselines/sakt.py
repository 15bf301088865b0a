"""Self-attentive knowledge tracing: the question looks for the earlier answers that matter to it.

Source: Pandey and Karypis, "A self-attentive model for knowledge tracing", EDM 2019. An exercise is its skills and its
item. Two differences: attention knows how long ago an answer was instead of its absolute place, so that histories may
be longer than any in training, and a question may attend to nothing, so that the first one can be asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from mlcore.baselines.sequences import (
    Passage,
    SequenceNetwork,
    SequenceRival,
    Training,
    Vocabulary,
    concept_vectors,
    summed,
)

HEADS = 4
WINDOW = 200  # answers that attention reaches back
SLOWER = Training(rate=2e-3)


class Attention(SequenceNetwork):
    """One block: attention from the question to the answers before it, then a feed-forward layer."""

    def __init__(self, vocabulary: Vocabulary, width: int) -> None:
        super().__init__()
        self.questions = concept_vectors(vocabulary, 1, width)
        self.answers = concept_vectors(vocabulary, 2, width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.lags = nn.Parameter(torch.zeros(HEADS, WINDOW))
        self.after_attention, self.after_block = nn.LayerNorm(width), nn.LayerNorm(width)
        self.forward_layer = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(width, 1)

    def log_odds(self, passage: Passage, seen: int | None) -> Tensor:
        """See SequenceNetwork."""
        asked = summed(self.questions, passage.code, passage.share)
        code = 2 * passage.code + passage.correct[..., None].long()
        answered = summed(self.answers, code, passage.share)
        x = self.after_attention(asked + self.dropout(self._attended(asked, answered, seen)))
        x = self.after_block(x + self.dropout(self.forward_layer(x)))
        odds: Tensor = self.head(x)[..., 0]
        return odds

    def _attended(self, asked: Tensor, answered: Tensor, seen: int | None) -> Tensor:
        """Return for each question the mean of the answers' values by attention.  [b, t, width]"""
        t = asked.shape[1]
        query, key, value = map(_heads, (self.query(asked), self.key(answered), self.value(answered)))
        known = torch.arange(t).clamp(max=t if seen is None else seen)  # answers known when question t is asked
        lag = known[:, None] - torch.arange(t)[None, :]  # 1 for the last of them
        score = query @ key.transpose(2, 3) / key.shape[-1] ** 0.5 + self.lags[:, (lag - 1).clamp(0, WINDOW - 1)]
        score = score.masked_fill((lag < 1) | (lag > WINDOW), -torch.inf)
        share = torch.softmax(pad(score, (1, 0)), -1)[..., 1:]  # what is left goes to nothing
        return (share @ value).transpose(1, 2).flatten(2)


def _heads(x: Tensor) -> Tensor:
    """[b, t, width] -> [b, heads, t, width / heads]"""
    return x.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2)


@dataclass
class SAKT(SequenceRival):
    """Knows skills and items."""

    name: str = "sakt"
    training: Training = SLOWER
    knows_items: bool = True

    def blank(self, vocabulary: Vocabulary) -> SequenceNetwork:
        """See SequenceRival."""
        return Attention(vocabulary, self.training.width)
