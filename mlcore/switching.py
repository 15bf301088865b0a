"""When a policy in the shadow takes over from the one in use, and when it goes back: only on high confidence.

That is the rule of conservative bandits (Wu et al. 2016) with a safety test (Thomas, Theocharous and Ghavamzadeh 2015,
"High confidence policy improvement"). Who looks often finds something by chance, so each look at more data has a share
of the risk, and all shares add up to RISK. To go back needs no confidence: that is always safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mlcore.off_policy import CONFIDENCE, TOLERANCE, Estimate
from mlcore.stages import Stage

RISK = 0.05  # of taking over wrongly, in all looks together
GROWTH = 0.5  # share of the steps of the latest look by which there must be more for another one


class Ruling(StrEnum):
    """What is done about a policy."""

    WAITS = "waits"  # too little is new since the latest look
    STAYS = "stays"  # looked, and not sure enough
    TRIES = "tries"  # is sure enough to teach some
    EXTENDS = "extends"  # still is, and teaches most
    GOES_ON = "goes_on"
    UNSURE = "unsure"  # goes back, as it is not sure enough any more
    BEHIND = "behind"  # goes back, as it surely did worse since it teaches


AFTER = {
    Ruling.TRIES: Stage.TRIAL,
    Ruling.EXTENDS: Stage.MOST,
    Ruling.UNSURE: Stage.SHADOW,
    Ruling.BEHIND: Stage.SHADOW,
}


@dataclass(frozen=True)
class Evidence:
    """How far a policy is ahead of the other; what it brought since it teaches, and what the other brings."""

    kept: Estimate  # ahead of the share of the other's success that must be kept
    ahead: Estimate  # of all of it
    lately: Estimate | None = None  # None while that says nothing
    usual: Estimate | None = None

    def is_sure(self, confidence: float = CONFIDENCE) -> bool:
        return self.kept.lower_bound(confidence) >= 0.0 and self.ahead.lower_bound(confidence) > 0.0

    @property
    def is_behind(self) -> bool:
        """What it brought lately lies wholly below what the other brings, intervals and all."""
        if self.lately is None or self.usual is None:
            return False
        return self.lately.interval()[1] < self.usual.interval()[0]


def apart(new: Estimate, baseline: Estimate, tolerance: float = TOLERANCE) -> Estimate:
    """As `off_policy.lead`, of two groups of learners who were drawn by chance: none is in both."""
    share = 1.0 - tolerance * float(np.sign(baseline.value))
    return Estimate(
        value=new.value - share * baseline.value,
        influence=np.concatenate([new.influence, -share * baseline.influence]),
        effective_choices=min(new.effective_choices, baseline.effective_choices),
        effective_learners=min(new.effective_learners, baseline.effective_learners),
        cut=new.cut,
    )


def sharper(one: Evidence, other: Evidence | None) -> Evidence:
    """Return the evidence that leaves less open, whatever it says."""
    return other if other and other.ahead.standard_error < one.ahead.standard_error else one


def confidence_of(look: int) -> float:
    """Return what the look of this number, from 1, must be sure by: 1 - RISK / (n (n + 1))."""
    if look < 1:
        raise ValueError(f"look: expected a number from 1, got {look}")
    return 1.0 - RISK / (look * (look + 1))


def is_due(new: int, looked_at: int) -> bool:
    """Whether so many steps since the latest look, which was at `looked_at` steps, are enough for another one."""
    return new > GROWTH * looked_at


def rule_on(stage: Stage, evidence: Evidence, look: int | None) -> Ruling:
    """Say what to do about a policy at this stage. `look` is the number of this look; None for none."""
    if stage is not Stage.SHADOW:
        if evidence.is_behind:
            return Ruling.BEHIND
        if not evidence.is_sure():
            return Ruling.UNSURE
    is_sure = look is not None and evidence.is_sure(confidence_of(look))
    if stage is Stage.SHADOW:
        return Ruling.TRIES if is_sure else Ruling.WAITS if look is None else Ruling.STAYS
    return Ruling.EXTENDS if is_sure and stage is Stage.TRIAL else Ruling.GOES_ON


def stage_after(stage: Stage, ruling: Ruling) -> Stage:
    return AFTER.get(ruling, stage)
