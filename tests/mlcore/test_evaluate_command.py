"""`python -m mlcore evaluate` from a file to a report, and its complaints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.algorithms.champion import Champion, champion_from
from mlcore.checkpoint import load_checkpoint, save_checkpoint
from mlcore.commands import simulate as simulate_command
from mlcore.datasets import read_courses
from mlcore.evaluation.asking import Split
from mlcore.registry import RIVALS, may_have_met
from mlcore.simulation import Course, Habits, Question, simulate


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "arithmetic.csv"
    course = Course("arithmetic", {"add": []}, [Question(f"q{number}", ["add"], 1 + number) for number in range(5)])
    rows = simulate(course, 40, Habits(answers=12), np.random.default_rng(0))
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_a_report_compares_the_rivals_asked_for(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--data", str(log), "--rivals", "item_mean,rasch_eb", "--checkpoint", "none", "--shots", "0,2"]

    status = main(["evaluate", *words, "--seeds", "2", "--out", str(tmp_path / "out")])

    assert status == 0
    shown = capsys.readouterr().out
    assert "| predictor | k=0 | k=2 | next | new skill |" in shown
    assert "| rasch_eb |" in shown
    assert set(pd.read_parquet(tmp_path / "out" / "predictions.parquet")["seed"]) == {0, 1}

    assert main(["evaluate", "--predictions", str(tmp_path / "out/predictions.parquet"), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "report.md").read_text() == (tmp_path / "out" / "report.md").read_text()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--data", "nowhere.csv"], "nowhere.csv: there is no such file"),
        (["--data", "LOG", "--learners", "3"], "too few learners; each part (60%, 15%, 25%) needs 3"),
        (["--data", "LOG", "--checkpoint", "nowhere.bin"], "nowhere.bin"),
        (["--predictions", "LOG"], "is no table of predictions"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_status_2(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    words = [str(log) if word == "LOG" else word for word in words]

    status = main(["evaluate", *words, "--rivals", "item_mean", "--out", str(tmp_path)])

    lines = [line for line in capsys.readouterr().err.splitlines() if line and "fit/s" not in line]
    assert status == 2
    assert complaint in lines[-1]
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--rivals", "oracle"], "nothing is called oracle"),
        (["--shots", "a,b"], "no list of numbers"),
        (["--shots", "-1"], "0 or more"),
        (["--seeds", "0"], "no number from 1 on"),
        (["--pass-mark", "nan"], "'nan' is no score; write a number, as in 40"),
        (["--pass-mark", "inf"], "'inf' is no score"),
        (["--pass-mark", "half"], "'half' is no score"),
    ],
)
def test_impossible_options_are_refused(capsys: pytest.CaptureFixture[str], words: list[str], complaint: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "--data", "log.csv", "--out", "out", *[f"{words[0]}={words[1]}"]])

    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_checkpoint_that_met_the_test_learners_is_told_of() -> None:
    spared = {"courses": {"arithmetic": {}}, "options": {"spare_test_of_seed": 1}}
    adept = Champion(replace(load_checkpoint(), facts=spared))

    assert may_have_met(adept, "arithmetic", seed=0)
    assert not may_have_met(adept, "arithmetic", seed=1)
    assert not may_have_met(adept, "geometry", seed=0)
    assert not may_have_met(RIVALS["item_mean"](), "arithmetic", seed=0)


def test_options_never_move_a_learner_to_another_part(log: Path, tmp_path: Path) -> None:
    def tested(*options: str) -> set[str]:
        words = ["--data", str(log), "--rivals", "item_mean", "--checkpoint", "none", "--shots", "0", *options]
        assert main(["evaluate", *words, "--out", str(tmp_path)]) == 0
        return set(pd.read_parquet(tmp_path / "predictions.parquet")["learner"])

    assert tested("--learners", "24", "--min-answers", "5") < tested()


def test_a_course_graph_is_read(tmp_path: Path) -> None:
    path = tmp_path / "course.json"
    path.write_text('{"skills": {"add": [], "carry": ["add"]}, "questions": [{"name": "q", "skills": ["carry"]}]}')

    course = simulate_command.read_course(path)

    assert course.name == "course"
    assert course.questions[0].difficulty == 3


def test_each_split_is_judged_with_the_checkpoint_that_spared_its_test_learners(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = load_checkpoint()
    for seed, spared in enumerate((0, 1, 1)):
        facts = {"courses": {"arithmetic": {}}, "options": {"spare_test_of_seed": spared}}
        weights = replace(shipped.weights, head_bias=shipped.weights.head_bias + np.float32(seed))
        save_checkpoint(replace(shipped, weights=weights, facts=facts), tmp_path / f"spared-{seed}.safetensors")
    words = ["--data", str(log), "--rivals", "item_mean", "--shots", "1", "--out", str(tmp_path)]
    named = ["--checkpoint", str(tmp_path / "spared-{seed}.safetensors")]

    assert main(["evaluate", *words, *named, "--seeds", "2"]) == 0
    assert "Warning" not in capsys.readouterr().err
    judged = pd.read_parquet(tmp_path / "predictions.parquet")

    for seed in (0, 1):
        split = Split.of(read_courses([log])[0], seed)
        alone = champion_from(str(tmp_path / f"spared-{seed}.safetensors")).fit(split.train, split.validation, seed)
        own = judged.loc[(judged["seed"] == seed) & (judged["protocol"] == "next"), "p_adept"]
        assert sorted(own) == pytest.approx(sorted(alone.predict_next(split.test)))

    assert main(["evaluate", *words, *named, "--seeds", "3"]) == 0
    assert "may have met the test learners of seed 2" in capsys.readouterr().err


def test_a_checkpoint_that_is_missing_for_one_split_is_named_before_anybody_is_asked(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(replace(load_checkpoint(), facts={}), tmp_path / "spared-0.safetensors")
    words = ["--data", str(log), "--rivals", "item_mean", "--seeds", "2", "--out", str(tmp_path / "out")]

    status = main(["evaluate", *words, "--checkpoint", str(tmp_path / "spared-{seed}.safetensors")])

    (line,) = capsys.readouterr().err.splitlines()  # no bar of progress before it
    assert status == 2
    assert "spared-1.safetensors: No such file" in line
    assert not (tmp_path / "out").exists()
