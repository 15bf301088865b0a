"""Difficulties with a prior of their own: before answers they are that prior, with many answers they forget it."""

from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import Answer, Item
from mlcore.answers import key_of
from mlcore.calibration import Population, Table
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import episodes_in, questions_of
from mlcore.interactions import Interactions
from tests.mlcore.histories import rasch_cohort

NEW = Item("new", ["skill0"])


def expecting(difficulties: dict[str, tuple[float, float]]) -> Table:
    rows = sorted((key_of(name), *told, 0.0) for name, told in difficulties.items())
    keys = np.array([row[0] for row in rows], np.uint64)
    return Table(keys, *np.array([row[1:] for row in rows]).T)


def test_an_item_nobody_answered_is_as_hard_as_expected(cohort: Interactions) -> None:
    plain = fit_difficulty(episodes_in(cohort), Population())
    told = fit_difficulty(episodes_in(cohort), Population(), expecting({"new": (1.5, 0.2)}))

    before, after = (fit.weigh(questions_of([NEW])) for fit in (plain, told))

    assert after.base - before.base == pytest.approx(-1.5, abs=1e-6)
    assert after.sd**2 - after.skill_sd**2 == pytest.approx(0.2**2)
    assert after.item_answers == 0
    known = questions_of([Item("item3", ["skill3"])])
    assert told.weigh(known).base == pytest.approx(plain.weigh(known).base, abs=1e-9)


def test_without_answers_only_the_expectations_are_known(cohort: Interactions) -> None:
    nobody = fit_difficulty(episodes_in(cohort.rows(np.arange(0))), Population(), expecting({"new": (-1.0, 0.3)}))

    prompt = nobody.weigh(questions_of([NEW]))

    assert prompt.base == pytest.approx(nobody.level + 1.0)


def test_an_expectation_like_the_shared_prior_changes_nothing(cohort: Interactions) -> None:
    plain = fit_difficulty(episodes_in(cohort), Population())
    like_shared = expecting({name: (0.0, plain.population.item_sd) for name in cohort.item_names})

    told = fit_difficulty(episodes_in(cohort), Population(), like_shared)

    np.testing.assert_allclose(told.items.mean, plain.items.mean, atol=0.01)
    np.testing.assert_allclose(told.items.sd, plain.items.sd, atol=0.01)
    assert told.population.item_sd == pytest.approx(plain.population.item_sd, abs=0.01)


def test_answers_override_what_was_expected(cohort: Interactions) -> None:
    """Expected 2 logits too hard: the fewer answers it has, the more of that is left."""
    name = "item5"
    wrong = expecting({name: (2.0, 1.0)})
    left = []
    for learners in (2, 12, 120):
        some = episodes_in(cohort.of_learners(np.arange(learners)))
        plain, misled = fit_difficulty(some, Population()), fit_difficulty(some, Population(), wrong)
        key = np.array([key_of(name)], np.uint64)
        left.append(float(misled.items.find(key, 1.0)[0][0] - plain.items.find(key, 1.0)[0][0]))

    assert left[0] > 1.0
    assert left[0] > left[1] > left[2] > 0
    assert left[2] < 0.4


def test_a_tutor_predicts_what_it_was_told_to_expect() -> None:
    tutor = mlcore.load_tutor()
    learners = rasch_cohort(np.random.default_rng(1), 30)
    expected = expecting({"easy": (-1.5, 0.3), "hard": (1.5, 0.3)})

    told = tutor.calibrated(learners, expected)
    told = told.with_calibration(told.calibration.to_bytes())
    chances, _ = told.predict(told.begin(), [Item(name, ["s1"]) for name in ("easy", "unknown", "hard")])

    assert chances[0] > chances[1] + 0.1
    assert chances[1] > chances[2] + 0.1


def test_expectations_tell_the_spread_of_items_by_answers_only(cohort: Interactions) -> None:
    """However many items are expected to be alike, those with answers say how much items vary."""
    alike = expecting({f"new{number}": (0.0, 0.01) for number in range(500)})

    told = fit_difficulty(episodes_in(cohort), Population(), alike)

    plain = fit_difficulty(episodes_in(cohort), Population())
    assert told.population == replace(plain.population, item_sd=pytest.approx(plain.population.item_sd, abs=1e-9))
    assert len(told.items.key) == 524
    assert Answer("new1", [], 1).question.item_key in told.items.key
