"""What trainers ask of the policy, for one learner or a whole cohort. The table; adaptive.steering says what counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.rule_conditions import Condition
from courses import clock
from courses.models import Cohort, Course, Enrollment, Modality, Module, Skill

MOMENT = timedelta(microseconds=1)


class DirectiveKind(models.TextChoices):
    PIN = "pin", _("Offer first")
    BAN = "ban", _("Never offer")
    LOCK = "lock", _("Not before")
    DUE = "due", _("Due by")
    WAIVER = "waiver", _("Counts as known")
    AIM = "aim", _("Success to aim for")
    PLACE = "place", _("Placement test anew")
    EASIER = "easier", _("Easier lessons")
    HARDER = "harder", _("Harder lessons")
    WAY = "way", _("In one way")


ANYWHERE = (DirectiveKind.EASIER, DirectiveKind.HARDER, DirectiveKind.WAY)  # asked for by rules, for a module or all
OF_COURSE = (DirectiveKind.AIM, DirectiveKind.PLACE)  # about the whole course
BY_HAND = [(kind.value, kind.label) for kind in DirectiveKind if kind not in ANYWHERE]
DATED = (DirectiveKind.LOCK, DirectiveKind.DUE)  # they say nothing without a date
LEAST_AIM, MOST_AIM = 50, 95  # percent of answers right: below it most is guessed, above it little is new


class DirectiveQuerySet(models.QuerySet["Directive"]):
    def standing(self, now: datetime) -> Self:
        """Those that hold now or will later. A deadline that was missed still says what is wanted."""
        is_over = ~Q(kind=DirectiveKind.DUE) & Q(holds_until__lte=now)
        return self.filter(ended_at=None).exclude(is_over)

    def over(self, now: datetime) -> Self:
        return self.exclude(pk__in=self.standing(now))

    def for_learner(self, enrollment: Enrollment) -> Self:
        """Those about this learner, and those for the cohorts in which they take the course."""
        cohorts = Cohort.objects.filter(learners=enrollment.learner_id, courses=enrollment.course_id)
        own = Q(enrollment=enrollment) | Q(cohort__in=cohorts.values("pk"))
        return self.filter(own, course=enrollment.course_id)

    def made_in(self, cohort: Cohort) -> Self:
        """Those that trainers of this cohort look after: for all of it, or for one of its learners."""
        return self.filter(Q(cohort=cohort) | Q(enrollment__in=Enrollment.objects.in_cohort(cohort).values("pk")))

    def with_names(self) -> Self:
        of_rule = ("rule__course", "rule__cohort", "rule__target")
        return self.select_related(
            "course", "module", "skill", "cohort", "made_by", "ended_by", *of_rule
        ).prefetch_related(Prefetch("rule__conditions", Condition.objects.with_names()))


class Directive(models.Model):
    """A trainer's word about a module, a skill or how hard a course is. Never changed or deleted but ended: who steered
    what stays known.

    It holds from `holds_from` (at once, if empty) until `holds_until` (until it is ended, if empty); until then a lock
    keeps its module closed, and a deadline wants it done. Learners may read the note. `rule` is the one that asked for
    it, if no trainer did: then a trainer's own word goes first (adaptive.steering). What one learner has completed
    before is pinned or due once more (adaptive.returning).
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, null=True, related_name="directives")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, null=True, related_name="directives")
    kind = models.CharField(max_length=8, choices=DirectiveKind.choices)
    module = models.ForeignKey(Module, on_delete=models.RESTRICT, null=True, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.RESTRICT, null=True, related_name="+")
    modality = models.CharField(max_length=20, choices=Modality.choices, blank=True)
    percent = models.PositiveSmallIntegerField(null=True)  # of answers right
    note = models.CharField(max_length=300, blank=True)
    rule = models.ForeignKey("adaptive.Rule", on_delete=models.CASCADE, null=True, related_name="directives")
    holds_from = models.DateTimeField(null=True)
    holds_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["course"], condition=Q(ended_at=None), name="directives_not_ended")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(enrollment=None, cohort__isnull=False) | Q(enrollment__isnull=False, cohort=None),
                name="a_directive_is_for_one_learner_or_one_cohort",
            ),
            models.CheckConstraint(
                condition=Q(kind=DirectiveKind.WAIVER, module=None, skill__isnull=False)
                | Q(kind__in=ANYWHERE, skill=None)
                | Q(kind__in=OF_COURSE, module=None, skill=None)
                | Q(~Q(kind__in=(DirectiveKind.WAIVER, *OF_COURSE)), module__isnull=False, skill=None),
                name="a_waiver_is_about_a_skill_and_others_about_a_module",
            ),
            models.CheckConstraint(
                condition=Q(Q(kind=DirectiveKind.WAY), ~Q(modality="")) | Q(~Q(kind=DirectiveKind.WAY), modality=""),
                name="only_one_way_of_teaching_is_a_modality",
            ),
            models.CheckConstraint(
                condition=Q(kind=DirectiveKind.AIM, percent__isnull=False, percent__range=(LEAST_AIM, MOST_AIM))
                | Q(~Q(kind=DirectiveKind.AIM), percent=None),
                name="only_an_aim_has_a_percent_from_50_to_95",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DirectiveKind.PLACE) | Q(enrollment__isnull=False),
                name="a_placement_test_anew_is_for_one_learner",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=ANYWHERE) | Q(rule__isnull=False), name="lessons_are_chosen_by_rules_alone"
            ),
            models.CheckConstraint(
                condition=Q(rule=None) | Q(enrollment__isnull=False, made_by=None),
                name="what_a_rule_asks_for_is_for_one_learner",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=DATED) | Q(holds_until__isnull=False), name="a_lock_or_deadline_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(holds_from=None) | Q(holds_until=None) | Q(holds_until__gt=models.F("holds_from")),
                name="a_directive_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"

    @property
    def what(self) -> str:
        """The success to aim for, or else the name of what it is about."""
        return of_ten(self.percent) if self.percent else str(self.about)

    @property
    def about(self) -> Course | Module | Skill:
        """The module, for a waiver the skill, or the whole course."""
        return self.module or self.skill or self.course

    @property
    def about_id(self) -> int:
        return self.module_id or self.skill_id or 0

    @property
    def last_day(self) -> datetime | None:
        """A moment of the day that people read: the last one on which it holds; of a lock, the first one after it."""
        if self.holds_until is None or self.kind == DirectiveKind.LOCK:
            return self.holds_until
        return self.holds_until - MOMENT


def of_ten(percent: int) -> str:
    """Return how many answers are right, such as "8 of 10" or "7.5 of 10"."""
    return gettext("%(right)s of 10") % {"right": floatformat(percent / 10)}
