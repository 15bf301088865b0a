"""What rules ask about: the table of their conditions; adaptive.conditions says whether they hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from courses.models import Module, Skill

LONGEST = 365  # days
MOST_CONDITIONS = 5  # of one rule: a longer sentence is not read


class When(models.TextChoices):
    """What must be so of a learner. The words go on after "When a learner"."""

    BEGUN = "begun", _("has begun the course")
    COMPLETED = "completed", _("has completed")
    BELOW = "below", _("has scored below")
    AT_LEAST = "at_least", _("has scored at least")
    MASTERED = "mastered", _("has mastered")
    UNMASTERED = "unmastered", _("has not mastered")
    INACTIVE = "inactive", _("has been inactive")


# What each condition needs said beside it. It has this and nothing else.
CONDITION_NEEDS: dict[str, tuple[str, ...]] = {
    When.BEGUN: (),
    When.COMPLETED: ("module",),
    When.BELOW: ("module", "percent"),
    When.AT_LEAST: ("module", "percent"),
    When.MASTERED: ("skill",),
    When.UNMASTERED: ("skill", "answers"),
    When.INACTIVE: ("days",),
}
REMEDIAL = (When.BELOW, When.UNMASTERED, When.INACTIVE)  # these bring back what was completed before

SAID = {
    When.BEGUN: _("has begun the course"),
    When.COMPLETED: _("has completed “%(module)s”"),
    When.BELOW: _("has scored below %(percent)s %% in “%(module)s”"),
    When.AT_LEAST: _("has scored at least %(percent)s %% in “%(module)s”"),
    When.MASTERED: _("has mastered “%(skill)s”"),
    When.UNMASTERED: _("has not mastered “%(skill)s” after %(answers)s answers"),
}
TOLD = {  # to the learner
    When.BEGUN: _("you have begun the course"),
    When.COMPLETED: _("you have completed “%(module)s”"),
    When.BELOW: _("you scored below %(percent)s %% in “%(module)s”"),
    When.AT_LEAST: _("you scored at least %(percent)s %% in “%(module)s”"),
    When.MASTERED: _("you have mastered “%(skill)s”"),
    When.UNMASTERED: _("you had not mastered “%(skill)s” after %(answers)s answers"),
    When.INACTIVE: _("you had been away for a while"),
}


def exactly(part: str, needs: dict[str, tuple[str, ...]], free: tuple[str, ...] = ()) -> Q:
    """Return the condition that a row has what this part needs, and nothing that only another would."""
    every = sorted({name for names in needs.values() for name in names})
    found = Q()
    for kind, names in needs.items():
        said = Q(**{part: kind})
        for name in every:
            if name in names:
                said &= ~Q(modality="") if name == "modality" else Q(**{f"{name}__isnull": False})
            elif not (name == "target" and kind in free):
                said &= Q(modality="") if name == "modality" else Q(**{name: None})
        found |= said
    return found


class ConditionQuerySet(models.QuerySet["Condition"]):
    def with_names(self) -> Self:
        return self.select_related("module", "skill")


class Condition(models.Model):
    """One thing that a rule asks about. As the rule, it is never changed, and what it is about is never deleted."""

    rule = models.ForeignKey("adaptive.Rule", on_delete=models.CASCADE, related_name="conditions")
    place = models.PositiveSmallIntegerField()  # in the sentence, from 1
    when = models.CharField(max_length=10, choices=When.choices)
    module = models.ForeignKey(Module, on_delete=models.RESTRICT, null=True, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.RESTRICT, null=True, related_name="+")
    percent = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(100)])
    answers = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(200)])
    days = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)])

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=exactly("when", CONDITION_NEEDS), name="a_condition_has_what_it_needs"),
            models.CheckConstraint(
                condition=Q(place__range=(1, MOST_CONDITIONS)), name="a_rule_has_at_most_five_conditions"
            ),
            models.UniqueConstraint(fields=["rule", "place"], name="each_condition_has_its_place"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(when=When.INACTIVE), name="a_rule_asks_for_one_absence"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """How it is read after "a learner"."""
        if self.when == When.INACTIVE:
            return gettext("has been inactive for %s") % days_in_words(self.days)
        return str(SAID[When(self.when)]) % self._names

    @property
    def cause(self) -> str:
        """What a learner reads where it made a rule fire for them."""
        return str(TOLD[When(self.when)]) % self._names

    @property
    def _names(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("module", "skill", "percent", "answers")}


def both(words: Iterable[object]) -> str:
    """Join what holds together: "a and b"."""
    return gettext(" and ").join(str(one) for one in words)


def either(words: Iterable[object]) -> str:
    """Join what is enough alone: "a or b"."""
    return gettext(" or ").join(str(one) for one in words)


def days_in_words(days: int | None) -> str:
    return ngettext("%d day", "%d days", days or 0) % (days or 0)
