"""A trainer's cohorts at a glance: one line each, from a handful of statements however many learners there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from analytics.attention import needing
from analytics.models import EnrollmentDay
from analytics.scope import runs_on
from analytics.sparks import Spark, spark_of
from courses.models import Cohort, Enrollment

SPARK_DAYS = 28
RECENT_DAYS = 7
OF_ENROLLMENT, OF_DAY = "learner__cohorts", "enrollment__learner__cohorts"


@dataclass(frozen=True)
class Summary:
    """One cohort in a list."""

    cohort: Cohort
    learners: int
    courses: tuple[str, ...]
    in_need: int
    active: int  # learners in the last seven days
    answers: tuple[int, ...]  # a day, oldest first
    spark: Spark

    @property
    def total_answers(self) -> int:
        return sum(self.answers)


def summaries_of(cohorts: Collection[Cohort]) -> list[Summary]:
    """Return one line for each of these cohorts."""
    now = timezone.now()
    keys = [cohort.pk for cohort in cohorts]
    running = [cohort.pk for cohort in cohorts if runs_on(cohort, now.date())]
    learners = dict(_enrolled(keys).values_list(OF_ENROLLMENT).annotate(count=Count("learner", distinct=True)))
    needs = dict(needing(_enrolled(running), now).values_list(OF_ENROLLMENT).annotate(count=Count("pk")))
    recent = _days(keys, now, RECENT_DAYS).values_list(OF_DAY)
    active = dict(recent.annotate(count=Count("enrollment__learner", distinct=True)))
    answers = _answers(keys, now)
    courses = _courses(keys)
    return [
        Summary(
            cohort,
            learners.get(cohort.pk, 0),
            tuple(courses[cohort.pk]),
            needs.get(cohort.pk, 0),
            active.get(cohort.pk, 0),
            tuple(answers[cohort.pk]),
            spark_of(answers[cohort.pk]),
        )
        for cohort in cohorts
    ]


def _enrolled(cohorts: Collection[int]) -> QuerySet[Enrollment]:
    """Enrollments of cohorts, once for each cohort they belong to."""
    own = Q(learner__cohorts__in=cohorts, course__cohorts=F("learner__cohorts"))
    return Enrollment.objects.filter(own)


def _days(cohorts: Collection[int], now: datetime, days: int) -> QuerySet[EnrollmentDay]:
    own = Q(
        enrollment__learner__cohorts__in=cohorts,
        enrollment__course__cohorts=F("enrollment__learner__cohorts"),
        day__gt=now.date() - timedelta(days=days),
    )
    return EnrollmentDay.objects.filter(own)


def _answers(cohorts: Sequence[int], now: datetime) -> dict[int, list[int]]:
    """Return the answers of each cohort on each of the last days."""
    answers = {cohort: [0] * SPARK_DAYS for cohort in cohorts}
    first = now.date() - timedelta(days=SPARK_DAYS - 1)
    rows = _days(cohorts, now, SPARK_DAYS).values_list(OF_DAY, "day").annotate(total=Sum("answers"))
    for cohort, day, total in rows:
        if day <= now.date():
            answers[cohort][(day - first).days] = total
    return answers


def _courses(cohorts: Collection[int]) -> dict[int, list[str]]:
    titles = defaultdict(list)
    links = Cohort.courses.through.objects.filter(cohort__in=cohorts).order_by("course__title")
    for cohort, title in links.values_list("cohort", "course__title"):
        titles[cohort].append(title)
    return titles
