"""Counts that pages read instead of the log. Folded from the outbox; the log can rebuild them all."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Enrollment, Question


class EnrollmentDay(models.Model):
    """What one learner did in one course on one day (UTC)."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="days")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    answers = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    modules_finished = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a learner")
        constraints = [models.UniqueConstraint(fields=["enrollment", "day"], name="one_row_per_enrollment_and_day")]
        indexes = [models.Index(fields=["course", "day"], name="days_of_a_course")]

    def __str__(self) -> str:
        return f"{self.enrollment_id} on {self.day}"


class EnrollmentTotal(models.Model):
    """What one learner did in one course so far, and when last."""

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, primary_key=True, related_name="total")
    answers = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    modules_finished = models.PositiveIntegerField(default=0)
    overrides = models.PositiveIntegerField(default=0)
    wrong_in_a_row = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("total of a learner")

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.answers} answers"


class QuestionTotal(models.Model):
    """First answers to a question: sums from which facility and discrimination follow.

    `rest` is the learner's mean score on their other answers when they answered, so that discrimination is the
    correlation of score and rest (the item-rest correlation).
    """

    question = models.OneToOneField(Question, on_delete=models.CASCADE, primary_key=True, related_name="total")
    answers = models.PositiveIntegerField(default=0)
    firsts = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    score_squared = models.FloatField(default=0.0)
    pairs = models.PositiveIntegerField(default=0)
    rest = models.FloatField(default=0.0)
    rest_squared = models.FloatField(default=0.0)
    score_rest = models.FloatField(default=0.0)
    paired_score = models.FloatField(default=0.0)
    paired_score_squared = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("total of a question")

    def __str__(self) -> str:
        return f"{self.question_id}: {self.answers} answers"


class ChoiceTotal(models.Model):
    """How often a choice (or a typed answer) was given, and how good those who gave it are otherwise."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choice_totals")
    choice = models.CharField(max_length=120)
    times = models.PositiveIntegerField(default=0)
    rest = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("total of a choice")
        constraints = [models.UniqueConstraint(fields=["question", "choice"], name="one_row_per_question_and_choice")]

    def __str__(self) -> str:
        return f"{self.question_id}, {self.choice}: {self.times}"
