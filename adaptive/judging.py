"""Whether other settings of the policy would teach more: told from the steps that were drawn by chance, and offered.

Each step is judged by itself, on the learners and in the situations that the policy in use led to. What a step brought
is how the answers on its skills went, soon and a day or more later, against what was expected before it
(`adaptive.bringing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import log1p

import numpy as np

from adaptive.bringing import A_DAY, ANSWERS, NOTHING, Seen, Went, gains_of, how_it_went, seen_in
from adaptive.explaining import NAMES
from adaptive.leaving_out import LeftOut
from adaptive.models import Aim, Recommendation, Rung
from adaptive.progress import Wish
from adaptive.recommending import SETTINGS, Inputs, decide_step
from adaptive.replaying import Verdict, standing_then
from adaptive.shadowing import Chances, Offer, chances_in
from courses import clock
from mlcore.interactions import Numbers
from mlcore.off_policy import (
    TOLERANCE,
    UNCLIPPED,
    Choices,
    Estimate,
    NotEnoughData,
    Offers,
    dr,
    ips,
    lead,
    may_serve,
    on_policy,
    snips,
)
from mlcore.policy import PolicySettings
from mlcore.reward_model import expected_rewards

OVERRIDES = set(Wish.ALL) - {Wish.REVIEW}  # asked for by the learner; a wish to review leaves nothing to draw


@dataclass(frozen=True)
class Trial:
    """A step that was drawn by chance, how the shadow would have drawn, and what the step brought."""

    step: Recommendation
    shadow: Chances
    went: Went | None  # None if nothing was answered since
    usual: Chances | None = None  # how the policy to be compared with would have drawn, if that is not the one that did
    offers: Sequence[Offer] = ()  # what is known of the candidates, if that is more than the step tells


@dataclass(frozen=True)
class Judgment:
    """What the policy in use brought, and what its shadow would have, on the same steps; or why nobody can tell.

    Estimates are of gains: scores less expectations. `expected` is the mean expectation. `plain` is how far the shadow
    is ahead by those steps alone that were followed by ANSWERS answers, and by these; `worst` and `best` if all steps
    with none had gone as is worst and best for it, as far as scores can go.
    """

    steps: int
    left_out: Mapping[LeftOut, int]
    expected: float = 0.0
    in_use: Estimate | None = None
    shadow: Mapping[str, Estimate] = field(default_factory=dict)  # by ips, snips, dr
    usual: Estimate | None = None  # as the shadow by dr, of the policy to be compared with
    ahead: Estimate | None = None  # how far the shadow is ahead of 95 % of the success under that
    beyond: Estimate | None = None  # of all of it
    seen: Seen = NOTHING
    plain: Estimate | None = None
    worst: Estimate | None = None
    best: Estimate | None = None
    because: str = ""

    @property
    def may_serve(self) -> bool:
        """The conservative rule: with high confidence the shadow keeps 95 % of the success."""
        return self.ahead is not None and may_serve(self.ahead)


def judge(steps: Iterable[Recommendation], settings: PolicySettings = SETTINGS, clip: float = UNCLIPPED) -> Judgment:
    """Estimate what these settings would have brought on stored steps. Nothing is written."""
    trials: list[Trial] = []
    left_out: Counter[LeftOut] = Counter()
    for step in steps:
        found = trial_of(step, settings)
        if isinstance(found, Trial):
            trials.append(found)
        else:
            left_out[found] += 1
    return judged(trials, left_out, clip)


def judged(trials: Sequence[Trial], left_out: Mapping[LeftOut, int], clip: float = UNCLIPPED) -> Judgment:
    """Say what these steps tell; or why they do not tell enough."""
    try:
        return _judgment(trials, left_out, clip)
    except NotEnoughData as problem:
        return Judgment(len(trials), left_out, because=str(problem))


def trial_of(step: Recommendation, settings: PolicySettings) -> Trial | LeftOut:
    """Return what a step tells of these settings, or why it tells nothing."""
    why_not = untold(step)
    if why_not:
        return why_not
    standing = standing_then(step)
    if isinstance(standing, Verdict):
        return LeftOut.GONE
    shadow = chances_in(decide_step(standing, Inputs.of(step), settings))
    if shadow.keys() != chances_in(step).keys():
        return LeftOut.GONE
    went = how_it_went(step, standing)
    return LeftOut.UNANSWERED if went is None and is_fresh(step) else Trial(step, shadow, went)


def is_fresh(step: Recommendation) -> bool:
    """Whether nothing is to be made of it that nobody answered yet."""
    return clock.now() - step.made_at < A_DAY


def untold(step: Recommendation) -> LeftOut | None:
    """Return why a step tells nothing of any policy; None if it may."""
    if step.rung != Rung.LIVE:
        return LeftOut.NOT_LIVE
    if step.reasons and step.reasons[0].get("rule") in OVERRIDES:
        return LeftOut.ASKED_FOR
    return LeftOut.NO_CHOICE if len(step.candidates) < 2 else None


def _judgment(trials: Sequence[Trial], left_out: Mapping[LeftOut, int], clip: float) -> Judgment:
    answered = [trial.went for trial in trials if trial.went]
    if not answered:
        raise NotEnoughData("there are none")
    choices, offers = as_arrays(trials)
    shadow = {"ips": ips(choices, clip), "snips": snips(choices, clip), "dr": dr(choices, offers, clip)}
    expected, usual = float(np.mean([went.expected for went in answered])), dr(*_as_usual(choices, offers, trials))
    found = Judgment(
        steps=len(trials),
        left_out=left_out,
        expected=expected,
        in_use=on_policy(choices),
        shadow=shadow,
        usual=usual,
        ahead=_ahead(shadow["dr"], usual, expected, TOLERANCE),
        beyond=_ahead(shadow["dr"], usual, expected, 0.0),
        seen=seen_in([trial.went for trial in trials]),
    )
    worst, best = _extremes(trials, expected, clip)
    return replace(found, plain=_plain(trials, clip), worst=worst, best=best)


def success_in(trials: Sequence[Trial], expected: float) -> Estimate | None:
    """Return the success in steps as they were drawn, had so much been expected of each; None of too few."""
    if not any(trial.went for trial in trials):
        return None
    choices, _ = as_arrays(trials)
    try:
        return on_policy(choices).plus(expected)
    except NotEnoughData:
        return None


def _plain(trials: Sequence[Trial], clip: float) -> Estimate | None:
    """How far the shadow is ahead by the steps with all answers and by these alone; None of too few."""
    full = [trial for trial in trials if trial.went and trial.went.answers == ANSWERS]
    if not full:
        return None
    soon = np.array([trial.went.soon for trial in full if trial.went])
    with suppress(NotEnoughData):
        return _beyond(full, soon, clip)
    return None


def _extremes(trials: Sequence[Trial], expected: float, clip: float) -> tuple[Estimate, Estimate] | tuple[None, None]:
    """How far the shadow is ahead at worst and at best, whatever the answers that nobody gave; None where all were."""
    missing = np.array([trial.went is None for trial in trials])
    if not missing.any():
        return None, None
    gain = np.zeros(len(trials))
    gain[~missing] = as_arrays([trial for trial in trials if trial.went])[0].reward
    choices, offers = as_arrays(trials, gain)
    is_liked_more = choices.target > _as_usual(choices, offers, trials)[0].target
    worst, best = (np.where(is_liked_more == well, 1.0 - expected, -expected) for well in (False, True))
    return (
        _beyond(trials, np.where(missing, worst, gain), clip),
        _beyond(trials, np.where(missing, best, gain), clip),
    )


def _beyond(trials: Sequence[Trial], reward: Numbers, clip: float) -> Estimate:
    choices, offers = as_arrays(trials, reward)
    return lead(dr(choices, offers, clip), dr(*_as_usual(choices, offers, trials)), 0.0)


def _ahead(shadow: Estimate, usual: Estimate, expected: float, tolerance: float) -> Estimate:
    """Compare success, not gains: what scores would be where so much is expected. A share of a gain near 0 is nothing.

    Both are doubly robust with one model, so where the policies agree nothing is left to chance.
    """
    return lead(shadow.plus(expected), usual.plus(expected), tolerance)


def _as_usual(choices: Choices, offers: Offers, trials: Sequence[Trial]) -> tuple[Choices, Offers]:
    """The policy to be compared with, as if it were the one to be judged."""
    usual = np.array(
        [(trial.usual or chances_in(trial.step))[key] for trial in trials for key in chances_in(trial.step)]
    )
    return replace(choices, target=usual[offers.taken]), replace(offers, target=usual)


def as_arrays(trials: Sequence[Trial], reward: Numbers | None = None) -> tuple[Choices, Offers]:
    """Return trials as mlcore's numbers: gains as rewards, or what is given; candidates in the order of their steps."""
    counts = [len(trial.step.candidates) for trial in trials]
    choice = np.repeat(np.arange(len(trials)), counts)
    logged = np.array([chance for trial in trials for chance in chances_in(trial.step).values()])
    target = np.array([trial.shadow[key] for trial in trials for key in chances_in(trial.step)])
    taken = np.cumsum([0, *counts[:-1]]) + [_place(trial.step) for trial in trials]
    learner, features = np.array([trial.step.enrollment.learner_id for trial in trials]), _features(trials)
    if reward is None:
        known = np.column_stack([features[taken], [_age(trial.step) for trial in trials]])
        reward = gains_of([trial.went for trial in trials], known, learner)
    expected = expected_rewards(features, choice, taken, reward, learner)
    return Choices(learner, logged[taken], target[taken], reward), Offers(choice, logged, target, expected, taken)


def _age(step: Recommendation) -> float:
    """How long there was to come back to it: of days, the logarithm."""
    return log1p((clock.now() - step.made_at) / A_DAY)


def _place(step: Recommendation) -> int:
    """Which of the candidates was drawn."""
    drawn = (step.module_id, step.variant_id, step.purpose)
    return list(chances_in(step)).index(drawn)


def _features(trials: Sequence[Trial]) -> np.ndarray:
    """What was known of each candidate when it was weighed: nothing that names it.  [m, f]"""
    return np.array(
        [
            [offer["predicted"], offer["predicted"] ** 2, offer["aim"] == Aim.REVIEW]
            + [offer["terms"].get(name, 0.0) for name in NAMES]
            for trial in trials
            for offer in trial.offers or trial.step.candidates
        ],
        float,
    )
