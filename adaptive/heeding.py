"""What learners ask for counts for what comes later, too: a little each time, a few times at most, and not for ever.

How hard things are, they move by "too easy" and "too hard" (`adaptive.aiming`). Here a way of teaching that they asked
to have otherwise is worth a little less in other modules, and time weighs more for who found something too long. That
is what they want, and says nothing of what works for them: `adaptive.modalities` tells that, from later answers alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adaptive.adapting import Standing
from adaptive.progress import HURRIES_KEPT
from adaptive.ways import Candidate
from mlcore.policy import PolicySettings
from mlcore.refusals import BANNED_FOR, Wish

LATELY = 4 * BANNED_FOR  # entries of the log for which it counts
LESS = 0.02  # off the score of a way of teaching for each way of a module that was to be had otherwise
MOST_TIMES = 3


def wish_terms(standing: Standing, candidates: Sequence[Candidate]) -> dict[str, np.ndarray]:
    """Return what wishes for other ways of teaching take off each score, where there were any lately.  name -> [n]"""
    unwanted = unwanted_ways(standing)
    if not unwanted:
        return {}
    times = [unwanted[one.variant.modality] if one.variant else 0 for one in candidates]
    return {"wish": -LESS * np.minimum(times, MOST_TIMES)}


def unwanted_ways(standing: Standing) -> Counter[str]:
    """Count the lessons of each modality that were to be had another way lately."""
    modality_of = standing.syllabus.modality_of
    said = [one for one in standing.progress.refused if one.wish == Wish.ANOTHER_WAY and _is_recent(standing, one.at)]
    return Counter(modality_of[one.variant] for one in said if one.variant in modality_of)


def in_a_hurry(standing: Standing, settings: PolicySettings) -> PolicySettings:
    """Return settings in which time weighs once more for each time that something was too long lately."""
    times = sum(_is_recent(standing, at) for at in standing.progress.hurries[-HURRIES_KEPT:])
    return replace(settings, time=settings.time * (1 + times)) if times else settings


def _is_recent(standing: Standing, entry: int) -> bool:
    return entry + LATELY > standing.state.seen_up_to
