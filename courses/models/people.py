"""Who is here: users with roles, the cohorts that trainers look after, and enrollments."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from courses import clock
from courses.models.content import Course
from courses.naming import OneLine


class Need(models.TextChoices):
    """How somebody needs lessons to be. Courses say by their content whether they are (courses.needs)."""

    CAPTIONS = "captions", _("Captions or a transcript wherever there is sound")
    SILENT = "silent", _("Nothing that plays sound")
    UNSEEN = "unseen", _("Nothing that has to be seen: pictures and films with their content in words")


class UserManager(BaseUserManager["User"]):
    """Makes users that sign in with their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Everyone can learn; trainers look after cohorts, authors write courses, admins (is_staff) run the place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = OneLine(_("first name"), max_length=150, blank=True)
    last_name = OneLine(_("last name"), max_length=150, blank=True)
    email = models.EmailField(_("email address"), unique=True)
    is_trainer = models.BooleanField(_("trainer"), default=False, help_text=_("May look after cohorts."))
    is_author = models.BooleanField(_("author"), default=False, help_text=_("May write and publish courses."))
    is_simulated = models.BooleanField(
        _("simulated"), default=False, help_text=_("Made up to show how a cohort looks.")
    )
    needs = models.JSONField(_("needs"), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email_address",
                violation_error_message=_("Somebody has this address already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name as everybody sees it, on Django's own pages, too: never the whole address."""
        return super().get_full_name() or self.email.split("@")[0]

    def get_short_name(self) -> str:
        return self.first_name or self.name


class CohortQuerySet(models.QuerySet["Cohort"]):
    def taught_by(self, trainer: User) -> Self:
        """Cohorts this person may look into: their own, or all of them for an admin."""
        return self if trainer.is_staff else self.filter(trainers=trainer, trainers__is_trainer=True)


class Cohort(models.Model):
    """People who take courses together, and the trainers who coach them."""

    name = OneLine(_("name"), max_length=120)
    learners = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="cohorts", blank=True, verbose_name=_("learners")
    )
    trainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="trained_cohorts", blank=True, verbose_name=_("trainers")
    )
    courses = models.ManyToManyField(Course, related_name="cohorts", blank=True, verbose_name=_("courses"))
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    is_simulated = models.BooleanField(_("simulated"), default=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="a_cohort_ends_after_it_starts",
                violation_error_message=_("A cohort cannot end before it starts: mend one of the two dates."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def with_edition(self) -> Self:
        """With what every step of the learning loop asks for: the edition of the course, and the learner's needs."""
        return self.select_related("course__edition", "learner")

    def in_cohort(self, cohort: Cohort) -> Self:
        """Enrollments of the cohort's learners in the cohort's courses."""
        return self.filter(learner__cohorts=cohort, course__cohorts=cohort)


class Enrollment(models.Model):
    """One learner in one course. Its row is the lock under which that learner's log grows."""

    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrollments")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrollments")
    enrolled_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_sequence = models.PositiveBigIntegerField(default=0)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "course"],
                name="one_enrollment_per_learner_and_course",
                violation_error_message=_("This learner takes this course already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner} in {self.course}"
