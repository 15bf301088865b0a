"""When we call a skill mastered. Defined here once, for learners, trainers, the API and the policy alike.

A belief about a skill is the chance to answer a typical question of it right: a mean and a standard deviation. The
deviation is that of the logit at the steepest point of the curve, a quarter of the logit's own.

Before the first answer the chance is that of learners in general, often above one half. So a level above Attempted
takes an answer that speaks for it, however likely a right one was from the outset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.progress import RIGHT

FAMILIAR_FROM = 0.5  # chance of a right answer
KNOWN_CHANCE = 0.6  # a skill is known when this chance is reached ...
KNOWN_SURETY = 0.75  # ... as surely as this
MASTERED_CHANCE, MASTERED_SURETY = 0.7, 0.85
ENOUGH_ANSWERS = 3  # fewer are not enough data
BAND = 1.28  # standard deviations: an 80 % interval


class Level(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    ATTEMPTED = "attempted", _("Attempted")
    FAMILIAR = "familiar", _("Familiar")
    PROFICIENT = "proficient", _("Proficient")
    MASTERED = "mastered", _("Mastered")


DEFINITIONS = {
    Level.NOT_STARTED: _("No question of this skill was answered yet."),
    Level.ATTEMPTED: _("Answered, but never right yet, or we expect fewer than 5 of 10 typical questions right."),
    Level.FAMILIAR: _("Answered right before, and we expect at least 5 of 10 typical questions right."),
    Level.PROFICIENT: _("We are at least 75 % sure of 6 or more of 10 typical questions right."),
    Level.MASTERED: _("We are at least 85 % sure of 7 or more of 10 typical questions right."),
}


@dataclass(frozen=True)
class SkillBelief:
    """What is believed of one skill of one learner."""

    skill: int
    mean: float
    sd: float
    answers: int
    right: float | None = None  # sum of their scores; None in what an earlier version kept

    @property
    def logit(self) -> float:
        """Of the mean."""
        return _logit(self.mean)

    def surety(self, chance: float) -> float:
        """Return how sure we are that a typical question is answered right with at least this chance."""
        distance = (self.logit - _logit(chance)) / max(4.0 * self.sd, 1e-6)
        return 0.5 * math.erfc(-distance / math.sqrt(2.0))

    @property
    def interval(self) -> tuple[float, float]:
        """The 80 % interval of the chance."""
        center, reach = _logit(self.mean), BAND * 4.0 * self.sd
        return _sigmoid(center - reach), _sigmoid(center + reach)

    @property
    def is_known(self) -> bool:
        """Sure enough to go on: the end of every module. Prerequisites may be traced, too (`Standing.is_held`)."""
        return self.answers > 0 and self.surety(KNOWN_CHANCE) >= KNOWN_SURETY

    @property
    def is_unsure(self) -> bool:
        return 0 < self.answers < ENOUGH_ANSWERS

    @property
    def is_shown(self) -> bool:
        """Whether any answer speaks for it."""
        return self.answers > 0 and (self.right is None or self.right >= RIGHT)

    @property
    def level(self) -> Level:
        if not self.is_shown:
            return Level.ATTEMPTED if self.answers else Level.NOT_STARTED
        if self.surety(MASTERED_CHANCE) >= MASTERED_SURETY and not self.is_unsure:
            return Level.MASTERED
        if self.is_known:
            return Level.PROFICIENT
        return Level.FAMILIAR if self.mean >= FAMILIAR_FROM else Level.ATTEMPTED

    @property
    def words(self) -> str:
        """The same as a sentence: "Probably Proficient; we have seen 2 answers"."""
        if not self.answers:
            return gettext("Not started")
        seen = (
            gettext("we have seen 1 answer") if self.answers == 1 else gettext("we have seen %d answers") % self.answers
        )
        name = gettext("Probably %s") % self.level.label if self.is_unsure else str(self.level.label)
        return f"{name}; {seen}"


def beliefs_in(mastery: Mapping[str, Sequence[Any]], skills: Sequence[int]) -> dict[int, SkillBelief]:
    """Return what a learner state says of these skills; nothing is known of those it does not mention."""
    return {skill: SkillBelief(skill, *mastery.get(str(skill), (0.5, 0.29, 0))) for skill in skills}


def _logit(chance: float) -> float:
    bounded = min(max(chance, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))


def _sigmoid(logit: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * logit))
