"""What the learner model keeps: its checkpoints, what it believes of each learner, and everything it chose."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adaptive.absences import AbsenceLook as AbsenceLook  # tables, too
from adaptive.directives import Directive as Directive
from adaptive.findings import Factor as Factor
from adaptive.findings import Finding as Finding
from adaptive.findings import Forgetting as Forgetting
from adaptive.findings import ModalityEffect as ModalityEffect
from adaptive.notices import NoticeMail as NoticeMail
from adaptive.policies import CoursePolicy as CoursePolicy
from adaptive.policies import PolicyJudgment as PolicyJudgment
from adaptive.rules import Firing as Firing
from adaptive.rules import Rule as Rule
from adaptive.snapshots import Snapshot as Snapshot
from courses import clock
from courses.models import Course, Enrollment, Interaction, Module, Presentation, Variant


class Checkpoint(models.Model):
    """A trained network: a safetensors file, known by its sha256. The live one serves; the others can come back."""

    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=500)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children")
    metrics = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    promoted_at = models.DateTimeField(null=True, blank=True)
    is_live = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["is_live"], condition=Q(is_live=True), name="one_live_checkpoint")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Calibration(models.Model):
    """What a checkpoint learned about one course from its learners: base rate, item difficulties, modality effects."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="calibrations")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="calibrations")
    number = models.PositiveIntegerField(default=1)
    data = models.BinaryField()
    learners = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("calibration")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "checkpoint", "number"], name="calibrations_of_a_course_are_numbered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.course} on {self.checkpoint}, {self.number}"


class LearnerState(models.Model):
    """What we believe of a learner: a fold of their log up to `seen_up_to`, under one checkpoint and calibration.

    Without a checkpoint it is what success counts alone say. `progress` needs no network: what was done and asked for.
    `mastery` is the belief in words of one skill each: `{skill: [mean, sd, answers, right]}`.
    """

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="states")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, null=True, related_name="states")
    calibration = models.ForeignKey(Calibration, on_delete=models.SET_NULL, null=True, related_name="+")
    belief = models.BinaryField()
    progress = models.JSONField(default=dict)
    mastery = models.JSONField(default=dict)
    sequence = models.BinaryField(default=bytes)  # the memory of the recurrent policy, for those whom it teaches
    syllabi = models.JSONField(default=list)  # the Snapshot by which it was folded, from which entry on: [[0, sha256]]
    seen_up_to = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("learner state")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "checkpoint"], name="one_state_per_enrollment_and_checkpoint"
            ),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(checkpoint=None), name="one_counted_state_per_enrollment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} up to {self.seen_up_to}"


class Rung(models.TextChoices):
    """How far a decision had to degrade."""

    LIVE = "live", _("live checkpoint")
    LAST_GOOD = "last_good", _("last good checkpoint")
    CLOSED_FORM = "closed_form", _("success counts")
    COURSE_ORDER = "course_order", _("course order")


class Aim(models.TextChoices):
    """What a step is for."""

    LEARN = "learn", _("Learn")
    REVIEW = "review", _("Review")


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def of(self, enrollment: Enrollment) -> Self:
        return self.filter(enrollment=enrollment).order_by("-made_at")


class Recommendation(models.Model):
    """What we offered next, out of what, how likely, and why. Enough to make the same decision again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="recommendations")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=12, choices=Aim.choices, default=Aim.LEARN)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    calibration = models.ForeignKey(Calibration, on_delete=models.SET_NULL, null=True, related_name="+")
    rung = models.CharField(max_length=14, choices=Rung.choices)
    policy = models.CharField(max_length=80)
    propensity = models.FloatField()
    expected_score = models.FloatField(null=True)  # of the draw; none where nothing was weighed
    guard_cost = models.FloatField(null=True)  # how much lower that is for what was kept back; none where nothing was
    candidates = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    seed = models.PositiveBigIntegerField(default=0)
    inputs = models.JSONField(default=dict)
    edition = models.PositiveBigIntegerField(default=0)
    after_sequence = models.PositiveBigIntegerField()
    made_at = models.DateTimeField(default=clock.now)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["enrollment", "-made_at"], name="latest_recommendation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(propensity__gt=0, propensity__lte=1), name="an_offers_propensity_is_a_probability"
            )
        ]

    def __str__(self) -> str:
        return f"{self.module} for {self.enrollment}"


class Outcome(models.Model):
    """What an answer changed, and what came after it. Written with the answer; a repeated request reads it back.

    `moves` has `{"skill", "before", "after"}` for each skill of the question, with `[mean, sd, answers]` in each.
    """

    answer = models.OneToOneField(Interaction, on_delete=models.CASCADE, primary_key=True, related_name="outcome")
    moves = models.JSONField(default=list)
    finished = models.CharField(max_length=12, blank=True)
    next_question = models.ForeignKey(Presentation, on_delete=models.SET_NULL, null=True, related_name="+")
    next_step = models.ForeignKey(Recommendation, on_delete=models.SET_NULL, null=True, related_name="+")
    rung = models.CharField(max_length=14, choices=Rung.choices)

    class Meta:
        verbose_name = _("outcome")

    def __str__(self) -> str:
        return f"after {self.answer_id}"


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """Work for a worker. The row is the truth: a broker may forget a message, a sweeper queues the row again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, default="retrain")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="jobs")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    progress = models.FloatField(default=0.0)
    message = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state__in=["waiting", "running"], course=None),
                name="one_job_of_a_kind_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["kind", "course"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_job_of_a_kind_for_a_course_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.get_state_display()}"
