"""Questions as authors edit them, and each of their versions as learners saw it."""

from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.fields import StreamField

from courses.blocks import ANSWER_BLOCKS, HINT_BLOCKS
from courses.models.content import Content, Course, Difficulty, Module, Skill, is_bookkeeping
from courses.versions import content_of, digest_of


class QuestionKind(models.TextChoices):
    SINGLE_CHOICE = "single_choice", _("Single choice")
    MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
    TRUE_OR_FALSE = "true_or_false", _("True or false")
    NUMERIC = "numeric", _("Numeric")
    SHORT_TEXT = "short_text", _("Short text")
    MATCHING = "matching", _("Matching")
    ORDERING = "ordering", _("Ordering")
    CLOZE = "cloze", _("Cloze")


class Question(Content):
    """A question of a module. `answer` holds one block, whose type is the question's kind."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="questions", verbose_name=_("module"))
    slug = models.SlugField(_("slug"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=QuestionKind.choices, editable=False)
    title = models.CharField(_("question"), max_length=300, help_text=_("The question itself, in one line. Markdown."))
    prompt = models.TextField(
        _("detail"),
        blank=True,
        help_text=_("Code, data or anything else it needs. Markdown; for a cloze, the text with its {{gaps}}."),
    )
    answer = StreamField(ANSWER_BLOCKS, max_num=1, verbose_name=_("answer"))
    feedback = models.TextField(_("feedback"), blank=True, help_text=_("Shown after any answer. Markdown."))
    hints = StreamField(HINT_BLOCKS, blank=True, verbose_name=_("hints"))
    solution = models.TextField(_("worked solution"), blank=True, help_text=_("Markdown."))
    skills = ParentalManyToManyField(Skill, related_name="questions", verbose_name=_("skills"))
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), choices=Difficulty.choices, default=Difficulty.MEDIUM
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["module", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "slug"],
                name="one_question_per_slug_in_a_module",
                violation_error_message=_("Another question of this module has this slug already."),
            ),
            models.CheckConstraint(
                condition=Q(difficulty__range=(1, 5)),
                name="a_questions_difficulty_is_1_to_5",
                violation_error_message=_("The difficulty is a number from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def own_course(self) -> Course:
        return self.module.course

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what is published, and keep it as a version of its own if learners would see a difference."""
        if self.answer:
            self.kind = self.answer[0].block_type
        super().save(*args, **kwargs)
        if self.live and not is_bookkeeping(kwargs.get("update_fields")):
            self.keep_version()

    def keep_version(self) -> "QuestionVersion":
        """Return the version that equals what is published now; make it if there is none."""
        content = content_of(self)
        latest = self.versions.order_by("-number").first()
        if latest and latest.digest == digest_of(content):
            return latest
        number = latest.number + 1 if latest else 1
        return self.versions.create(number=number, kind=self.kind, content=content, digest=digest_of(content))


class QuestionVersion(models.Model):
    """A question exactly as it was shown. Written once, never changed; answers point here."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=QuestionKind.choices)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("question version")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="versions_of_a_question_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.content['title']} (version {self.number})"
