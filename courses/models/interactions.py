"""The log: what was shown, and everything a learner did with it. Written once, never changed."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import clock
from courses.models.content import Module, Variant
from courses.models.people import Enrollment
from courses.models.questions import QuestionVersion


class Purpose(models.TextChoices):
    PRACTICE = "practice", _("Practice")
    REVIEW = "review", _("Review")
    PLACEMENT = "placement", _("Placement")


class Presentation(models.Model):
    """A question version chosen for a learner, and how. Its id is the identity of the answer that may follow."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="presentations")
    question_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="presentations")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.PRACTICE)
    policy = models.CharField(max_length=40, default="course order")
    propensity = models.FloatField(default=1.0)
    checkpoint = models.CharField(max_length=64, blank=True)
    predicted = models.FloatField(null=True)
    shown_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("presentation")
        indexes = [models.Index(fields=["enrollment", "-shown_at"], name="latest_presentation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(propensity__gt=0, propensity__lte=1), name="a_propensity_is_a_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_version} for {self.enrollment}"


class InteractionKind(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    OPENED = "opened", _("Opened")
    FINISHED = "finished", _("Finished")
    HINTED = "hinted", _("Asked for a hint")
    TIMED = "timed", _("Spent time")
    OVERRODE = "overrode", _("Asked for something else")
    NOTED = "noted", _("Wrote a note")
    PLACED = "placed", _("Found out where to start")


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def after(self, bookmark: int) -> Self:
        """What one learner did after this sequence number, in order."""
        return self.filter(sequence__gt=bookmark).order_by("sequence")

    def answers(self) -> Self:
        return self.filter(kind=InteractionKind.ANSWERED)

    def with_question(self) -> Self:
        return self.select_related("question_version__question")

    def update(self, **kwargs: Any) -> int:
        raise TypeError("The log is written once and never changed.")


class Interaction(models.Model):
    """One thing a learner did. `sequence` counts without gaps; `key` makes a repeated request harmless."""

    id = models.BigAutoField(primary_key=True)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="interactions")
    sequence = models.PositiveBigIntegerField()
    key = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=InteractionKind.choices)
    at = models.DateTimeField(default=clock.now)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, null=True, related_name="interactions", db_index=False)
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, null=True, related_name="interactions", db_index=False
    )
    presentation = models.ForeignKey(Presentation, on_delete=models.CASCADE, null=True, related_name="interactions")
    question_version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, null=True, related_name="interactions"
    )
    response = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    score = models.FloatField(null=True)
    seconds_spent = models.FloatField(null=True)
    hints = models.PositiveSmallIntegerField(default=0)
    confidence = models.PositiveSmallIntegerField(null=True)
    client_sequence = models.PositiveBigIntegerField(null=True)
    client_at = models.DateTimeField(null=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        ordering = ["enrollment", "sequence"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], condition=Q(kind="placed"), name="placement_tests")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrollment", "sequence"], name="the_log_has_no_two_of_one_number"),
            models.UniqueConstraint(fields=["key"], name="one_interaction_per_key"),
            models.UniqueConstraint(
                fields=["presentation"], condition=Q(kind="answered"), name="one_answer_per_presentation"
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(0, 1)), name="a_score_is_0_to_1"),
            models.CheckConstraint(
                condition=~Q(kind="answered")
                | Q(presentation__isnull=False, question_version__isnull=False, score__isnull=False),
                name="an_answer_has_its_question_and_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}.{self.sequence} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The log is written once and never changed.")
        super().save(*args, **kwargs)


class OutboxEntry(models.Model):
    """An interaction whose effects on other tables (counts, statistics) are still to be applied."""

    interaction = models.OneToOneField(Interaction, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_because = models.TextField(blank=True)

    class Meta:
        verbose_name = _("outbox entry")
        verbose_name_plural = _("outbox")

    def __str__(self) -> str:
        return f"{self.interaction_id}, {self.attempts} attempts"
