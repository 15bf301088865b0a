"""The trained network at work: beliefs and answers in, beliefs and chances out. Plain numpy, nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from mlcore import inference
from mlcore.answers import LARGEST, Answer, Item, Name, check_count, check_kind, check_kinds, check_number, key_of
from mlcore.belief import ABILITY, ABILITY_VAR, S_EFFECT, S_VAR, Belief
from mlcore.calibration import NOTHING, Calibration, Prompts, Table
from mlcore.episodes import Questions, episodes_of, questions_of
from mlcore.fitting import calibrate
from mlcore.inference import Knowledge
from mlcore.interactions import Codes, Numbers
from mlcore.memory import moderated, recall_skills, sigmoid, whole_seconds
from mlcore.outlook import Circumstances, Seen, suggested
from mlcore.placement import Expected
from mlcore.policy import PolicySettings, Suggestion
from mlcore.prospects import Held
from mlcore.taking_in import take_in
from mlcore.weights import Weights

NINETY = 1.6449  # standard deviations to either side of the mean of a normal that leave out 10 %


@dataclass(frozen=True)
class Mastery:
    """The chance to answer a typical question of a skill right, how sure that is, and from how many answers."""

    skill: Name
    mean: float
    sd: float
    answers: int
    low: float  # of the 90 % interval: the chance is as likely below it as above `high`
    high: float


@dataclass(frozen=True)
class Tutor:
    """A checkpoint and what is known of one course. Beliefs belong to the checkpoint that formed them (`tag`)."""

    weights: Weights
    calibration: Calibration
    tag: int
    facts: dict[str, Any] = field(default_factory=dict)  # the checkpoint's metadata
    prior: Calibration | None = None  # of a course nobody has taken, where `calibration` is of one

    @cached_property
    def _kept(self) -> dict[tuple[Name, ...], Prompts]:
        return {}

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(self.weights, self.calibration)

    def begin(self) -> Belief:
        """Return the belief about a learner who has not answered yet."""
        return inference.begin(self.knowledge, 1, self.tag)

    def observe(self, belief: Belief, answer: Answer) -> Belief:
        """Return the belief after one more answer. The old one is untouched.

        Raises ValueError for a belief of another checkpoint, or what is no answer.
        """
        return self.fold(belief, [answer])

    def fold(self, belief: Belief, answers: Sequence[Answer]) -> Belief:
        """Return the belief after these answers, in this order: exactly what observing one by one gives."""
        check_kinds("answers", answers, Answer)
        belief = self._own(belief).copy()
        take_in(self.knowledge, belief, answers)
        return belief

    def fold_each(self, beliefs: Sequence[Belief], answers: Sequence[Answer]) -> list[Belief]:
        """Return what `fold` makes of several learners' next answers, one of each and in their order, all at once.

        As the network counts in single precision, they may differ from those in the last digits.
        """
        check_kinds("answers", answers, Answer)
        together = Belief.stacked([self._own(belief) for belief in beliefs])
        for _ in inference.walk(self.knowledge, episodes_of([[answer] for answer in answers]), together):
            pass
        return [together.rows(slice(place, place + 1)) for place in range(len(together))]

    def prepare(self, items: Sequence[Item]) -> Prompts:
        """Hash and look up items once, to predict or suggest among them many times. Raises ValueError for others."""
        check_kinds("items", items, Item)
        return self.calibration.weigh(questions_of(items))

    def predict(
        self, belief: Belief, items: Sequence[Item] | Prompts, at: float | None = None, *, ahead: int = 0
    ) -> tuple[Numbers, Numbers]:
        """Return the probability of a right answer to each item, and its standard deviation.  [n], [n]

        `at` is when they would be asked, in POSIX seconds, if known. Each is judged as the very next question, or as
        one that comes after `ahead` others whose answers are not known. Raises ValueError naming what is malformed, and
        for a belief of another checkpoint.
        """
        check_count("ahead", ahead)
        check_number("at", at, -LARGEST)
        prompts = items if isinstance(items, Prompts) else self.prepare(items)
        foresight = self._foresee(belief, prompts, at)
        probability = sigmoid(inference.served_logit(self.calibration, foresight, np.array([int(ahead)])))
        return probability, inference.served_sd(self.calibration, foresight, prompts, probability)

    def predict_each(self, beliefs: Sequence[Belief], prompts: Prompts, owner: Codes) -> tuple[Numbers, Numbers]:
        """Return what `predict` tells several learners of their very next questions, all at once.  [q], [q]

        `owner` [q] is the place of each prompt's learner among the beliefs.
        """
        together = Belief.stacked([self._own(belief) for belief in beliefs])
        foresight = inference.foresee(self.knowledge, together, prompts, whole_seconds(np.array([np.nan])), owner)
        chances: Numbers = sigmoid(inference.served_logit(self.calibration, foresight, np.zeros(1, np.int64)))
        return chances, inference.served_sd(self.calibration, foresight, prompts, chances)

    def suggest(
        self,
        belief: Belief,
        candidates: Sequence[Item] | Prompts,
        rng: np.random.Generator,
        settings: PolicySettings | None = None,
        **asked: Any,
    ) -> Suggestion:
        """Draw the next item among the candidates, by the policy (`mlcore.policy`).

        Keywords: `at`, when it is asked, in POSIX seconds; `effects` [n], added to the score of each candidate;
        `allowed` [n], which of them may be drawn; `prospects` of n, what each would bring (`mlcore.prospects`), where
        more is known than answers tell; `sequence` [n], what another policy has in the place of learning; `module`
        [n], what they are ways of; `listing`, the settings that make the list of those it draws from.
        Raises ValueError without candidates.
        """
        prompts = candidates if isinstance(candidates, Prompts) else self.prepare(candidates)
        how = settings or PolicySettings(), Circumstances(**asked)
        return suggested(Seen(self.knowledge, self._own(belief)), prompts, rng, how)

    def mastery(self, belief: Belief, skills: Sequence[Name]) -> list[Mastery]:
        """Return what is believed of each skill: the chance on a question of the skill's average difficulty.

        From the classic part of the belief, so a right answer never lowers a skill's mean and no answer raises its
        sd. That is the logit's sd at the steepest point of the curve, an upper bound of the probability's. Where the
        mean is near 0 or 1 it may exceed the sqrt(mean (1 - mean)) that any chance can have. It is not cut to that: a
        wrong answer in an easy course moves the mean towards 1/2, so what was cut would grow as we learn more, and 4 sd
        would no longer be the logit's. The interval never leaves 0 to 1: its ends are exact where the logit is normal
        (quantiles of a logistic-normal); a right answer never lowers the lower one, a wrong one never raises the upper.
        """
        return self.mastery_each([belief], skills)[0]

    def mastery_each(self, beliefs: Sequence[Belief], skills: Sequence[Name]) -> list[list[Mastery]]:
        """Return what `mastery` tells of each of several learners, all at once."""
        together = Belief.stacked([self._own(belief) for belief in beliefs]) if len(beliefs) > 1 else beliefs[0]
        logit, effect_var, answers = self._recalled(together, skills)
        variance = together.numbers[:, ABILITY_VAR, None].astype(np.float64) + effect_var
        slope, shift = self.calibration.slope, self.calibration.shift
        spread = np.sqrt(variance)
        columns = [
            sigmoid(slope * moderated(logit, variance) + shift),
            np.minimum(0.25 * slope * spread, 0.5),
            answers.astype(np.int64),
            *(sigmoid(slope * (logit + reach * spread) + shift) for reach in (-NINETY, NINETY)),
        ]
        told = zip(*(column.tolist() for column in columns), strict=True)
        return [[Mastery(*row) for row in zip(skills, *of_one, strict=True)] for of_one in told]

    def held(self, belief: Belief, skills: Sequence[Name]) -> Held:
        """Return what is believed of the logits of typical questions: `mastery` tells their chances."""
        logit, effect_var, _ = (of_all[0] for of_all in self._recalled(belief, skills))
        slope, shift = self.calibration.slope, self.calibration.shift
        shared_sd = slope * float(np.sqrt(belief.numbers[0, ABILITY_VAR]))
        return Held(slope * logit + shift, slope * np.sqrt(effect_var), shared_sd)

    def _recalled(self, belief: Belief, skills: Sequence[Name]) -> tuple[Numbers, Numbers, Numbers]:
        """Return the logits of typical questions, the variances of the skills' effects, and answers.  [n, s] each"""
        prompts, learners = self._typical(tuple(skills)), np.arange(len(self._own(belief)))
        owner, asked = np.repeat(learners, len(prompts)), np.tile(prompts.skills, (len(learners), 1))
        _, found, _, _ = recall_skills(belief, owner, asked, self.calibration.population)
        numbers = found[:, 0].reshape(len(learners), len(prompts), found.shape[2]).astype(np.float64)
        ability = belief.numbers[:, ABILITY, None].astype(np.float64)
        return prompts.skill_base + ability + numbers[..., S_EFFECT], numbers[..., S_VAR], numbers[..., :2].sum(2)

    def expect(self, skills: Sequence[Name], items: Prompts) -> tuple[Expected, Numbers, Numbers]:
        """Return how strong somebody may be in these skills who has not answered yet, for `mlcore.placement`.

        With it, how much easier each item is than a typical question of its skills, in logits, and the sd of that.
        [q], [q]
        """
        typical, population, slope = self._typical(tuple(skills)), self.calibration.population, self.calibration.slope
        own_sd = np.sqrt(population.effect_sd**2 + typical.skill_sd**2)
        expected = Expected(slope * typical.skill_base + self.calibration.shift, slope * own_sd)
        of_items = np.sqrt(np.maximum(items.sd**2 - items.skill_sd**2, 0.0))
        return expected, slope * (items.base - items.skill_base), slope * of_items

    def _typical(self, skills: tuple[Name, ...]) -> Prompts:
        """Return a question of average difficulty for each of these skills; those asked for last are kept."""
        if skills not in self._kept:
            keys = np.array([key_of(skill) for skill in skills], np.uint64)
            count = len(keys)
            nothing = np.full(count, np.nan)
            typical = Questions(np.zeros(count, np.uint64), keys[:, None], nothing, np.zeros(count, np.uint64))
            self._kept.clear()
            self._kept[skills] = replace(self.calibration.weigh(typical), sd=np.zeros(count))
        return self._kept[skills]

    def calibrated(self, episodes: Sequence[Sequence[Answer]], expected: Table = NOTHING) -> Tutor:
        """Return a tutor for the course in which these learners gave these answers, in order; none is allowed.

        It starts from what the checkpoint expects of any course, so calibrating again counts no answer twice.
        `expected` tells of the difficulty of single items apart from answers (`mlcore.texts`).
        """
        prior = self.prior or self.calibration
        calibration = calibrate(self.weights, prior, episodes_of(episodes), expected)
        return replace(self, calibration=calibration, prior=prior)

    def with_calibration(self, calibration: Calibration | bytes) -> Tutor:
        """Return this tutor for the course with this calibration. Raises ValueError when it cannot be read."""
        if isinstance(calibration, bytes):
            calibration = Calibration.from_bytes(calibration)
        check_kind("calibration", calibration, Calibration)
        if calibration.head.shape[1] not in (0, len(self.weights.second_bias)):
            raise ValueError("calibration: of another checkpoint")
        return replace(self, calibration=calibration, prior=self.prior or self.calibration)

    def _own(self, belief: Belief) -> Belief:
        check_kind("belief", belief, Belief)
        if belief.tag != self.tag:
            raise ValueError("belief: of another checkpoint; fold the learner's answers again")
        return belief

    def _foresee(self, belief: Belief, prompts: Prompts, at: float | None) -> inference.Foresight:
        now = whole_seconds(np.array([np.nan if at is None else at]))
        owner: Codes = np.zeros(len(prompts), np.int64)
        return inference.foresee(self.knowledge, self._own(belief), prompts, now, owner)
