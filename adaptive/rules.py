"""What authors and trainers want done when something is so. The tables; adaptive.ruling says what follows from them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.rule_conditions import LONGEST, Condition, both, days_in_words, either, exactly
from courses import clock
from courses.models import Cohort, Course, Enrollment, Modality, Module


class Joined(models.TextChoices):
    """How many of its conditions a rule asks for."""

    ALL = "all", _("all")
    ANY = "any", _("any")


class Then(models.TextChoices):
    """What is to happen. The words are an order."""

    INSERT = "insert", _("offer next")
    ASSIGN = "assign", _("assign")
    SKIP = "skip", _("skip")
    EASIER = "easier", _("offer easier lessons in")
    HARDER = "harder", _("offer harder lessons in")
    WAY = "way", _("teach in one way")
    NOTIFY = "notify", _("notify the trainer")


# What each action needs said beside it. A rule has this and nothing else.
ACTION_NEEDS: dict[str, tuple[str, ...]] = {
    Then.INSERT: ("target",),
    Then.ASSIGN: ("target", "lasting"),
    Then.SKIP: ("target",),
    Then.EASIER: ("lasting",),
    Then.HARDER: ("lasting",),
    Then.WAY: ("modality", "lasting"),
    Then.NOTIFY: (),
}
ANYWHERE = (Then.EASIER, Then.HARDER, Then.WAY)  # in one module, or in the whole course if none is named

DONE = {
    Then.INSERT: _("offer “%(target)s” next"),
    Then.ASSIGN: _("assign “%(target)s”, to be done within %(days)s"),
    Then.SKIP: _("skip “%(target)s”"),
    Then.EASIER: _("offer easier lessons in %(where)s for %(days)s"),
    Then.HARDER: _("offer harder lessons in %(where)s for %(days)s"),
    Then.WAY: _("teach %(where)s by way of “%(modality)s” for %(days)s, where there is such a lesson"),
    Then.NOTIFY: _("notify the trainer"),
}


class RuleQuerySet(models.QuerySet["Rule"]):
    def standing(self) -> Self:
        """Those that nobody removed, on or off; the newest first."""
        return self.filter(ended_at=None)

    def live(self) -> Self:
        """Those that are followed."""
        return self.filter(ended_at=None, on_since__isnull=False)

    def with_names(self) -> Self:
        return self.select_related("course", "cohort", "target", "made_by", "ended_by").prefetch_related(
            Prefetch("conditions", Condition.objects.with_names())
        )


class Rule(models.Model):
    """A sentence about learners of a course or of a cohort in it. Never changed or deleted but ended, as directives
    are: whoever rewrites a rule ends it and makes a new one, so that the log always says which words fired. For its
    sake what a rule speaks of is not deleted either, but with the whole course (adaptive.speaking_of).

    `replaces` is the one that it took the place of, if any.

    It fires at most once for each learner and occasion (adaptive.conditions says what an occasion is).
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, null=True, related_name="rules")
    joined = models.CharField(max_length=3, choices=Joined.choices, default=Joined.ALL)
    then = models.CharField(max_length=10, choices=Then.choices)
    target = models.ForeignKey(Module, on_delete=models.RESTRICT, null=True, related_name="+")
    modality = models.CharField(max_length=20, choices=Modality.choices, blank=True)
    lasting = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)])
    note = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="replaced_by")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    on_since = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["course"], condition=Q(ended_at=None, on_since__isnull=False), name="rules_that_are_on"
            )
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=exactly("then", ACTION_NEEDS, ANYWHERE), name="a_rule_has_what_its_action_needs"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_on(self) -> bool:
        return self.on_since is not None and self.ended_at is None

    @property
    def sentence(self) -> str:
        """The rule as it is read: "When a learner of Spring has completed “Loops”, offer “Lists” next."."""
        cohort = gettext("a learner of %s") % self.cohort if self.cohort else gettext("a learner")
        words = {"who": cohort, "so": self.condition, "then": self.action}
        return gettext("When %(who)s %(so)s, %(then)s.") % words

    @property
    def condition(self) -> str:
        join = both if self.joined == Joined.ALL else either
        return join(one.words for one in self.conditions.all())

    @property
    def action(self) -> str:
        where = gettext("“%s”") % self.target if self.target else gettext("the whole course")
        way, days = self.get_modality_display(), days_in_words(self.lasting)
        return str(DONE[Then(self.then)]) % {"target": self.target, "where": where, "modality": way, "days": days}


class Effect(models.TextChoices):
    """What became of a firing. Only the first two kinds asked for anything."""

    FOLLOWED = "followed", _("done")
    NOTICE = "notice", _("trainer notified")
    DONE = "done", _("not needed: the learner has completed it already")
    OVERRULED = "overruled", _("not followed: a trainer asked for something else, and that goes first")
    NEWER = "newer", _("not followed: a newer rule says something else")
    NOTHING_LEFT = "nothing_left", _("not followed: nothing else would be left to learn")
    GONE = "gone", _("not followed: the module is not published")
    OFF = "off", _("not followed: the rule was switched off")


class FiringQuerySet(models.QuerySet["Firing"]):
    def seen_by_trainers_of(self, cohort: Cohort | OuterRef) -> Self:
        """Those by rules of this cohort or of the course, whoever they are about."""
        return self.filter(Q(rule__cohort=cohort) | Q(rule__cohort=None))

    def seen_in(self, cohort: Cohort, course: Course) -> Self:
        """Those that trainers of this cohort may see: for its learners, by its own rules or the course's."""
        learners = Enrollment.objects.in_cohort(cohort).filter(course=course)
        return self.seen_by_trainers_of(cohort).filter(rule__course=course, enrollment__in=learners.values("pk"))

    def that_count(self) -> Self:
        """All but those that were undone by switching their rule off: they are the occasions on which it has fired."""
        return self.exclude(given_up_because=Effect.OFF)

    def open_notices(self) -> Self:
        return self.filter(effect=Effect.NOTICE, seen_at=None)

    def with_names(self) -> Self:
        names = ("course", "cohort", "target")
        return self.select_related(
            "enrollment__learner", "seen_by", *(f"rule__{name}" for name in names)
        ).prefetch_related(Prefetch("rule__conditions", Condition.objects.with_names()))


class Firing(models.Model):
    """A rule that fired: for whom, when, which facts made it, and what it did. What it asked for is its directive.

    The facts stand by the places of the conditions that held, and so do the parts of the occasion ("1 visit 2;").
    `given_up_because` says why that was withdrawn later, if it was; by switching the rule off, it may fire on the same
    occasion once more. A notice stays open until a trainer has seen it.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="firings")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="firings")
    occasion = models.CharField(max_length=160)
    at = models.DateTimeField(default=clock.now)
    facts = models.JSONField(default=dict)
    effect = models.CharField(max_length=12, choices=Effect.choices)
    directive = models.OneToOneField("adaptive.Directive", on_delete=models.SET_NULL, null=True, related_name="firing")
    given_up_because = models.CharField(max_length=12, choices=Effect.choices, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)

    objects = FiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("firing")
        verbose_name_plural = _("firings")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["enrollment"], condition=Q(effect="notice", seen_at=None), name="notices_not_seen")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["rule", "enrollment", "occasion"],
                condition=~Q(given_up_because=Effect.OFF),
                name="a_rule_fires_once_per_learner_and_occasion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} for {self.enrollment_id}: {self.effect}"


def has_notice(cohort: OuterRef) -> Exists:
    """Whether an enrollment has a notice that its trainers in this cohort have not seen."""
    notices = Firing.objects.open_notices().seen_by_trainers_of(cohort)
    return Exists(notices.filter(enrollment=OuterRef("pk")))
