"""How often a learner is meant to succeed: as usual or as their trainer set it, and moved by their own wishes."""

from __future__ import annotations

from adaptive.adapting import Standing

PACE_WEIGHT = 0.05  # how far one wish for harder or easier moves it

Band = tuple[float, float]  # chances of success


def band_for(standing: Standing, usual: Band) -> Band:
    """Return the success band of this learner: as wide as usual, except where it would leave 0 to 1."""
    low, high = (edge + _set_off(standing, usual) - PACE_WEIGHT * standing.progress.pace for edge in usual)
    return max(low, 0.0), min(high, 1.0)


def _set_off(standing: Standing, usual: Band) -> float:
    """Return how far a trainer moved the middle of the band."""
    asked = standing.steering.success
    return asked.percent / 100 - sum(usual) / 2 if asked else 0.0
