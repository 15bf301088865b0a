"""What is believed of skills is what the tutor says, coverage is counted by hand, and a clock that ticks is read."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from math import erf, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore import Answer, load_tutor
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.timing import timings
from mlcore.evaluation.uncertainty import coverages, histories, mastery_table
from mlcore.interactions import Interactions, Numbers
from tests.mlcore.conftest import rasch_cohort

REACH = 1.6449  # standard deviations of a 90 % interval


@pytest.fixture(scope="module")
def course() -> Interactions:
    return rasch_cohort(learners=6, answers=25, seed=9)


def test_histories_are_the_answers_in_order(course: Interactions) -> None:
    timed = replace(course, seconds=np.where(course.position == 0, np.nan, 4.0), hints=np.full(len(course), 2.0))

    (name, answers), *_ = histories(timed)

    first = np.flatnonzero(course.learner == 0)
    assert name == "learner0"
    assert [answer.item for answer in answers] == [course.item_names[code] for code in course.item[first]]
    assert [answer.correct for answer in answers] == course.correct[first].tolist()
    assert (answers[0].seconds, answers[1].seconds, answers[0].hints, answers[0].at) == (None, 4.0, 2, None)
    assert list(answers[0].skills) == [course.skill_names[code] for code in course.skills[first[0]] if code >= 0]


def test_mastery_is_that_of_the_tutor_before_and_after(course: Interactions) -> None:
    tutor = load_tutor()

    table = mastery_table(tutor, course)

    (_, answers), *_ = histories(course)
    row = table[(table["learner"] == "learner0") & (table["k"] == 5)].iloc[0]
    early, late = (tutor.mastery(tutor.fold(tutor.begin(), answers[:k]), [row["skill"]])[0] for k in (5, 20))
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((early.mean, early.low, early.high))
    assert (row["later_mean"], row["later_low"]) == pytest.approx((late.mean, late.low))
    assert (table["later_answers"] >= table["answers"] + 2).all()
    assert set(table["k"]) == {5, 10}


def test_learners_who_stop_early_have_nothing_to_be_compared_with(course: Interactions) -> None:
    assert len(mastery_table(load_tutor(), course.rows(course.position < 19))) == 0


def chance(logit: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-logit))


def test_coverage_by_hand() -> None:
    moves = np.array([0.0, 0.7 * REACH, -0.9 * REACH, 1.1 * REACH])  # logits; of sd 1, .6 remain and .8 are of the move
    mastery = pd.DataFrame(
        {
            "course": "arithmetic",
            "cohort": 20,
            "k": 5,
            "learner": ["ada", "ada", "noor", "noor"],
            "mean": 0.5,
            "low": chance(-REACH),
            "high": chance(REACH),
            "later_mean": chance(moves),
            "later_low": chance(moves - 0.6 * REACH),
            "later_high": chance(moves + 0.6 * REACH),
        }
    )

    (found,) = coverages(mastery)

    assert (found.learners, found.skills, found.covered, found.as_moves) == (2, 4, 0.75, 0.5)
    assert found.expected == pytest.approx(erf(REACH / 0.8 / sqrt(2)))  # 1.645 sd of the truth are so many of a move
    assert found.low <= 0.75 <= found.high
    assert found.mean_move == pytest.approx(np.abs(chance(moves) - 0.5).mean())
    assert found.mean_width == pytest.approx(chance(REACH) - chance(-REACH))


def test_intervals_hold_the_truth_about_nine_times_in_ten() -> None:
    """Learners drawn from the population that the tutor starts from; nobody knows the questions beforehand."""
    tutor, rng, held = load_tutor(), np.random.default_rng(3), []
    population, level_sd = tutor.calibration.population, tutor.calibration.level_sd
    for learner in range(300):
        ability = rng.normal(scale=np.hypot(population.ability_sd, level_sd))
        skills = tutor.calibration.level + ability + population.effect_sd * rng.normal(size=2)
        known = np.hypot(population.skill_sd, population.item_sd)
        answers = [
            Answer(f"{learner} {n}", [str(n % 2)], int(rng.random() < chance(skills[n % 2] + known * rng.normal())))
            for n in range(12)
        ]
        beliefs = tutor.mastery(tutor.fold(tutor.begin(), answers), ["0", "1"])
        truth = tutor.calibration.slope * skills + tutor.calibration.shift
        held += [each.low <= chance(logit) <= each.high for each, logit in zip(beliefs, truth, strict=True)]

    assert 0.87 <= np.mean(held) <= 0.94


def test_a_deed_takes_what_the_clock_says(course: Interactions) -> None:
    ticks = count()

    table = timings(load_tutor(), course, clock=lambda: 500_000 * next(ticks), runs=20)  # half a millisecond a tick

    assert table["deed"].tolist() == ["observe", "predict 20", "refit 10, predict 20"]
    assert (table[["p50_ms", "p95_ms", "p99_ms"]] == 0.5).all(axis=None)


def test_nobody_is_timed_where_nobody_answers_enough(course: Interactions) -> None:
    assert len(timings(load_tutor(), course.rows(course.position < 9), clock=lambda: 0)) == 0


def test_a_dump_without_cohorts_is_of_training_learners(tmp_path: Path) -> None:
    columns = ("course", "seed", "protocol", "k", "learner", "is_new_skill", "correct")
    pd.DataFrame({name: [0] for name in columns}).to_parquet(tmp_path / "old.parquet")

    assert Dump.read(tmp_path / "old.parquet").predictions["cohort"].tolist() == [-1]


def test_a_dump_that_lacks_a_column_says_which(tmp_path: Path) -> None:
    pd.DataFrame({"course": ["a"], "learner": ["b"]}).to_parquet(tmp_path / "bad.parquet")

    with pytest.raises(ValueError, match=r"bad.parquet has no seed, protocol, k, is_new_skill, correct"):
        Dump.read(tmp_path / "bad.parquet")
