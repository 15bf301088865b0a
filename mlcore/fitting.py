"""Fit a tutor to one course: its difficulties, then how much its answers bend the predictions."""

from __future__ import annotations

from mlcore.calibration import Calibration
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes
from mlcore.weights import Weights


def calibrate(weights: Weights, prior: Calibration, cohort: Episodes) -> Calibration:
    """Return the calibration of the course in which this cohort answered."""
    del weights
    return fit_difficulty(cohort, prior.population)
