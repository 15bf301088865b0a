"""What a trainer looks at: a cohort in one of its courses, over the last days. It lives in the address of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from courses.models import Cohort, Course, Enrollment

PERIODS = (7, 28, 90)  # days
USUAL_PERIOD = 28


@dataclass(frozen=True)
class Scope:
    """A cohort, one of its courses (none if it has none) and a period."""

    cohort: Cohort
    courses: tuple[Course, ...]
    course: Course | None
    days: int
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def is_running(self) -> bool:
        return runs_on(self.cohort, self.today)

    @property
    def enrollments(self) -> QuerySet[Enrollment]:
        """Everybody of the cohort in the course."""
        return Enrollment.objects.in_cohort(self.cohort).filter(course=self.course)

    @cached_property
    def size(self) -> int:
        return self.enrollments.count()

    @property
    def query(self) -> str:
        """The part of an address that leads back here."""
        return f"course={self.course.slug}&days={self.days}" if self.course else f"days={self.days}"


def runs_on(cohort: Cohort, day: date) -> bool:
    """Say whether the day is between the cohort's first and its last."""
    return (cohort.starts_on is None or cohort.starts_on <= day) and (cohort.ends_on is None or day <= cohort.ends_on)


def scope_of(cohort: Cohort, asked: Mapping[str, str]) -> Scope:
    """Return what was asked for; the first course and the usual period when it was not, or makes no sense."""
    courses = tuple(cohort.courses.only("title", "slug", "subject", "live").order_by("title"))
    course = next((course for course in courses if course.slug == asked.get("course")), courses[0] if courses else None)
    days = next((days for days in PERIODS if str(days) == asked.get("days")), USUAL_PERIOD)
    return Scope(cohort, courses, course, days, timezone.now())
