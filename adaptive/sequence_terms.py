"""What the recurrent policy adds to the score of an offer, in the place of the term for learning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adaptive.adapting import Standing
from adaptive.sequencing import gains_of
from adaptive.ways import Candidate
from mlcore.interactions import Numbers
from mlcore.sequencing.one_learner import WEIGHT


def sequencer_for(standing: Standing) -> str:
    """Return the sha256 of the recurrent policy that chooses now; "" where the standard one does."""
    return standing.memory.live.sha256 if standing.memory and gains_of(standing.memory) else ""


def chooses_by_sequence(standing: Standing, sequencer: str) -> bool:
    """Whether this recurrent policy is asked for, and can tell something sound."""
    return bool(sequencer) and sequencer_for(standing) == sequencer


def sequence_terms(standing: Standing, candidates: Sequence[Candidate]) -> Numbers:
    """Return how much the recurrent policy wants each candidate: what its module's skills would gain.  [n]

    A loss counts as 0. Difficulty, which the policy does not know, is left to the success band (`mlcore.policy.fit`).
    """
    gains = gains_of(standing.memory) or {}
    modules = {one.module.id: one.module for one in candidates}
    gain = {pk: _mean([gains[skill] for skill in module.skills if skill in gains]) for pk, module in modules.items()}
    return WEIGHT * np.maximum([gain[one.module.id] for one in candidates], 0.0)


def _mean(gains: Sequence[float]) -> float:
    return float(np.mean(gains)) if gains else 0.0
