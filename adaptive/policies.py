"""Which policy teaches a course: what is in use, what people want, and every judgment on it. The tables."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import clock
from courses.models import Course


class PolicyWish(models.TextChoices):
    """What people want."""

    BY_ITSELF = "by_itself", _("Switch by itself, once it is surely better")
    SHADOW = "shadow", _("Only watch: judge it every night, and let it teach nobody")
    DEFAULT = "default", _("Stay with the standard policy, and do not judge the other")


class PolicyStage(models.TextChoices):
    """Whom the recurrent policy teaches, as mlcore.switching.Stage."""

    SHADOW = "shadow", _("nobody")
    TRIAL = "trial", _("one in five learners")
    MOST = "most", _("nine in ten learners")


class PolicyRuling(models.TextChoices):
    """What came of a judgment: mlcore.switching.Ruling, why there could be none, or what a person wanted."""

    WAITS = "waits", _("waits for more")
    STAYS = "stays", _("not sure enough")
    TRIES = "tries", _("begins to teach some")
    EXTENDS = "extends", _("begins to teach most")
    GOES_ON = "goes_on", _("goes on")
    UNSURE = "unsure", _("goes back: not sure enough any more")
    BEHIND = "behind", _("goes back: worse since it teaches")
    TOO_FEW = "too_few", _("too few learners to tell")
    NO_GRAPH = "no_graph", _("nothing builds on anything")
    UNREADABLE = "unreadable", _("its file cannot be read")
    OTHER_FILE = "other_file", _("begins anew, with a new checkpoint")
    WISHED = "wished", _("somebody decided")


class CoursePolicy(models.Model):
    """How it stands with the recurrent policy in a course. Without a row it is in the shadow, and may switch."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="policy")
    wish = models.CharField(max_length=10, choices=PolicyWish.choices, default=PolicyWish.BY_ITSELF)
    stage = models.CharField(max_length=10, choices=PolicyStage.choices, default=PolicyStage.SHADOW)
    share = models.FloatField(default=0.0)  # of the learners whom it teaches
    sequencer = models.CharField(max_length=64, blank=True)  # sha256 of what was judged
    since = models.DateTimeField(default=clock.now)  # it has been at this stage
    round = models.PositiveIntegerField(default=0)  # of drawing the learners whom it teaches
    looks = models.PositiveIntegerField(default=0)  # at this sequencer
    looked_at = models.PositiveIntegerField(default=0)  # steps, in the latest look
    latest_look = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("policy of a course")
        verbose_name_plural = _("policies of courses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(stage=PolicyStage.SHADOW, share=0.0) | Q(~Q(stage=PolicyStage.SHADOW), share__gt=0.0),
                name="a_policy_in_the_shadow_teaches_nobody",
            ),
            models.CheckConstraint(
                condition=Q(stage=PolicyStage.SHADOW) | Q(wish=PolicyWish.BY_ITSELF),
                name="no_policy_teaches_against_the_wish_of_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.get_stage_display()}"


class PolicyJudgmentQuerySet(models.QuerySet["PolicyJudgment"]):
    def of(self, course: Course) -> Self:
        return self.filter(course=course).select_related("by").order_by("-made_at", "-pk")


class PolicyJudgment(models.Model):
    """What the recurrent policy would have brought in a course, and what was decided; or what a person decided.

    Written once and never changed. Figures are chances of a right answer: under the recurrent policy, with its 95 %
    interval, and under the standard one; `ahead` is the difference. They are empty where nothing could be told.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="policy_judgments")
    made_at = models.DateTimeField(default=clock.now)
    day = models.DateField(null=True)  # that it was the nightly judgment of
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    policy = models.CharField(max_length=80)
    sequencer = models.CharField(max_length=64, blank=True)
    wish = models.CharField(max_length=10, choices=PolicyWish.choices)
    ruling = models.CharField(max_length=10, choices=PolicyRuling.choices)
    was = models.CharField(max_length=10, choices=PolicyStage.choices)
    stage = models.CharField(max_length=10, choices=PolicyStage.choices)
    share = models.FloatField(default=0.0)
    steps = models.PositiveIntegerField(default=0)
    learners = models.PositiveIntegerField(default=0)
    estimate = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    default = models.FloatField(null=True)
    ahead = models.FloatField(null=True)
    ahead_lower = models.FloatField(null=True)  # one-sided, by `confidence`
    confidence = models.FloatField(default=0.95)
    facts = models.JSONField(default=dict)  # what was left out, how the policies disagree, why nothing can be told

    objects = PolicyJudgmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgment on a policy")
        verbose_name_plural = _("judgments on policies")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["course", "-made_at"], name="latest_policy_judgment")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "day"], name="one_judgment_a_course_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.course}, {self.made_at:%Y-%m-%d}: {self.get_ruling_display()}"
