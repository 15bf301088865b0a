"""What the policy read of a course, as it was at a time. The table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses import clock
from courses.models import Course


class Snapshot(models.Model):
    """A course as the policy reads it: known by its hash, written once, never changed, and of no person. Only when
    somebody last learned by it is written anew.

    Stored steps and learner states name it by its hash and not by a foreign key: nobody's answer is to fail for what
    is only kept to look back.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="snapshots")
    data = models.BinaryField()  # `adaptive.freezing`, compressed
    named_at = models.DateTimeField(default=clock.now)  # about: by half a day (adaptive.filing)

    class Meta:
        verbose_name = _("snapshot of a course")
        verbose_name_plural = _("snapshots of courses")

    def __str__(self) -> str:
        return f"{self.course_id} as {self.sha256[:12]}"
