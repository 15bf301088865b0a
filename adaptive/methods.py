"""The arms that a candidate step would be, and what their effects add to its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from adaptive.adapting import Standing
from adaptive.progress import Progress
from adaptive.rewards import FACTORS, QUESTIONS, WAY
from adaptive.ways import Candidate

WEIGHT = 2.0  # score for one unit of an effect
METHODS = [arm for factor, arms in FACTORS.items() if factor != WAY for arm in arms]

Values = Mapping[str, float]  # of arms


def effect_terms(
    standing: Standing, candidates: Sequence[Candidate], now: datetime, known: tuple[Values, Values]
) -> dict[str, np.ndarray]:
    """Return what the effects of arms, and trying those that we know little of, add to each score.  name -> [n]

    Choices from before methods or tries were kept get no term for them.
    """
    effects, tries = known
    ways = [candidate.variant.modality if candidate.variant else QUESTIONS for candidate in candidates]
    terms = {"modality": _summed([[way] for way in ways], effects)}
    if tries or not effects.keys().isdisjoint(METHODS):
        methods = [methods_in(standing.progress, candidate.module.skills, now) for candidate in candidates]
        terms["method"] = _summed(methods, effects)
        terms["trying"] = _summed([[way, *own] for way, own in zip(ways, methods, strict=True)], tries)
    return terms


def methods_in(progress: Progress, skills: Sequence[int], now: datetime) -> list[str]:
    """Return when and in which order these skills would be practiced now: as the one practiced last among them."""
    practiced = [skill for skill in skills if skill in progress.skills and progress.skills[skill].answers]
    if not practiced:
        return []
    latest = max(practiced, key=lambda skill: progress.skills[skill].at)
    return progress.methods(latest, int(now.timestamp()), progress.now_on or progress.before_on)


def _summed(arms: Sequence[Sequence[str]], values: Values) -> np.ndarray:
    return WEIGHT * np.array([sum(values.get(arm, 0.0) for arm in own) for own in arms])
