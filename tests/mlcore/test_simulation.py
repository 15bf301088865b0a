"""Made-up learners learn, forget and differ, and live the same life again with the same seed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlcore.__main__ import main
from mlcore.datasets import read
from mlcore.simulation import (
    DAY,
    Course,
    Habits,
    Question,
    SimulatedLearner,
    Traits,
    random_course,
    random_traits,
    simulate,
)

CHAIN = {"count": [], "add": ["count"], "multiply": ["add"]}
ADA = Traits(suits={"video": 1.5, "text": 0.7})


def learner(traits: Traits = ADA, seed: int = 0) -> SimulatedLearner:
    return SimulatedLearner(traits, CHAIN, np.random.default_rng(seed))


def test_studying_raises_what_is_held_and_time_lowers_it() -> None:
    ada = learner()
    before = ada.held("count", 0.0)

    ada.study(["count"], "video", at=0.0)

    assert ada.held("count", 0.0) > before + 0.2
    assert ada.held("count", 30 * DAY) < ada.held("count", 3 * DAY) < ada.held("count", 0.0)


def test_one_half_life_halves() -> None:
    ada = learner()
    ada.study(["count"], "video", at=5.0)
    memory = ada.memories["count"]

    assert ada.held("count", 5.0 + memory.half_life) == pytest.approx(memory.strength / 2)


def test_spaced_meetings_last_longer_than_crammed_ones() -> None:
    crammed, spaced = learner(), learner()
    for time in range(4):
        crammed.study(["count"], "text", at=3 * DAY + 60.0 * time)
        spaced.study(["count"], "text", at=time * DAY)

    assert spaced.held("count", 40 * DAY) > crammed.held("count", 40 * DAY)


def test_the_modality_that_suits_teaches_more() -> None:
    by_video, by_text = learner(), learner()
    by_video.study(["count"], "video", at=0.0)
    by_text.study(["count"], "text", at=0.0)

    assert by_video.held("count", 0.0) > by_text.held("count", 0.0)


def test_a_held_prerequisite_helps_to_learn() -> None:
    ready, unready = learner(), learner()
    ready.study(["count"], "video", at=0.0)
    for each in (ready, unready):
        each.study(["add"], "video", at=0.0)

    assert ready.held("add", 0.0) > unready.held("add", 0.0)


def test_harder_questions_and_more_skills_are_answered_right_less_often() -> None:
    ada = learner()

    assert ada.chance(["add"], 1, 0.0) > ada.chance(["add"], 5, 0.0)
    assert ada.chance(["add"], 3, 0.0) > ada.chance(["add", "count"], 3, 0.0)


def test_nobody_is_surer_than_slip_or_worse_than_guess() -> None:
    sage = learner(replace(ADA, ability=30.0))
    novice = learner(replace(ADA, ability=-30.0))

    assert sage.chance(["add"], 1, 0.0) == pytest.approx(1 - ADA.slip)
    assert novice.chance(["add"], 5, 0.0) == pytest.approx(ADA.guess, abs=1e-3)


def test_answers_come_as_often_as_their_chance() -> None:
    chances, outcomes = [], []
    for seed in range(600):
        ada = learner(seed=seed)
        chances.append(ada.chance(["add"], 2, 0.0))
        correct, seconds = ada.answer(["add"], 2, "text", 0.0)
        outcomes.append(correct)
        assert seconds > 1

    assert np.mean(outcomes) == pytest.approx(np.mean(chances), abs=0.05)


def test_asking_for_the_truth_changes_nothing() -> None:
    asked, left_alone = learner(), learner()
    asked.held("multiply", 0.0)
    asked.chance(["add"], 2, 0.0)

    assert asked.answer(["add"], 2, "text", 1.0) == left_alone.answer(["add"], 2, "text", 1.0)


def test_the_same_seed_lives_the_same_life_however_many_others_there_are() -> None:
    course = random_course(5, 4, np.random.default_rng(1))

    few = simulate(course, 3, Habits(answers=20), np.random.default_rng(9))
    many = simulate(course, 6, Habits(answers=20), np.random.default_rng(9))

    assert many[: len(few)] == few


def test_a_cohort_differs_and_improves() -> None:
    rng = np.random.default_rng(0)
    abilities = [random_traits(rng).ability for _ in range(200)]
    course = Course("one", {"add": []}, [Question("q", ["add"], 3)])
    rows = simulate(course, 150, Habits(answers=30), rng)
    first, later = ([row["correct"] for row in rows if (row["order"] >= 10) == late] for late in (False, True))

    assert np.std(abilities) == pytest.approx(1.0, abs=0.15)
    assert np.mean(later) > np.mean(first) + 0.03


def test_a_course_whose_skills_do_not_stand_in_order_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'add' builds on count, which must come before"):
        Course("wrong", {"add": ["count"], "count": []}, [])
    with pytest.raises(ValueError, match="needs divide, which is no skill here"):
        Course("wrong", {"add": []}, [Question("q", ["divide"], 3)])


def test_the_command_writes_a_log_that_the_reader_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made-up.csv"

    status = main(["simulate", "--learners", "5", "--answers", "10", "--out", str(out), "--seed", "4"])

    assert status == 0
    log = read(out)
    assert len(log.learner_names) == 5
    assert (log.correct <= 1).all()
    assert not np.isnan(log.seconds).any()
    assert f"{len(log)} answers of 5 learners" in capsys.readouterr().out


def test_a_malformed_course_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = tmp_path / "course.json"
    graph.write_text('{"skills": {"add": ["count"]}, "questions": []}')

    status = main(["simulate", "--course", str(graph), "--out", str(tmp_path / "out.csv")])

    shown = capsys.readouterr().err
    assert status == 2
    assert "'add' builds on count" in shown
    assert len(shown.strip().splitlines()) == 1


def test_neither_help_nor_simulating_needs_torch() -> None:
    code = "import sys, mlcore.__main__, mlcore.commands.simulate; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
