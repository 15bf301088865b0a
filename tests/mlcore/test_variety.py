"""One course that looks like many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlcore.episodes import NOBODY, Episodes, episodes_in
from mlcore.variety import AS_IT_IS, vary
from tests.mlcore.conftest import rasch_cohort


@pytest.fixture(scope="module")
def course() -> Episodes:
    log = rasch_cohort(learners=80, answers=20, seed=4)
    return episodes_in(replace(log, seconds=np.full(len(log), 9.0), hints=np.ones(len(log))))


def test_as_it_is_changes_nothing(course: Episodes) -> None:
    same = vary(course, AS_IT_IS, np.random.default_rng(0))

    np.testing.assert_array_equal(same.questions.item, course.questions.item)
    np.testing.assert_array_equal(same.outcomes.seconds, course.outcomes.seconds)


def test_thinning_makes_courses_easier_and_harder_and_leaves_out_whole_items(course: Episodes) -> None:
    thinned = [vary(course, replace(AS_IT_IS, thinned=1.0), np.random.default_rng(seed)) for seed in range(30)]

    rates = [float(one.outcomes.correct.mean()) for one in thinned]
    assert min(rates) < course.outcomes.correct.mean() - 0.03
    assert max(rates) > course.outcomes.correct.mean() + 0.03
    for one in thinned:
        kept = np.isin(course.questions.item, one.questions.item)
        assert len(one) == kept.sum()
        assert one.learners == course.learners


@pytest.mark.parametrize(
    ("name", "column"), [("without_paces", "seconds"), ("without_times", "at"), ("without_hints", "hints")]
)
def test_a_column_that_is_left_out_says_nothing(course: Episodes, name: str, column: str) -> None:
    told = getattr(vary(course, replace(AS_IT_IS, **{name: 1.0}), np.random.default_rng(0)).outcomes, column)

    assert not np.nan_to_num(told).any()


def test_a_course_may_be_without_skills_or_name_them_alone(course: Episodes) -> None:
    rng = np.random.default_rng(0)
    bare = vary(course, replace(AS_IT_IS, without_skills=1.0), rng)
    coarse = vary(course, replace(AS_IT_IS, items_as_skills=1.0), rng)

    assert (bare.questions.skills == NOBODY).all()
    np.testing.assert_array_equal(coarse.questions.item, course.questions.skills[:, 0])


def test_made_up_ratings_tell_of_difficulty_and_are_the_same_for_an_item(course: Episodes) -> None:
    rated = vary(course, replace(AS_IT_IS, authored=1.0), np.random.default_rng(1)).questions

    assert set(np.unique(rated.difficulty)) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    assert np.corrcoef(rated.difficulty, course.outcomes.correct)[0, 1] < -0.05
    for item in np.unique(rated.item):
        assert len(np.unique(rated.difficulty[rated.item == item])) == 1
