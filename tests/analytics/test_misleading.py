"""Many questions are looked at together: chance alone accuses nearly none, and a misleading one is found."""

import numpy as np
import pytest

from analytics.misleading import chance_of_innocence, misleading
from analytics.models import QuestionTotal
from analytics.statistics import statistics_of

QUESTIONS, LEARNERS = 166, 40


def total_of(question: int, scores: np.ndarray, rests: np.ndarray) -> QuestionTotal:
    """The sums that summarizing would have written."""
    return QuestionTotal(
        question_id=question,
        firsts=len(scores),
        pairs=len(scores),
        score=scores.sum(),
        paired_score=scores.sum(),
        paired_score_squared=(scores**2).sum(),
        rest=rests.sum(),
        rest_squared=(rests**2).sum(),
        score_rest=(scores * rests).sum(),
    )


def cohort(seed: int, slope: float, misleading_slope: float | None = None) -> list[QuestionTotal]:
    """Made-up learners answer every question by chance and ability; `slope` tells how much ability counts.

    What they did elsewhere is scored on good questions. With `misleading_slope`, question 0 has a slope of its own.
    """
    random = np.random.default_rng(seed)
    ability = random.normal(size=(LEARNERS, 1))
    slopes = np.full(QUESTIONS, slope)
    slopes[0] = slope if misleading_slope is None else misleading_slope
    chances = 1 / (1 + np.exp(-(slopes * ability - random.normal(0, 0.7, QUESTIONS))))
    scores = (random.random((LEARNERS, QUESTIONS)) < chances).astype(float)
    elsewhere = (random.random((LEARNERS, 30)) < 1 / (1 + np.exp(-1.5 * ability))).mean(axis=1)
    return [total_of(number, scores[:, number], elsewhere) for number in range(QUESTIONS)]


@pytest.mark.parametrize("slope", [0.0, 1.0], ids=["questions that tell nothing", "good questions"])
def test_chance_alone_accuses_nearly_no_question(slope: float) -> None:
    named = [len(misleading(cohort(seed, slope))) for seed in range(20)]

    assert sum(named) <= 3  # of 3320


def test_the_interval_of_each_question_alone_would_accuse_many() -> None:
    found = [statistics_of(total).discrimination for total in cohort(seed=0, slope=0.0)]

    assert sum(estimate is not None and estimate.high < 0 for estimate in found) >= 8


@pytest.mark.parametrize("seed", range(5))
def test_a_question_that_truly_misleads_is_found_among_many(seed: int) -> None:
    assert misleading(cohort(seed, slope=1.0, misleading_slope=-4.0)) == {0}


def test_the_chance_of_innocence_is_half_at_no_correlation_and_small_below() -> None:
    ability = np.linspace(0, 1, 20)
    even = np.tile([1.0, 0.0, 0.0, 1.0], 5)

    assert chance_of_innocence(total_of(1, even, ability)) == pytest.approx(0.5, abs=0.05)
    assert (chance_of_innocence(total_of(1, (ability < 0.5).astype(float), ability)) or 1) < 0.001
    assert chance_of_innocence(total_of(1, even[:8], ability[:8])) is None
