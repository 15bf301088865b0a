"""The arms that a candidate step would be, and what their effects add to its score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from adaptive.adapting import Standing
from adaptive.progress import Progress
from adaptive.ways import Candidate
from mlcore.effects import credit
from mlcore.effects.believing import Values, summed

METHODS = [arm for arms in credit.METHODS.values() for arm in arms]


def effect_terms(
    standing: Standing, candidates: Sequence[Candidate], now: datetime, known: tuple[Values, Values]
) -> dict[str, np.ndarray]:
    """Return what the effects of arms, and trying those that we know little of, add to each score.  name -> [n]

    Choices from before methods or tries were kept get no term for them.
    """
    effects, tries = known
    ways = [candidate.variant.modality if candidate.variant else credit.QUESTIONS for candidate in candidates]
    terms = {"modality": summed([[way] for way in ways], effects)}
    if tries or not effects.keys().isdisjoint(METHODS):
        methods = [methods_in(standing.progress, candidate.module.skills, now) for candidate in candidates]
        terms["method"] = summed(methods, effects)
        terms["trying"] = summed([[way, *own] for way, own in zip(ways, methods, strict=True)], tries)
    return terms


def methods_in(progress: Progress, skills: Sequence[int], now: datetime) -> list[str]:
    """Return when and in which order these skills would be practiced now: as the one practiced last among them."""
    practiced = [skill for skill in skills if skill in progress.skills and progress.skills[skill].answers]
    if not practiced:
        return []
    latest = max(practiced, key=lambda skill: progress.skills[skill].at)
    return progress.methods(latest, int(now.timestamp()), progress.now_on or progress.before_on)
