"""Who was looked at while they stayed away. The table; adaptive.watching looks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment


class AbsenceLook(models.Model):
    """A learner who is away and for whom a rule did not fire, because its other conditions did not hold.

    Until they do something, or their log is folded by something else than it was then, looking again tells nothing new.
    """

    rule = models.ForeignKey("adaptive.Rule", on_delete=models.CASCADE, related_name="+")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    entries = models.PositiveBigIntegerField()  # of the learner's log
    folded_by = models.CharField(max_length=64)  # a hash of what it was folded by

    class Meta:
        verbose_name = _("look at an absent learner")
        verbose_name_plural = _("looks at absent learners")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rule", "enrollment"], name="one_look_for_each_rule_and_learner")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} for {self.rule_id} after {self.entries}"
