"""What is taught: courses of modules, the skills they teach, and each module's variants."""

from collections.abc import Iterable
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin

from courses.naming import OneLine


class Modality(models.TextChoices):
    TEXT = "text", _("Text")
    VIDEO = "video", _("Video")
    WORKED_EXAMPLE = "worked-example", _("Worked example")
    INTERACTIVE = "interactive", _("Interactive")
    FLASH_CARDS = "flash-cards", _("Flash cards")
    PROJECT = "project", _("Project")
    REFLECTION = "reflection", _("Reflection")


class Difficulty(models.IntegerChoices):
    GENTLE = 1, _("Gentle")
    EASY = 2, _("Easy")
    MEDIUM = 3, _("Medium")
    HARD = 4, _("Hard")
    DEMANDING = 5, _("Demanding")


# What Wagtail saves beside the content, while the instance in its hand may hold a draft.
BOOKKEEPING = frozenset({"latest_revision", "has_unpublished_changes", "locked", "locked_at", "locked_by"})


def is_bookkeeping(update_fields: Iterable[str] | None) -> bool:
    """Whether a save leaves what learners see as it is."""
    return update_fields is not None and BOOKKEEPING.issuperset(update_fields)


class Content(PreviewableMixin, DraftStateMixin, RevisionMixin, LockableMixin, ClusterableModel):
    """Something an author writes: drafts, preview, history and locking come from Wagtail.

    Columns hold what is published; a draft lives in its revision. Whatever changes in the published content gives its
    course a new edition, so that a process which keeps a course in memory notices.
    """

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        for_concrete_model=False,
    )

    class Meta:
        abstract = True

    @property
    def own_course(self) -> "Course":
        """The course this belongs to."""
        raise TypeError(f"{type(self).__name__} does not say which course it belongs to")

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if not is_bookkeeping(kwargs.get("update_fields")):
            self.own_course.start_new_edition()

    def with_content_json(self, content: dict[str, Any]) -> Self:
        """Return a draft as an object. Its place among its siblings is not part of a draft."""
        draft = super().with_content_json(content)
        if hasattr(self, "position"):
            draft.position = self.position
        return draft

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return type(self).snippet_viewset.preview_modes

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show it as learners would see it. The viewset that edits it knows how."""
        return type(self).snippet_viewset.preview(request, self, mode_name)

    @transaction.atomic
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.own_course.start_new_edition()
        return super().delete(*args, **kwargs)


class Course(Content):
    """A course, and the subject within which learning about modalities is shared."""

    title = OneLine(_("title"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    subject = models.SlugField(
        _("subject"), max_length=60, help_text=_("Courses of one subject share what is learned about modalities.")
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    question_rest = models.PositiveSmallIntegerField(
        _("rest of questions"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("How many other questions come before one is asked again, where the module has enough."),
    )

    has_placement = models.BooleanField(
        _("placement test"),
        default=True,
        help_text=_("Offer newcomers a few questions that find out where to start, if the course has enough of them."),
    )

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def own_course(self) -> "Course":
        return self

    def start_new_edition(self) -> None:
        """Say that published content changed. Costs one statement."""
        if not CourseEdition.objects.filter(course=self.pk).update(number=F("number") + 1):
            CourseEdition.objects.create(course_id=self.pk)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        return models.Model.delete(self, *args, **kwargs)


class CourseEdition(models.Model):
    """Counts the changes of a course's published content. In its own table: publishing an old draft cannot undo it."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="edition", primary_key=True)
    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.course_id}, edition {self.number}"


class Skill(Content):
    """Something a learner can do, with the skills that come before it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="skills", verbose_name=_("course"))
    slug = models.SlugField(_("slug"), max_length=80)
    title = OneLine(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    prerequisites = ParentalManyToManyField(
        "self", symmetrical=False, related_name="unlocks", blank=True, verbose_name=_("prerequisites")
    )

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["course", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "slug"],
                name="one_skill_per_slug_in_a_course",
                violation_error_message=_("Another skill of this course has this slug already."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def own_course(self) -> Course:
        return self.course


class Module(Content):
    """A step of a course: it teaches one or more skills, in one or more variants, and practices them with questions."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="modules", verbose_name=_("course"))
    slug = models.SlugField(_("slug"), max_length=80)
    title = OneLine(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True, help_text=_("What the learner will be able to do. Markdown."))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    skills = ParentalManyToManyField(Skill, related_name="modules", blank=True, verbose_name=_("skills"))

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["course", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "slug"],
                name="one_module_per_slug_in_a_course",
                violation_error_message=_("Another module of this course has this slug already."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def own_course(self) -> Course:
        return self.course


class Variant(Content):
    """One way to learn a module: a modality at a difficulty. All variants of a module teach the same objective."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="variants", verbose_name=_("module"))
    modality = models.CharField(_("modality"), max_length=20, choices=Modality.choices, default=Modality.TEXT)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), choices=Difficulty.choices, default=Difficulty.EASY)
    title = OneLine(
        _("title"), max_length=120, blank=True, help_text=_("The module's title is used when this is empty.")
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=5, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown; for a video, its transcript."))
    media = models.FileField(
        _("video file"),
        upload_to="variants",
        blank=True,
        validators=[FileExtensionValidator(["mp4", "webm", "mp3", "ogg"])],
    )
    media_url = models.URLField(_("video address"), blank=True)
    captions = models.FileField(
        _("captions"), upload_to="variants", blank=True, validators=[FileExtensionValidator(["vtt"])]
    )

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["module", "difficulty", "modality"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "modality", "difficulty"],
                name="one_variant_per_modality_and_difficulty",
                violation_error_message=_("The module has a variant of this modality and difficulty already."),
            ),
            models.CheckConstraint(
                condition=Q(difficulty__range=(1, 5)),
                name="a_variants_difficulty_is_1_to_5",
                violation_error_message=_("The difficulty is a number from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} ({self.get_modality_display()}, {self.get_difficulty_display()})"

    @property
    def heading(self) -> str:
        return self.title or self.module.title

    @property
    def own_course(self) -> Course:
        return self.module.course
