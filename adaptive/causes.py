"""The terms of the score that decided a choice, or what speaks for it where chance did."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlcore.decisive import Drawn, decisive, support
from mlcore.interactions import Mask

NEARLY = 0.1  # a score this much lower is about equally good
SPOKEN = 2  # terms at most that are said to speak for a choice
WORTH_SAYING = 0.005  # by which a term favors a choice at least


def causes_of(drawn: Drawn) -> list[dict[str, Any]]:
    """Return why this module and no other: the terms that decided, or that chance did, and what speaks for it.

    Nothing, where there was no other module.
    """
    own = drawn.group == drawn.own
    if own.all():
        return []
    gains, able = support(drawn), drawn.suggestion.propensities > 0.0
    if gains:
        behind, best = _best_other(drawn, able)
        if behind <= NEARLY and (names := decisive(drawn, gains)):
            against = int(drawn.group[best])
            return [{"term": name, "by": round(gains[name], 4), "against": against} for name in names]
    favor = {name: round(gain, 4) for name, gain in list(gains.items())[:SPOKEN] if gain >= WORTH_SAYING}
    behind, _ = _best_other(drawn, np.ones(len(own), bool))
    return [{"rule": _by_chance(behind)} | ({"for": favor} if favor else {})]


def _by_chance(behind: float) -> str:
    """Return what to call a draw that no cause turns, by how much the best other module was ahead, drawable or not."""
    if behind > NEARLY:
        return "tried"
    return "drawn" if behind >= -NEARLY else "best"


def _best_other(drawn: Drawn, among: Mask) -> tuple[float, int]:
    """Return by how much the best other module among these [n] was ahead of what could be drawn, and its place."""
    suggestion = drawn.suggestion
    is_own, able = drawn.group == drawn.own, suggestion.propensities > 0.0
    best = int(np.argmax(np.where(among & ~is_own, suggestion.scores, -np.inf)))
    return float(suggestion.scores[best] - suggestion.scores[is_own & able].max()), best
