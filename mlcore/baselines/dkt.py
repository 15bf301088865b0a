"""Deep knowledge tracing: an LSTM reads the answers so far and predicts every skill.

Source: Piech et al., "Deep knowledge tracing", NeurIPS 2015.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mlcore.baselines.sequences import (
    Passage,
    SequenceNetwork,
    SequenceRival,
    Vocabulary,
    concept_vectors,
    summed,
)


class ConceptLSTM(SequenceNetwork):
    """Concepts and outcome in; out the log odds of every concept at the next answer, of which a question's are summed.

    The skills of a question share one vote, so with skills alone the sum is their mean.
    """

    def __init__(self, vocabulary: Vocabulary, width: int) -> None:
        super().__init__()
        self.answers = concept_vectors(vocabulary, 2, width)
        self.memory = nn.LSTM(width, width, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.concepts = concept_vectors(vocabulary, 1, width)
        self.biases = concept_vectors(vocabulary, 1, 1)
        with torch.no_grad():
            for output in (self.concepts, self.biases):
                output.weight[: vocabulary.skills].uniform_(-(width**-0.5), width**-0.5)

    def remembered(self, passage: Passage) -> Tensor:
        """Return what is known before each answer.  [b, t, width]"""
        code = 2 * passage.code + passage.correct[..., None].long()
        inputs = summed(self.answers, code, passage.share)
        known: Tensor = self.memory(torch.cat([torch.zeros_like(inputs[:, :1]), inputs[:, :-1]], dim=1))[0]
        return known

    def log_odds(self, passage: Passage, seen: int | None) -> Tensor:
        """See SequenceNetwork."""
        known = self.remembered(passage)
        if seen is not None:
            known = known[:, torch.arange(known.shape[1]).clamp(max=seen)]
        asked = summed(self.concepts, passage.code, passage.share)
        odds: Tensor = (self.dropout(known) * asked).sum(-1)
        return odds + summed(self.biases, passage.code, passage.share)[..., 0]


@dataclass
class DKT(SequenceRival):
    """Knows skills, not items; the log odds of a question with several skills are their mean."""

    name: str = "dkt"

    def blank(self, vocabulary: Vocabulary) -> SequenceNetwork:
        """See SequenceRival."""
        return ConceptLSTM(vocabulary, self.training.width)
