"""How likely something is as hard as people learn most from, given all that is not known of learner and question."""

from __future__ import annotations

from math import erfc, log, sqrt

import numpy as np

from mlcore.interactions import Numbers
from mlcore.memory import MODERATION

SUREST = 1e-4  # chances nearer to 0 or 1 than this are all the same
LEAST_SPREAD = 0.25  # logits: nobody is known better


def chance_within(probability: Numbers, sd: Numbers, band: tuple[float, float]) -> Numbers:
    """Return how likely the chance of a right answer lies in the band.  [n]

    `probability` [n] and `sd` [n] are what a tutor predicts: the mean of a logistic-normal posterior, which holds what
    is open about the learner and about the question, and its sd by the delta method. So the logit's sd is
    sd / (p (1 - p)), and its mean follows by undoing MacKay's moderation (1992, eq. 10). Exact where the logit is
    normal; far outside the band the nearer one still is the likelier one.
    """
    p = np.clip(np.asarray(probability, np.float64), SUREST, 1.0 - SUREST)
    spread = np.maximum(np.asarray(sd, np.float64) / (p * (1.0 - p)), LEAST_SPREAD)
    logit = np.log(p / (1.0 - p)) * np.sqrt(1.0 + MODERATION * spread**2)
    ends = (min(max(end, SUREST), 1.0 - SUREST) for end in band)
    low, high = ((log(end / (1.0 - end)) - logit) / spread for end in ends)
    return np.array([_between(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)])


def _between(low: float, high: float) -> float:
    """Return how much of a standard normal lies between these, precise in either tail."""
    if low > 0.0:
        return 0.5 * (erfc(low / sqrt(2.0)) - erfc(high / sqrt(2.0)))
    return 0.5 * (erfc(-high / sqrt(2.0)) - erfc(-low / sqrt(2.0)))
