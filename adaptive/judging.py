"""Whether other settings of the policy would teach more: told from the steps that were drawn by chance, and offered.

Each step is judged by itself, on the learners and in the situations that the policy in use led to. What a step brought
is how the next answers on its skills went, against what was expected of the same questions before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from adaptive.adapting import Standing
from adaptive.explaining import NAMES
from adaptive.history import answer_of
from adaptive.leaving_out import LeftOut
from adaptive.models import Aim, Recommendation, Rung
from adaptive.progress import Wish
from adaptive.recommending import SETTINGS, Inputs, decide_step
from adaptive.replaying import Verdict, standing_then
from adaptive.shadowing import Chances, Offer, chances_in
from mlcore.answers import Answer, Item
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

ANSWERS = 3  # that a visit has at least, however it goes: with more, how long it lasted would tell how it went
WITHIN = 40  # answers after the choice, on any skill
OVERRIDES = set(Wish.ALL) - {Wish.REVIEW}  # asked for by the learner; a wish to review leaves nothing to draw


@dataclass(frozen=True)
class Trial:
    """A step that was drawn by chance, how the shadow would have drawn, and what the step brought."""

    step: Recommendation
    shadow: Chances
    score: float  # mean over the next answers on its skills
    expected: float  # likewise, told before the step
    usual: Chances | None = None  # how the policy to be compared with would have drawn, if that is not the one that did
    offers: Sequence[Offer] = ()  # what is known of the candidates, if that is more than the step tells


@dataclass(frozen=True)
class Judgment:
    """What the policy in use brought, and what its shadow would have, on the same steps; or why nobody can tell.

    Estimates are of gains: scores less expectations. `expected` is the mean expectation.
    """

    steps: int
    left_out: Mapping[LeftOut, int]
    expected: float = 0.0
    in_use: Estimate | None = None
    shadow: Mapping[str, Estimate] = field(default_factory=dict)  # by ips, snips, dr
    usual: Estimate | None = None  # as the shadow by dr, of the policy to be compared with
    ahead: Estimate | None = None  # how far the shadow is ahead of 95 % of the success under that
    beyond: Estimate | None = None  # of all of it
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
    return Trial(step, shadow, *went) if went else LeftOut.UNANSWERED


def untold(step: Recommendation) -> LeftOut | None:
    """Return why a step tells nothing of any policy; None if it may."""
    if step.rung != Rung.LIVE:
        return LeftOut.NOT_LIVE
    if step.reasons and step.reasons[0].get("rule") in OVERRIDES:
        return LeftOut.ASKED_FOR
    return LeftOut.NO_CHOICE if len(step.candidates) < 2 else None


def how_it_went(step: Recommendation, before: Standing) -> tuple[float, float] | None:
    """Return the mean score of the first answers on a step's skills since it was chosen, and what was expected.

    The expectation is that of the learner's standing before the step, for the same question at the same time, without
    regard to the way of teaching: hard and easy questions count alike, and so do good and poor learners. A fixed number
    of answers is taken, in the visit or after it. None while there are fewer.
    """
    skills = set(before.syllabus.modules[step.module_id].skills)
    log = step.enrollment.interactions.answers().after(step.after_sequence).with_question()[:WITHIN]
    answers = [(number, answer_of(event, before.syllabus)) for number, event in enumerate(log)]
    about_it = [(number, answer) for number, answer in answers if skills & set(answer.skills)][:ANSWERS]
    if len(about_it) < ANSWERS:
        return None
    expected = [_expected(before, answer, number) for number, answer in about_it]
    return float(np.mean([answer.correct for _, answer in about_it])), float(np.mean(expected))


def _expected(before: Standing, answer: Answer, ahead: int) -> float:
    """The chance of a right answer, told before the step and with `ahead` other answers in between."""
    item = Item(answer.item, answer.skills, answer.difficulty)
    predicted, _ = before.live.tutor.predict(before.belief, [item], at=answer.at, ahead=ahead)
    return float(predicted[0])


def _judgment(trials: Sequence[Trial], left_out: Mapping[LeftOut, int], clip: float) -> Judgment:
    if not trials:
        raise NotEnoughData("there are none")
    choices, offers = as_arrays(trials)
    shadow = {"ips": ips(choices, clip), "snips": snips(choices, clip), "dr": dr(choices, offers, clip)}
    expected, usual = float(np.mean([trial.expected for trial in trials])), dr(*_as_usual(choices, offers, trials))
    return Judgment(
        steps=len(trials),
        left_out=left_out,
        expected=expected,
        in_use=on_policy(choices),
        shadow=shadow,
        usual=usual,
        ahead=_ahead(shadow["dr"], usual, expected, TOLERANCE),
        beyond=_ahead(shadow["dr"], usual, expected, 0.0),
    )


def success_in(trials: Sequence[Trial], expected: float) -> Estimate | None:
    """Return the success in steps as they were drawn, had so much been expected of each; None of too few."""
    if not trials:
        return None
    choices, _ = as_arrays(trials)
    try:
        return on_policy(choices).plus(expected)
    except NotEnoughData:
        return None


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


def as_arrays(trials: Sequence[Trial]) -> tuple[Choices, Offers]:
    """Return trials as mlcore's numbers: gains as rewards, candidates in the order of their steps."""
    counts = [len(trial.step.candidates) for trial in trials]
    choice = np.repeat(np.arange(len(trials)), counts)
    logged = np.array([chance for trial in trials for chance in chances_in(trial.step).values()])
    target = np.array([trial.shadow[key] for trial in trials for key in chances_in(trial.step)])
    taken = np.cumsum([0, *counts[:-1]]) + [_place(trial.step) for trial in trials]
    reward = np.array([trial.score - trial.expected for trial in trials])
    learner = np.array([trial.step.enrollment.learner_id for trial in trials])
    expected = expected_rewards(_features(trials), choice, taken, reward, learner)
    return Choices(learner, logged[taken], target[taken], reward), Offers(choice, logged, target, expected, taken)


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
