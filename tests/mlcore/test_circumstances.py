"""What stands between lessons and learners keeps its promises in any world."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.interactions import Numbers
from mlcore.worlds.circumstances import DropOut, Fatigue, MeasurementError, Modalities, Within
from mlcore.worlds.planning import chain_in
from mlcore.worlds.registry import WORLDS, measured
from mlcore.worlds.tms import tree
from mlcore.worlds.world import Taken
from tests.mlcore.lives import MANY, gain, rng, taught


def test_questions_slip_and_are_guessed_as_often_as_they_say() -> None:
    world = measured(tree())
    random = rng(4)
    state = Within(random.choice([0, 30], MANY), np.zeros(MANY))  # nothing, or everything
    lesson = Taken(np.zeros(MANY, np.int64), np.zeros(MANY, bool))

    after, answers = world.teach(state, lesson, random)

    held = np.take_along_axis(world.mastery(after), answers.skill, axis=1) > 0.5
    for item in range(world.items):
        asked = answers.item == item
        assert np.mean(answers.correct[asked & held]) == pytest.approx(1 - world.slip[item], abs=0.05)
        assert np.mean(answers.correct[asked & ~held]) == pytest.approx(world.guess[item], abs=0.05)


def test_errors_of_measurement_change_no_learning() -> None:
    plain, lesson = tree(), np.zeros(MANY, np.int64)

    assert gain(plain, *taught(plain, [lesson] * 3)) == pytest.approx(
        gain(measured(plain), *taught(measured(plain), [lesson] * 3)), abs=0.02
    )
    assert chain_in(measured(plain)) is plain
    assert chain_in(Fatigue("fatigue", plain)) is None


def gains_by_modality(name: str) -> list[float]:
    world = WORLDS[name].make()
    return [gain(world, *taught(world, [np.full(MANY, modality)] * 2)) for modality in range(4)]


def test_in_the_null_world_no_modality_teaches_more() -> None:
    assert np.ptp(gains_by_modality("null_world")) < 0.02


def test_the_modality_that_suits_a_learner_teaches_them_more() -> None:
    world = WORLDS["modalities"].make()
    random = rng(5)
    before = world.begin(MANY, random)
    best, worst = before.own.argmax(axis=1), before.own.argmin(axis=1)

    by_best, _ = world.teach(before, Taken.by_all(best), random)
    by_worst, _ = world.teach(before, Taken.by_all(worst), random)

    assert gain(world, before, by_worst) == pytest.approx(0.3 * gain(world, before, by_best), abs=0.02)
    assert np.ptp(gains_by_modality("modalities")) < 0.02  # nobody's best is everybody's


def test_lessons_tire_until_the_next_session() -> None:
    world = Fatigue("fatigue", tree(tests_all=False), rate=0.5, session=4)
    state, asleep = world.begin(5, rng()), []
    for _ in range(9):
        asleep.append(float(state.own[0, 1]))
        state, _ = world.teach(state, Taken.by_all(np.zeros(5, np.int64)), rng())

    assert asleep == pytest.approx([0, 0.5, 1.0, 1.5, 0, 0.5, 1.0, 1.5, 0])


def test_tired_learners_learn_less() -> None:
    lessons = [np.full(MANY, lesson) for lesson in (0, 2, 4, 1)]
    fresh, tired = tree(), Fatigue("fatigue", tree(), rate=0.5)

    assert gain(tired, *taught(tired, lessons)) < gain(fresh, *taught(fresh, lessons)) - 0.05


def test_who_left_learns_and_answers_nothing_more() -> None:
    world = DropOut("drop_out", tree(tests_all=False), anyway=0.5)
    random = rng(6)
    state = world.begin(500, random)
    state, _ = world.teach(state, Taken.by_all(np.zeros(500, np.int64)), random)
    gone = state.own > 0

    after, answers = world.teach(state, Taken.by_all(np.zeros(500, np.int64)), random)

    assert 0.4 < gone.mean() < 0.65
    np.testing.assert_array_equal(np.isnan(answers.correct).all(axis=1), gone)
    np.testing.assert_array_equal(world.score(after)[gone], world.score(state)[gone])
    assert (after.own[gone] > 0).all()


def test_wrappers_can_be_put_around_each_other() -> None:
    world = DropOut("all", Fatigue("tired", Modalities("ways", MeasurementError("noisy", tree(), *_errors()))))

    before, after = taught(world, [np.zeros(300, np.int64)] * 5)

    assert gain(world, before, after) > 0


def _errors() -> tuple[Numbers, Numbers]:
    return np.full(14, 0.2), np.full(14, 0.1)
