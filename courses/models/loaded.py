"""What was last loaded from files, so that a change made in the browser is noticed before it is overwritten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.content import Course


class LoadedContent(models.Model):
    """One part of a course as a loader left it. `path` names the part: course, skills/values, modules/values/text-2."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="loaded")
    path = models.CharField(max_length=250)
    digest = models.CharField(max_length=64)
    revision = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("loaded content")
        constraints = [models.UniqueConstraint(fields=["course", "path"], name="one_record_per_loaded_path")]

    def __str__(self) -> str:
        return self.path
