"""Effects of ways of learning in a subject, in its cohorts, on its learners: a normal model of three levels.

A mean reward y of learner i in cohort c under arm a is theta_a + u_ca + v_ia + b_i + noise / sqrt(weight). u, v and b
are normal around 0: how cohorts differ, how learners differ, and how far a learner is misjudged whatever the arm, which
is why answers of one learner do not count as if they came from many. The likelihood given who was assigned what is the
same however the assignment depended on the past, as its chances cancel; so rewards are not weighed by propensities
(Rubin 1976, "Inference and missing data").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.effects.evidence import Evidence
from mlcore.interactions import UNKNOWN, Numbers

NOISE = 0.2  # variance of one reward, until rewards tell
USUAL = 0.05  # how far arms, learners or learners under an arm typically lie apart, until rewards tell
COHORTS = 0.03  # likewise, of cohorts under an arm
LEAST = 0.015  # spreads are never taken to be smaller
FEW = 20.0  # rewards that the usual noise counts for


@dataclass(frozen=True)
class Spreads:
    """Variances: of one reward, of learners under any arm, of learners under one, of cohorts under one, of arms."""

    noise: Numbers  # [...]
    misjudged: Numbers
    learner: Numbers
    cohort: Numbers
    arm: Numbers


@dataclass(frozen=True)
class Level:
    """What the rewards of one group tell of its own arms: a normal likelihood with mean J^-1 h and covariance J^-1."""

    precision: Numbers  # J [..., k, k]
    pull: Numbers  # h [..., k]


@dataclass(frozen=True)
class Posterior:
    """What is believed of each arm's effect, as a difference to the mean over rewards."""

    mean: Numbers  # [..., k]
    sd: Numbers  # [..., k]


@dataclass(frozen=True)
class Hierarchy:
    """The model, fitted."""

    spreads: Spreads
    cohorts: Level  # [..., c + 1, k, k], the last one of the learners without a cohort
    subject: Level  # [..., k, k]

    def of_subject(self) -> Posterior:
        """Return the effects over all learners, shrunk to no difference."""
        mean, covariance = self._believed()
        return Posterior(mean, _sd(covariance))

    def of_cohorts(self) -> Posterior:
        """Return the effects in each cohort, shrunk to those of the subject.  [..., c, k]"""
        return self.within(Level(self.cohorts.precision[..., :-1, :, :], self.cohorts.pull[..., :-1, :]))

    def within(self, groups: Level) -> Posterior:
        """Return the effects in groups of learners of the evidence, shrunk to those of the subject.  [..., g, k]"""
        mean, covariance = self._believed()
        spread = self.spreads.cohort[..., None, None, None]
        own = Level(groups.precision, _centered(groups, self.subject))
        within = np.linalg.inv(own.precision + np.eye(mean.shape[-1]) / spread)
        passed_on = within @ covariance[..., None, :, :] @ within / spread**2
        means = (within @ (own.pull + mean[..., None, :] / spread[..., 0])[..., None])[..., 0]
        return Posterior(means, _sd(within + passed_on))

    def _believed(self) -> tuple[Numbers, Numbers]:
        prior = np.eye(self.subject.pull.shape[-1]) / self.spreads.arm[..., None, None]
        covariance = np.linalg.inv(self.subject.precision + prior)
        pull = _centered(Level(self.subject.precision[..., None, :, :], self.subject.pull[..., None, :]), self.subject)
        return (covariance @ pull[..., 0, :, None])[..., 0], np.asarray(covariance, np.float64)


def fit(evidence: Evidence, spreads: Spreads | None = None) -> Hierarchy:
    """Fit the model; its variances are told from the same evidence unless they are given."""
    spreads = spreads or spreads_of(evidence)
    cohorts = _cohort_levels(evidence, spreads)
    apart = spreads.cohort[..., None] * (np.arange(evidence.cohorts + 1) < evidence.cohorts)
    factor = np.eye(cohorts.pull.shape[-1]) + cohorts.precision * apart[..., None, None]
    precision = np.linalg.solve(factor, cohorts.precision).sum(-3)
    pull = np.linalg.solve(factor, cohorts.pull[..., None])[..., 0].sum(-2)
    return Hierarchy(spreads, cohorts, Level(precision, pull))


def spreads_of(evidence: Evidence) -> Spreads:
    """Return the variances, each told from the evidence as far as it goes, and shrunk to the usual ones.

    The method of moments of DerSimonian and Laird (1986), level by level; estimates and usual values are weighed by
    their precisions (Morris 1983, "Parametric empirical Bayes inference").
    """
    noise = _noise(evidence)
    weight = evidence.weight / noise[..., None, None]
    learner, misjudged = _spread_of_groups(weight, evidence.mean, USUAL)
    apart = 1.0 / _or_one(weight) + (learner + misjudged)[..., None, None]
    surely = np.where(weight > 0.0, 1.0 / apart, 0.0)
    by_cohort = _by_cohort(evidence, surely)
    means = _by_cohort(evidence, surely * evidence.mean) / _or_one(by_cohort)
    cohort, _ = _spread_of_groups(by_cohort[..., :-1, :], means[..., :-1, :], COHORTS)
    arms = np.where(by_cohort > 0.0, 1.0 / (1.0 / _or_one(by_cohort) + cohort[..., None, None]), 0.0)
    whole = arms.sum(-2)
    mean = (arms * means).sum(-2) / _or_one(whole)
    arm = _spread(whole[..., None, :], mean[..., None, :], np.zeros_like(noise), USUAL)
    return Spreads(noise, misjudged, learner, cohort, arm)


def _noise(evidence: Evidence) -> Numbers:
    """The variance of one reward around the mean of its learner and arm.  [...]"""
    scatter = (evidence.squares - evidence.answers * evidence.mean**2).sum((-1, -2))
    freedom = np.maximum(evidence.answers - 1.0, 0.0).sum((-1, -2))
    return np.asarray((FEW * NOISE + np.maximum(scatter, 0.0)) / (FEW + freedom))


def _spread_of_groups(weight: Numbers, value: Numbers, usual: float) -> tuple[Numbers, Numbers]:
    """The variance of g groups under one arm, and under all alike, of values [..., g, k] of these weights.  [...]"""
    by_arm = weight.sum(-2, keepdims=True)
    value = value - (weight * value).sum(-2, keepdims=True) / _or_one(by_arm)
    whole = weight.sum(-1)
    alike = (weight * value).sum(-1) / _or_one(whole)
    lost = np.maximum((by_arm[..., 0, :] > 0.0).sum(-1) - 1.0, 0.0)
    own = _spread(weight, value - alike[..., None], lost, usual)
    return own, _spread(whole[..., None, :], alike[..., None, :], np.zeros_like(lost), USUAL)


def _spread(weight: Numbers, value: Numbers, lost: Numbers, usual: float) -> Numbers:
    """The variance of values [..., g, k] around the mean of their row, beyond 1 / weight.  [...]

    `lost` [...] degrees of freedom went into what was taken off before.
    """
    row = weight.sum(-1)
    mean = (weight * value).sum(-1) / _or_one(row)
    misfit = (weight * (value - mean[..., None]) ** 2).sum((-1, -2))
    freedom = (weight > 0.0).sum((-1, -2)) - (row > 0.0).sum(-1) - lost
    share = (row - (weight**2).sum(-1) / _or_one(row)).sum(-1)
    known = np.where(freedom > 0.0, share**2 / (2.0 * np.maximum(freedom, 1.0)), 0.0)
    told = (misfit - freedom) / _or_one(share)
    supposed = usual**-4
    return np.asarray(np.maximum((known * told + supposed * usual**2) / (known + supposed), LEAST**2))


def _cohort_levels(evidence: Evidence, spreads: Spreads) -> Level:
    """What each cohort's rewards tell of its arms, the learners' own parts integrated out (Sherman and Morrison)."""
    one = spreads.noise[..., None, None] + evidence.weight * spreads.learner[..., None, None]
    weight = evidence.weight / one
    shared = weight / np.sqrt(1.0 / spreads.misjudged[..., None] + weight.sum(-1))[..., None]
    members = _members(evidence)
    together = np.einsum("...la,...lb,lc->...cab", shared, shared, members, optimize=True)
    alone = _by_cohort(evidence, weight)
    precision = alone[..., None] * np.eye(weight.shape[-1]) - together
    reward = weight * evidence.mean
    lead = shared * (shared * evidence.mean).sum(-1, keepdims=True)
    return Level(precision, _by_cohort(evidence, reward - lead))


def _members(evidence: Evidence) -> Numbers:
    """Who is of which cohort, and in the last column of none.  [l, c + 1]"""
    cohorts = np.append(np.arange(evidence.cohorts), UNKNOWN)
    return np.asarray(evidence.cohort[:, None] == cohorts, np.float64)


def _by_cohort(evidence: Evidence, values: Numbers) -> Numbers:
    """Sums of values [..., l, k] over the learners of each cohort, and over those of none.  [..., c + 1, k]"""
    return np.asarray(np.einsum("...lk,lc->...ck", values, _members(evidence), optimize=True))


def _centered(own: Level, whole: Level) -> Numbers:
    """The pull of groups [..., c, k] once the mean reward of the whole is taken off."""
    ones = np.ones(whole.pull.shape[-1])
    information = (whole.precision @ ones).sum(-1)
    mean = whole.pull.sum(-1) / _or_one(information)
    return np.asarray(own.pull - (own.precision @ ones) * mean[..., None, None])


def _or_one(number: Numbers) -> Numbers:
    """The numbers, to divide by: 1 where there is nothing."""
    return np.where(number > 0.0, number, 1.0)


def _sd(covariance: Numbers) -> Numbers:
    return np.asarray(np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1)))
