"""Which questions mislead, when so many are looked at that chance alone makes some of them look so."""

import math
from collections.abc import Iterable

from analytics.definitions import INNOCENT
from analytics.models import QuestionTotal
from analytics.statistics import statistics_of


def misleading(totals: Iterable[QuestionTotal]) -> set[int]:
    """Return the questions named: of these, we expect at most INNOCENT to be there by chance.

    Benjamini and Hochberg (1995), section 3.1: with n questions judged, the k least likely ones are named for the
    greatest k of which the last has a chance of at most k / n × INNOCENT.
    """
    chances = sorted(
        (chance, total.question_id) for total in totals if (chance := chance_of_innocence(total)) is not None
    )
    passed = [rank for rank, (chance, _) in enumerate(chances, 1) if chance <= INNOCENT * rank / len(chances)]
    return {question for _, question in chances[: max(passed, default=0)]}


def chance_of_innocence(total: QuestionTotal) -> float | None:
    """How likely a discrimination this low is where the truth is 0 (Fisher's z); None while it is not judged."""
    found = statistics_of(total).discrimination
    if found is None:
        return None
    z = math.atanh(max(-0.999999, min(0.999999, found.value))) * math.sqrt(max(total.pairs - 3, 1))
    return 0.5 * math.erfc(-z / math.sqrt(2))
