"""Whether an arm works better than the others: a verdict that may be looked at every day.

Evidence grows, and who looks daily for "p < .05" finds something sooner or later. An e-value is at least 1 / alpha with
a chance of at most alpha, at any time during a comparison without difference (Ville's inequality). Ours is the mixture
likelihood ratio of Robbins (1970), used to look at experiments at any time by Johari, Pekelis and Walsh (2022, "Always
valid inference") and Howard, Ramdas, McAuliffe and Sekhon (2021, "Time-uniform confidence sequences"). It keeps its
promise under adaptive assignment, as the chances of the assignment are not in a likelihood ratio, and as estimates of a
model of several levels move like a Brownian motion in their information (Jennison and Turnbull 1997). Both suppose
known variances; what comes of estimated ones is measured (`mlcore.effects.trials`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, erfc, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np

from mlcore.effects.evidence import Evidence
from mlcore.effects.hierarchy import USUAL, Level, Spreads, fit
from mlcore.interactions import Mask, Numbers

ALPHA = 0.05  # chance that any winner is declared at any time, if no arm is better
CONFIDENCE = 0.9  # of the intervals
REACH = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0)
MARGIN = 0.05  # a difference of later success that is too small to matter
EXPECTED = 0.1  # differences are about this large, if there are any: standard deviation, around 0
FEWEST_WEIGHT, FEWEST_LEARNERS = 10.0, 5  # that an arm needs to be compared
FURTHEST_AHEAD = 50.0  # times the evidence there is; beyond, it is not told how much is missing

Outcome = Literal["winner", "no difference", "open"]


@dataclass(frozen=True)
class Differences:
    """Each arm against the plain mean of the other arms that are compared; nan for those that are not."""

    compared: Mask  # [..., k]
    value: Numbers  # [..., k]
    error: Numbers  # [..., k] standard error

    @property
    def arms(self) -> Numbers:
        """How many are compared.  [...]"""
        return np.asarray(self.compared.sum(-1), np.float64)

    @property
    def e_values(self) -> Numbers:
        """Evidence that the arm is better; 0 where it is not compared.  [..., k]"""
        return np.where(self.compared, e_value(self.value, self.error), 0.0)

    @property
    def believed(self) -> tuple[Numbers, Numbers, Numbers]:
        """The difference, shrunk to 0 as EXPECTED has it, and the ends of the interval that holds it with CONFIDENCE.

        What is believed does not depend on when one looks. An arm that is declared better has its interval above 0.
        """
        share = EXPECTED**2 / (EXPECTED**2 + self.error**2)
        mean, reach = share * self.value, REACH * np.sqrt(share) * self.error
        return mean, mean - reach, mean + reach


@dataclass(frozen=True)
class Verdict:
    """What can be said of k arms; `missing` is about how many more answers would say more, None for very many.

    While nothing is compared, it is how many a first comparison takes.
    """

    outcome: Outcome
    winners: tuple[int, ...]
    differences: Differences  # [k]
    missing: int | None


def judge(level: Level, evidence: Evidence, fewest_learners: int = FEWEST_LEARNERS) -> Verdict:
    """Return the verdict on the group that the level is of, whose evidence [l, k] this is."""
    found = differences(level, compared_in(evidence, fewest_learners))
    wins = winners_in(found)
    if wins.any():
        return Verdict("winner", tuple(np.flatnonzero(wins).tolist()), found, 0)
    if is_same(found):
        return Verdict("no difference", (), found, 0)
    if found.compared.any():
        return Verdict("open", (), found, _missing(found, float(evidence.answers.sum())))
    return Verdict("open", (), found, _missing_to_compare(evidence))


def judge_learner(evidence: Evidence, noise: Numbers) -> Verdict:
    """Return the verdict on the one learner of the evidence [1, k], from their own answers alone.

    `noise` is the variance of one reward. How far learners differ does not matter to one of them.
    """
    none = np.zeros_like(noise)
    own = fit(evidence, Spreads(noise, none + 1.0, none, none, none + USUAL**2))
    return judge(own.subject, evidence, fewest_learners=1)


def compared_in(evidence: Evidence, fewest_learners: int = FEWEST_LEARNERS) -> Mask:
    """Return which arms have enough evidence to be compared; none if that is one alone.  [..., k]"""
    learners = (evidence.weight > 0.0).sum(-2)
    enough = (evidence.weight.sum(-2) >= FEWEST_WEIGHT) & (learners >= fewest_learners)
    return np.asarray(enough & (enough.sum(-1, keepdims=True) > 1))


def differences(level: Level, compared: Mask) -> Differences:
    """Return each arm's difference to the others, from the likelihood alone: nothing is shrunk."""
    arms = compared.shape[-1]
    there = np.diagonal(level.precision, axis1=-2, axis2=-1) > 0.0
    covariance = np.linalg.inv(level.precision + np.eye(arms) * ~there[..., None])
    mean = (covariance @ level.pull[..., None])[..., 0]
    others = compared[..., None, :] & ~np.eye(arms, dtype=bool)
    contrast = np.eye(arms) - others / np.maximum(others.sum(-1, keepdims=True), 1)
    value = (contrast @ mean[..., None])[..., 0]
    error = np.sqrt(np.einsum("...ab,...bc,...ac->...a", contrast, covariance, contrast, optimize=True))
    return Differences(compared, np.where(compared, value, np.nan), np.where(compared, error, np.nan))


def winners_in(found: Differences) -> Mask:
    """Return which arms are declared better than the others.  [..., k]

    Each has its share of ALPHA (Bonferroni), so that any is declared in error with a chance of at most ALPHA.
    """
    return found.compared & (found.e_values >= found.arms[..., None] / ALPHA)


def is_same(found: Differences) -> Mask:
    """Return whether every arm that is compared lies within MARGIN of the others, with its whole interval.  [...]

    Kruschke's region of practical equivalence (2018); with 90 %, two one-sided tests of 5 % (Schuirmann 1987). Unlike
    a winner, this may be taken back: it says that no difference worth having shows, and costs nobody anything.
    """
    _, low, high = found.believed
    inside = (low >= -MARGIN) & (high <= MARGIN)
    return np.asarray((inside | ~found.compared).all(-1) & found.compared.any(-1))


def e_value(value: Numbers, error: Numbers, expected: float = EXPECTED) -> Numbers:
    """Return how many times likelier a normal estimate is if its truth is above 0, than if it is 0.

    The truth above 0 is a half-normal of scale `expected`; truths below 0 make it only smaller.
    """
    information = error**-2.0
    share = expected / np.sqrt(1.0 + information * expected**2)
    z = value * information * share
    with np.errstate(over="ignore"):
        return np.asarray(2.0 * share / expected * np.exp(0.5 * z**2) * _below(z))


def _below(z: Numbers) -> Numbers:
    """Return how much of a standard normal lies below.  [...]"""
    share = np.vectorize(lambda one: 0.5 * erfc(-one / sqrt(2.0)), otypes=[np.float64])
    return np.asarray(share(z), np.float64)


def _missing(found: Differences, answers: float) -> int | None:
    """About how many more answers would lead to a verdict, if the differences stay as they look now."""
    for times in np.geomspace(1.05, FURTHEST_AHEAD, 80):
        then = Differences(found.compared, found.value, found.error / np.sqrt(times))
        if winners_in(then).any() or is_same(then):
            return ceil(answers * (float(times) - 1.0))
    return None


def _missing_to_compare(evidence: Evidence) -> int | None:
    """How many more answers the two arms with the most evidence need at least, if answers weigh as much as so far."""
    weight = np.sort(evidence.weight.sum(-2))[-2:]
    if len(weight) < 2 or not weight.any():
        return None
    each = float(evidence.weight.sum() / evidence.answers.sum())
    return ceil(float(np.maximum(FEWEST_WEIGHT - weight, 0.0).sum()) / each) or None
