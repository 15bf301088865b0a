"""What happened, day by day, and how that compares with the days before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum

from analytics.models import EnrollmentDay
from analytics.sparks import Spark, spark_of


@dataclass(frozen=True)
class Day:
    """The counts of one day, of one learner or many."""

    day: date
    answers: int = 0
    score: float = 0.0
    seconds: float = 0.0
    learners: int = 0
    modules: int = 0


@dataclass(frozen=True)
class Trend:
    """One measure of a period, beside the period before."""

    key: str
    now: float | None
    before: float | None
    spark: Spark

    @property
    def change(self) -> float | None:
        return None if self.now is None or self.before is None else self.now - self.before


def days_of(enrollments: QuerySet[Any] | Sequence[int], until: date, days: int) -> list[Day]:
    """Return one entry for each of the last days, the empty ones too, from one statement."""
    since = until - timedelta(days=days - 1)
    rows = (
        EnrollmentDay.objects.filter(enrollment__in=enrollments, day__range=(since, until))
        .values("day")
        .annotate(
            total_answers=Sum("answers"),
            total_score=Sum("score"),
            total_seconds=Sum("seconds"),
            learners=Count("enrollment"),
            modules=Sum("modules_finished"),
        )
    )
    known = {
        row["day"]: Day(
            row["day"], row["total_answers"], row["total_score"], row["total_seconds"], row["learners"], row["modules"]
        )
        for row in rows
    }
    every = (since + timedelta(days=number) for number in range(days))
    return [known.get(day) or Day(day) for day in every]


def trends_of(days: Sequence[Day]) -> list[Trend]:
    """Compare the second half of these days with the first."""
    half = len(days) // 2
    return [_trend(key, days[half:], days[:half]) for key in MEASURES]


def _trend(key: str, now: Sequence[Day], before: Sequence[Day]) -> Trend:
    measure = MEASURES[key]
    weeks = [now[start : start + 7] for start in range(0, len(now), 7)] if len(now) > 28 else [[day] for day in now]
    return Trend(key, measure(now), measure(before), spark_of([measure(week) for week in weeks]))


def _success(days: Sequence[Day]) -> float | None:
    answers = sum(day.answers for day in days)
    return 100 * sum(day.score for day in days) / answers if answers else None


MEASURES = {
    "answers": lambda days: float(sum(day.answers for day in days)),
    "success": _success,
    "hours": lambda days: sum(day.seconds for day in days) / 3600,
    "modules": lambda days: float(sum(day.modules for day in days)),
}
