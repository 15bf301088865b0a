"""Study against test trials in a log with a later test, on made-up files whose truth is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.effects.backtest import back_test, by_delay, read_trials

LEARNERS, SKILLS = 60, 12


def made_up(path: Path, better: float, delay_hours: float = 30.0) -> Path:
    """A log in which a skill with study trials is `better` known a day later; the first two trials are one of them."""
    rng = np.random.default_rng(2)
    began = pd.Timestamp("2026-03-02 09:00")
    rows = []
    for learner in range(LEARNERS):
        ability, studied = rng.normal(0.0, 0.1), rng.permutation(SKILLS) < SKILLS // 2
        for skill in range(SKILLS):
            kinds = ["study_example" if studied[skill] else "practice_test", "practice_test"]
            for place, kind in enumerate(kinds):
                correct = None if kind == "study_example" else int(rng.random() < 0.5)
                rows.append(
                    (learner, skill, correct, kind, "Practice", began + pd.Timedelta(minutes=2 * skill + place))
                )
            chance = 0.4 + 0.02 * skill + ability + better * studied[skill]
            at = began + pd.Timedelta(hours=delay_hours, minutes=skill)
            rows.append((learner, skill, int(rng.random() < chance), "practice_test", "Posttest", at))
            rows.append((learner, skill, 1, "practice_test", "Posttest", at + pd.Timedelta(minutes=20)))
    log = pd.DataFrame(rows, columns=["learner", "skill", "correct", "modality", "phase", "timestamp"])
    log.sample(frac=1.0, random_state=1).to_csv(path, index=False)
    return path


def test_a_real_difference_is_found_by_the_model_and_by_the_plain_rival(tmp_path: Path) -> None:
    found = back_test(read_trials(made_up(tmp_path / "log.csv", better=0.25)))

    value, low, high = (end[1] for end in found.verdict.differences.believed)
    assert found.verdict.winners == (1,)
    assert low < 0.25 < high
    assert value == pytest.approx(found.plain.value, abs=0.03)
    assert found.plain.low > 0.0
    assert found.better.low > 0.0
    assert found.agrees == 1.0
    assert found.earned
    assert found.earned_otherwise
    assert found.earned.lower_bound(0.95) > found.earned_otherwise.value


def test_where_there_is_none_nothing_is_declared(tmp_path: Path) -> None:
    found = back_test(read_trials(made_up(tmp_path / "log.csv", better=0.0)))

    assert found.verdict.winners == ()
    assert found.plain.low < 0.0 < found.plain.high


def test_only_the_first_answer_of_the_later_test_counts(tmp_path: Path) -> None:
    trials = read_trials(made_up(tmp_path / "log.csv", better=0.0))

    assert len(trials) == LEARNERS * SKILLS
    assert 0.3 < trials.correct.mean() < 0.7
    assert set(by_delay(trials)) == {"all", "tested a day or more later"}


def test_a_file_without_a_later_test_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pd.DataFrame({"learner": ["a"], "skill": ["b"], "correct": [1]}).to_csv(path, index=False)

    assert main(["effects", "--data", str(path)]) == 2
    made_up(path, better=0.0)
    path.write_text(path.read_text().replace("Posttest", "Practice"))
    assert main(["effects", "--data", str(path)]) == 2


def test_the_command_shows_one_row_for_each_delay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects", "--data", str(made_up(tmp_path / "log.csv", better=0.25, delay_hours=0.8))]) == 0

    shown = capsys.readouterr().out
    assert "tested within the hour" in shown
    assert "winner: with study" in shown
