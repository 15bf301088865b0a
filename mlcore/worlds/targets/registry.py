"""All targets: those told from lives, and by name those that are measured apart from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlcore.worlds.judging import Cohort
from mlcore.worlds.targets.aim import Aim, Part
from mlcore.worlds.targets.estimates import estimates
from mlcore.worlds.targets.gains import gains
from mlcore.worlds.targets.overrides import overrides
from mlcore.worlds.targets.prerequisites import prerequisites
from mlcore.worlds.targets.retention import retention
from mlcore.worlds.targets.speed import speed
from mlcore.worlds.targets.variety import variety
from mlcore.worlds.targets.verdicts import verdicts

APART: Mapping[str, Part] = {
    "overrides": overrides,
    "prerequisites": prerequisites,
    "variety": variety,
    "verdicts": verdicts,
    "estimates": estimates,
    "speed": speed,
}


def told_from_lives(cohorts: Sequence[Cohort]) -> list[Aim]:
    """Return what lives tell of our policies, one target after the other."""
    found = [*gains(cohorts), *retention(cohorts)]
    order = list(dict.fromkeys(aim.aim for aim in found))
    return sorted(found, key=lambda aim: order.index(aim.aim))
