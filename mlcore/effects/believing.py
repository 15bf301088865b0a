"""What is expected of each way of learning (arm) for one learner, and how much that adds to the score of a choice.

What an arm earned is shrunk: a learner's to what is known of others, theirs to zero (`mlcore.effects.hierarchy`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlcore.effects.credit import ArmProgress
from mlcore.effects.evidence import Evidence
from mlcore.effects.hierarchy import NOISE, USUAL, Hierarchy
from mlcore.interactions import Codes, Numbers

WEIGHT = 2.0  # score for one unit of an effect
FURTHEST = 0.15
TRIED = 0.04  # the most that not knowing better may add to an effect, or take from it

Values = Mapping[str, float]  # of arms


@dataclass(frozen=True)
class Effect:
    """How much better than the average one an arm works: in chance of a right answer, a normal belief."""

    mean: float
    sd: float
    spread: float = USUAL  # of learners around the mean
    noise: float = NOISE  # variance of one reward

    def on(self, earned: ArmProgress, usually: float) -> Effect:
        """Return the effect on one of the learners whom it is known from, who earned this under the arm and `usually`
        so much under any.

        Given the effect on all, one learner's is theirs shrunk to it by k; that on all, in which their rewards have
        been counted once, is believed as it was.
        """
        k = self.spread**2 / (self.spread**2 + self.noise / earned.weight) if earned.weight > 0.0 else 0.0
        own = earned.total / earned.weight - usually if earned.weight > 0.0 else 0.0
        sd = ((1.0 - k) ** 2 * self.sd**2 + (1.0 - k) * self.spread**2) ** 0.5
        return Effect((1.0 - k) * self.mean + k * own, sd)

    def after(self, earned: ArmProgress, usually: float) -> Effect:
        """Return the effect on somebody else, of whose rewards it knows nothing yet."""
        prior = 1.0 / (self.sd**2 + self.spread**2)
        precision = prior + earned.weight / self.noise
        reward = earned.total - usually * earned.weight
        return Effect((self.mean * prior + reward / self.noise) / precision, precision**-0.5)


UNKNOWN = Effect(0.0, USUAL)


def believed(
    earned: Mapping[str, ArmProgress], factors: Mapping[str, Sequence[str]], shared: Mapping[str, Effect]
) -> dict[str, Effect]:
    """Return how much better each arm is expected to work for who earned this, given the effects on all learners, with
    them among these."""
    effects: dict[str, Effect] = {}
    for arms in factors.values():
        own = {arm: earned.get(arm, ArmProgress()) for arm in arms}
        usually = sum(one.total for one in own.values()) / (sum(one.weight for one in own.values()) + NOISE / USUAL**2)
        for arm, under in own.items():
            effects[arm] = shared[arm].on(under, usually) if arm in shared else UNKNOWN.after(under, usually)
    return effects


def effects_by(hierarchy: Hierarchy, arms: Sequence[str]) -> dict[str, Effect]:
    """Return what all learners of a subject tell of these arms of its evidence, in their order."""
    found, spreads = hierarchy.of_subject(), hierarchy.spreads
    apart = float(spreads.learner) ** 0.5, float(spreads.noise)
    return {arm: Effect(float(found.mean[n]), float(found.sd[n]), *apart) for n, arm in enumerate(arms)}


def means_of(effects: Mapping[str, Effect]) -> dict[str, float]:
    """Return what each arm is expected to add to the chance of a right answer."""
    return {arm: max(-FURTHEST, min(effect.mean, FURTHEST)) for arm, effect in effects.items()}


def tries_of(effects: Mapping[str, Effect], rng: random.Random) -> dict[str, float]:
    """Return how far from its mean each effect is taken to be this time: a Thompson draw, bounded.

    So what we know least about is tried most, and what is known by now hardly more than it deserves.
    """
    drawn = {arm: rng.gauss(0.0, effect.sd) for arm, effect in effects.items()}
    return {arm: round(max(-TRIED, min(away, TRIED)), 4) for arm, away in drawn.items()}


def summed(arms: Sequence[Sequence[str]], values: Values) -> Numbers:
    """Return what the values of the arms of each of n candidates add to its score.  [n]"""
    return WEIGHT * np.array([sum(values.get(arm, 0.0) for arm in own) for own in arms])


def evidence_in(earned: Sequence[Mapping[str, ArmProgress]], arms: Sequence[str], cohort: Codes) -> Evidence:
    """Return what l learners earned under k arms as numbers, in the order of learners and arms."""
    nothing = ArmProgress()
    rows = [[own.get(arm, nothing) for arm in arms] for own in earned]
    columns = np.array([[(c.answers, c.weight, c.total, c.squares) for c in row] for row in rows], float)
    answers, weight, total, squares = np.moveaxis(columns.reshape(len(earned), len(arms), 4), -1, 0)
    return Evidence(answers, weight, total, squares, cohort)
