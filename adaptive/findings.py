"""What is found out over night: how ways of learning compare, and how a subject is forgotten. The tables."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort


class Factor(models.TextChoices):
    """What a way of learning is one of several choices of. Its arms stand in `adaptive.rewards`."""

    WAY = "way", _("Ways of teaching")
    SPACING = "spacing", _("When to practice again")
    ORDER = "order", _("In which order to practice")


class Finding(models.TextChoices):
    """What the arms of a factor come to in a group of learners."""

    WINNER = "winner", _("Some work better")
    SAME = "no difference", _("No difference found")
    OPEN = "open", _("Not enough data yet")


class ModalityEffect(models.Model):
    """How much better one arm works than the average one, from later success, in a subject or a cohort.

    Effects are shrunk (mean, sd); differences are to the plain mean of the other arms, and empty where there is too
    little to compare. What the arms come to together stands in each of their rows.
    """

    subject = models.SlugField(max_length=60)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, null=True, related_name="+")
    factor = models.CharField(max_length=10, choices=Factor.choices, default=Factor.WAY)
    arm = models.CharField(max_length=20)
    mean = models.FloatField()
    sd = models.FloatField()
    spread = models.FloatField(default=0.05)  # standard deviation of learners around the mean
    noise = models.FloatField(default=0.2)  # variance of one reward
    answers = models.PositiveIntegerField()
    learners = models.PositiveIntegerField(default=0)
    difference = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    is_better = models.BooleanField(default=False)
    finding = models.CharField(max_length=13, choices=Finding.choices, default=Finding.OPEN)
    missing = models.PositiveIntegerField(null=True)  # about how many more answers would tell
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("effect of a way of learning")
        verbose_name_plural = _("effects of ways of learning")
        constraints = [
            models.UniqueConstraint(fields=["subject", "cohort", "arm"], name="one_effect_per_cohort_and_arm"),
            models.UniqueConstraint(
                fields=["subject", "arm"], condition=Q(cohort=None), name="one_effect_per_subject_and_arm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.arm} in {self.subject}: {self.mean:+.2f}"


class Forgetting(models.Model):
    """How long learners of a subject remember: the chance of each of `mlcore.retention.PACES` among them.

    Their law of forgetting: FSRS's parameters, none where its usual ones serve, and how both were judged (`refitting`).
    """

    subject = models.SlugField(max_length=60, unique=True)
    paces = models.JSONField(default=list)
    learners = models.PositiveIntegerField(default=0)
    parameters = models.JSONField(default=list, blank=True)
    judged = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("forgetting")
        verbose_name_plural = _("forgetting")

    def __str__(self) -> str:
        return f"{self.subject}, {self.learners}"
