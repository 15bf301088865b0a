"""The ways of learning that there are: factors, each with its arms. What they earn, `mlcore.effects.credit` tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from courses.models import Modality
from mlcore.effects.credit import METHODS, QUESTIONS, WAY

FACTORS: Mapping[str, tuple[str, ...]] = {WAY: (*Modality.values, QUESTIONS), **METHODS}
ARMS = tuple(arm for arms in FACTORS.values() for arm in arms)


def present(arms: Collection[str], factor: str) -> list[str]:
    """Return the arms of a factor that are among these, in the factor's order."""
    return [arm for arm in FACTORS[factor] if arm in arms]
