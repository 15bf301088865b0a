"""What another policy would have earned, told from choices that one policy drew by known chances and wrote down.

Each choice is judged by itself, in the situations that the logging policy led to: a contextual bandit. What the other
policy would have made of later situations is not in the figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from mlcore.interactions import Codes, Numbers

FEWEST_LEARNERS = 20
FEWEST_EFFECTIVE = 10.0  # below this many learners that count, intervals miss the truth too often
CONFIDENCE = 0.95
TOLERANCE = 0.05  # share of the baseline that a new policy may put at risk
UNCLIPPED = float("inf")


class NotEnoughData(Exception):
    """Too few learners carry the estimate to say how far it may be off."""


@dataclass(frozen=True)
class Choices:
    """n choices out of a log, and how likely a policy to be judged (the target) makes each of them."""

    learner: Codes  # [n]
    logged: Numbers  # [n] chance that what was done had, above 0
    target: Numbers  # [n] chance that the target gives it
    reward: Numbers  # [n]
    overridden: NDArray[np.bool_] | None = None  # [n] chosen by the learner: left out of every estimate


@dataclass(frozen=True)
class Offers:
    """All m candidates of n choices, in any order, with what a model of the reward expects of each."""

    choice: Codes  # [m] 0 to n-1
    logged: Numbers  # [m] chance under the policy that drew
    target: Numbers  # [m] under the target
    expected: Numbers  # [m] reward
    taken: Codes  # [n] which of the m was drawn


@dataclass(frozen=True)
class Estimate:
    """Mean reward of one choice under a policy. Choices of one learner hang together, so learners are what counts."""

    value: float
    influence: Numbers  # [g] first-order share of each of g learners in the error; they sum to 0
    effective_choices: float  # (sum of weights)^2 / sum of squared weights (Kish 1965)
    effective_learners: float  # likewise, of the weights added up by learner
    cut: float  # mean weight that clipping took off

    @property
    def learners(self) -> int:
        return len(self.influence)

    @property
    def standard_error(self) -> float:
        """Cluster-robust, by linearization (Liang and Zeger 1986)."""
        return sqrt(self.learners / (self.learners - 1) * float(self.influence @ self.influence))

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return where the truth lies with this confidence, if learners were drawn anew.

        Student's t with as many learners as effectively carry the weights: in simulated logs with little overlap the
        percentile bootstrap and the t of all learners covered the truth less often than they say.
        """
        reach = self._reach(0.5 + confidence / 2)
        return self.value - reach, self.value + reach

    def lower_bound(self, confidence: float = CONFIDENCE) -> float:
        """Return what the truth is above with this confidence, one-sided.

        The t-test bound of Thomas, Theocharous and Ghavamzadeh (2015, "High confidence policy improvement").
        """
        return self.value - self._reach(confidence)

    def plus(self, constant: float) -> Estimate:
        """Return what this would be if every reward were that much higher: no policy earns more of a constant."""
        return replace(self, value=self.value + constant)

    def _reach(self, quantile: float) -> float:
        return float(stdtrit(self.effective_learners - 1.0, quantile)) * self.standard_error


def on_policy(choices: Choices) -> Estimate:
    """Return what the policy that drew earned: the plain mean. Raises as `ips` does."""
    choices = _drawn(choices)
    return _estimate(choices, choices.reward, np.ones(len(choices.reward)), 0.0)


def ips(choices: Choices, clip: float = UNCLIPPED) -> Estimate:
    """Weigh rewards by how much likelier the target makes them (Horvitz and Thompson 1952; Precup et al. 2000).

    Unbiased without clipping. Weights clipped at `clip` put the expectation off by at most `cut` times the largest
    absolute reward, towards 0 (Ionides 2008). Raises NotEnoughData, and ValueError naming what is malformed.
    """
    choices = _drawn(choices)
    weight, cut = _weights(choices, clip)
    return _estimate(choices, weight * choices.reward, weight, cut)


def snips(choices: Choices, clip: float = UNCLIPPED) -> Estimate:
    """Divide by the sum of the weights (Swaminathan and Joachims 2015): adding 1 to all rewards adds 1.

    Biased by the order of 1/n. Weights clipped at `clip` add at most twice what they add to `ips`. Raises as that does.
    """
    choices = _drawn(choices)
    weight, cut = _weights(choices, clip)
    _check_support(choices, weight)
    value = float(weight @ choices.reward / weight.sum())
    return _estimate(choices, value + weight * (choices.reward - value) / weight.mean(), weight, cut)


def dr(choices: Choices, offers: Offers, clip: float = UNCLIPPED) -> Estimate:
    """Take what a model expects of the target, and mend it by the weighted misses (Dudik et al. 2011, 2014).

    Unbiased if the propensities are right, whatever the model expects, as long as it was not fitted on the same
    learners; the better the model, the narrower the interval. Weights clipped at `clip` put the expectation off by at
    most `cut` times the model's largest mean miss. Raises as `ips` does, and ValueError where the target may do what
    was never drawn, or chances do not fit.
    """
    _check_offers(choices, offers)
    modeled = np.bincount(offers.choice, offers.target * offers.expected, minlength=len(choices.reward))
    missed = choices.reward - offers.expected[offers.taken]
    kept = _kept(choices)
    choices = _drawn(choices)
    weight, cut = _weights(choices, clip)
    return _estimate(choices, modeled[kept] + weight * missed[kept], weight, cut)


def lead(new: Estimate, baseline: Estimate, tolerance: float = TOLERANCE) -> Estimate:
    """Return how far a new policy is ahead of (1 - tolerance) of the baseline, both estimated on the same choices.

    What both estimates got wrong alike cancels. A baseline below 0 may be undercut by `tolerance` of its size.
    """
    if new.learners != baseline.learners:
        raise ValueError(f"baseline: of {baseline.learners} learners, not {new.learners}")
    share = 1.0 - tolerance * float(np.sign(baseline.value))
    return Estimate(
        value=new.value - share * baseline.value,
        influence=new.influence - share * baseline.influence,
        effective_choices=min(new.effective_choices, baseline.effective_choices),
        effective_learners=min(new.effective_learners, baseline.effective_learners),
        cut=new.cut,
    )


def may_serve(ahead: Estimate, confidence: float = CONFIDENCE) -> bool:
    """Say whether a policy with this `lead` is, with high confidence, hardly worse than the baseline (Wu et al. 2016).

    That is the rule of conservative bandits: what the baseline earns is at risk only by the tolerance of the lead.
    """
    return ahead.lower_bound(confidence) >= 0.0


def effective_size(weight: Numbers) -> float:
    """Return how many equal weights tell as much as these [n] do (Kish 1965); 0 if all are 0."""
    return float(weight.sum() ** 2 / (weight @ weight)) if weight.any() else 0.0


def _estimate(choices: Choices, scores: Numbers, weight: Numbers, cut: float) -> Estimate:
    """The mean of n scores, and how far it may be off, given the weights that it rests on."""
    _check_support(choices, weight)
    value = float(scores.mean())
    return Estimate(
        value=value,
        influence=_by_learner(choices, scores - value) / len(scores),
        effective_choices=effective_size(weight),
        effective_learners=effective_size(_by_learner(choices, weight)),
        cut=cut,
    )


def _by_learner(choices: Choices, values: Numbers) -> Numbers:
    """Sums of n values over the choices of each learner, in the order of their codes.  [g]"""
    names, place = np.unique(choices.learner, return_inverse=True)
    return np.bincount(place, values, minlength=len(names)).astype(np.float64)


def _check_support(choices: Choices, weight: Numbers) -> None:
    by_learner = _by_learner(choices, weight)
    effective = effective_size(by_learner)
    if len(by_learner) < FEWEST_LEARNERS or effective < FEWEST_EFFECTIVE:
        raise NotEnoughData(
            f"{len(by_learner)} learners, of whom {effective:.1f} effectively count; "
            f"{FEWEST_LEARNERS} and {FEWEST_EFFECTIVE:.0f} are needed"
        )


def _weights(choices: Choices, clip: float) -> tuple[Numbers, float]:
    """How much likelier the target makes each choice, at most `clip`; and the mean of what that took off."""
    if not clip > 0.0:
        raise ValueError(f"clip: expected a number above 0, got {clip}")
    full = choices.target / choices.logged
    weight = np.minimum(full, clip)
    return weight, float((full - weight).mean()) if len(full) else 0.0


def _kept(choices: Choices) -> NDArray[np.bool_]:
    return np.ones(len(choices.reward), bool) if choices.overridden is None else ~choices.overridden


def _drawn(choices: Choices) -> Choices:
    """The choices that chance made, after a look at their numbers."""
    kept = _kept(choices)
    columns = {name: getattr(choices, name) for name in ("learner", "logged", "target", "reward")}
    for name, column in columns.items():
        if len(column) != len(kept):
            raise ValueError(f"{name}: expected {len(kept)} numbers, got {len(column)}")
    drawn = Choices(**{name: column[kept] for name, column in columns.items()})
    _check_chances("logged", drawn.logged)
    if not drawn.logged.all():
        raise ValueError("logged: what was drawn cannot have had chance 0")
    _check_chances("target", drawn.target)
    if not np.isfinite(drawn.reward).all():
        raise ValueError("reward: expected finite numbers")
    return drawn


def _check_chances(name: str, chances: Numbers) -> None:
    if not ((chances >= 0.0) & (chances <= 1.0)).all():
        raise ValueError(f"{name}: expected chances from 0 to 1")


def _check_offers(choices: Choices, offers: Offers) -> None:
    _check_places(len(choices.reward), offers)
    for name in ("logged", "target"):
        chances = getattr(offers, name)
        _check_chances(name, chances)
        if not np.allclose(chances[offers.taken], getattr(choices, name), atol=1e-6):
            raise ValueError(f"{name}: the chance of what was drawn differs from its candidate's")
        if not np.allclose(np.bincount(offers.choice, chances)[_kept(choices)], 1.0, atol=1e-5):
            raise ValueError(f"{name}: the chances of the candidates of a choice must sum to 1")
    if ((offers.logged == 0.0) & (offers.target > 0.0)).any():
        raise ValueError("target: may do what was never drawn, so nothing is known of it")
    if not np.isfinite(offers.expected).all():
        raise ValueError("expected: expected finite numbers")


def _check_places(count: int, offers: Offers) -> None:
    """Every candidate belongs to one of `count` choices, and each choice drew one of its own."""
    for name, places, end in (("choice", offers.choice, count), ("taken", offers.taken, len(offers.choice))):
        if len(places) and not 0 <= places.min() <= places.max() < end:
            raise ValueError(f"{name}: expected places from 0 to {end - 1}")
    if not np.array_equal(offers.choice[offers.taken], np.arange(count)):
        raise ValueError("taken: expected one of the candidates of each choice")
