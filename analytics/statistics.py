"""Facility and discrimination from sums, with how sure we are of them."""

import math
from dataclasses import dataclass

from analytics.definitions import ENOUGH_FIRSTS
from analytics.models import QuestionTotal
from analytics.timing import median_of

BAND = 1.2816  # standard deviations: an 80 % interval


@dataclass(frozen=True)
class Estimate:
    """A number and its 80 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Statistics:
    """What a total says of its question; nothing where there is not enough data."""

    answers: int = 0
    firsts: int = 0
    facility: Estimate | None = None
    discrimination: Estimate | None = None
    hints: float | None = None
    median_seconds: float | None = None
    mean_seconds: float | None = None

    @property
    def is_enough(self) -> bool:
        return self.facility is not None


def statistics_of(total: QuestionTotal | None) -> Statistics:
    """Return the statistics of one question."""
    if total is None or total.firsts < ENOUGH_FIRSTS:
        return Statistics(total.answers, total.firsts) if total else Statistics()
    return Statistics(
        answers=total.answers,
        firsts=total.firsts,
        facility=share(total.score, total.firsts),
        discrimination=correlation(total) if total.pairs >= ENOUGH_FIRSTS else None,
        hints=total.hints / total.firsts,
        median_seconds=median_of(total.time_bins),
        mean_seconds=total.seconds / total.timed if total.timed else None,
    )


def share(right: float, count: int) -> Estimate:
    """Return a proportion with its Wilson interval."""
    value, z = right / count, BAND
    center = (value + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * math.sqrt(value * (1 - value) / count + z * z / (4 * count * count))
    return Estimate(value, max(0.0, center - reach), min(1.0, center + reach))


def correlation(total: QuestionTotal) -> Estimate | None:
    """Return the correlation of score and rest with Fisher's interval; None while one of the two does not vary."""
    count = total.pairs
    spread_of_score = total.paired_score_squared - total.paired_score**2 / count
    spread_of_rest = total.rest_squared - total.rest**2 / count
    if min(spread_of_score, spread_of_rest) < 1e-9:
        return None
    together = total.score_rest - total.paired_score * total.rest / count
    value = max(-1.0, min(1.0, together / math.sqrt(spread_of_score * spread_of_rest)))
    center = math.atanh(max(-0.999999, min(0.999999, value)))
    reach = BAND / math.sqrt(max(count - 3, 1))
    return Estimate(value, math.tanh(center - reach), math.tanh(center + reach))
