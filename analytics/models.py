"""Counts that pages read instead of the log. Folded from the log behind a bookmark; the log can rebuild them all."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment, Module, Question


class EnrollmentTotal(models.Model):
    """What one learner did in one course, up to `seen_up_to`, and when last.

    `recent_scores` has the last ten answers, oldest first; `finished` the ids of modules. `too_hard` and
    `answers_in_module` count since a module was last finished.
    `expected_by` is when their own rhythm would have brought them back.
    """

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, primary_key=True, related_name="total")
    seen_up_to = models.PositiveBigIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    firsts = models.PositiveIntegerField(default=0)
    first_score = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    finished = models.JSONField(default=list)
    overrides = models.PositiveIntegerField(default=0)
    too_hard = models.PositiveIntegerField(default=0)
    wrong_in_a_row = models.PositiveIntegerField(default=0)
    recent_scores = models.JSONField(default=list)
    recent_score = models.FloatField(default=0.0)
    module = models.ForeignKey(Module, on_delete=models.SET_NULL, null=True, related_name="+")
    answers_in_module = models.PositiveIntegerField(default=0)
    active_days = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    expected_by = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("total of a learner")
        verbose_name_plural = _("totals of learners")

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.answers} answers"


class EnrollmentDay(models.Model):
    """What one learner did in one course on one day (UTC)."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    answers = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    modules_finished = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a learner")
        verbose_name_plural = _("days of learners")
        constraints = [models.UniqueConstraint(fields=["enrollment", "day"], name="one_row_per_enrollment_and_day")]

    def __str__(self) -> str:
        return f"{self.enrollment_id} on {self.day}"


class FirstAnswer(models.Model):
    """That a learner has answered a question before, so that only their first answer judges the question."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()

    class Meta:
        verbose_name = _("first answer")
        constraints = [models.UniqueConstraint(fields=["enrollment", "question"], name="one_first_answer_per_question")]

    def __str__(self) -> str:
        return f"{self.enrollment_id}, {self.question_id}: {self.score}"


class QuestionTotal(models.Model):
    """Answers to a question: sums from which facility, discrimination and times follow. Made-up learners stand apart.

    A first answer makes a pair when the learner had answered enough other questions before: `rest` is their mean score
    on those, so that discrimination is the correlation of score and rest (the item-rest correlation). `time_bins`
    counts first answers by `timing.bin_of` their seconds, from which the median follows.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="totals")
    is_simulated = models.BooleanField(default=False)
    answers = models.PositiveIntegerField(default=0)
    firsts = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0)
    hints = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    time_bins = models.JSONField(default=dict)
    pairs = models.PositiveIntegerField(default=0)
    paired_score = models.FloatField(default=0.0)
    paired_score_squared = models.FloatField(default=0.0)
    rest = models.FloatField(default=0.0)
    rest_squared = models.FloatField(default=0.0)
    score_rest = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("total of a question")
        verbose_name_plural = _("totals of questions")
        constraints = [models.UniqueConstraint(fields=["question", "is_simulated"], name="one_total_per_question")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.answers} answers"


class ChoiceTotal(models.Model):
    """How many first answers gave a choice (or typed an answer), and how good those who did are otherwise."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choice_totals")
    is_simulated = models.BooleanField(default=False)
    choice = models.CharField(max_length=120)
    times = models.PositiveIntegerField(default=0)
    pairs = models.PositiveIntegerField(default=0)
    rest = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("total of a choice")
        verbose_name_plural = _("totals of choices")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "is_simulated", "choice"], name="one_row_per_question_and_choice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id}, {self.choice}: {self.times}"
