"""How often verdicts are wrong when they are looked at every day, in worlds whose truth is known."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from mlcore.__main__ import main
from mlcore.effects.trials import Declared, World, try_out

RUNS = 60


def tried(world: World) -> dict[str, Declared]:
    return {each.rule: each for each in try_out(world, RUNS, np.random.default_rng(7))}


@pytest.mark.parametrize("learner", [0.0, 0.1])
def test_where_no_way_is_better_a_winner_is_hardly_ever_declared(learner: float) -> None:
    found = tried(World("null", learner=learner, days=25))

    assert binomtest(found["ours"].winner, RUNS, 0.05, "greater").pvalue > 0.05
    assert found["t-test, looked at daily"].winner / RUNS > 0.15


def test_a_real_effect_is_found_with_the_stated_number_of_answers() -> None:
    found = tried(World("d = .3", best=0.3, learner=0.1, days=20))["ours"]

    assert found.right / RUNS >= 0.8
    assert found.right == found.winner
    assert list(found.right_by.values()) == sorted(found.right_by.values())


def test_in_the_long_run_it_is_found_that_nothing_matters() -> None:
    found = tried(World("null", learners=120, days=50))["ours"]

    assert found.same / RUNS > 0.5


def test_the_report_is_the_same_for_the_same_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "other"):
        assert main(["effects", "--report", str(tmp_path / folder), "--runs", "2"]) == 0

    one, other = (tmp_path / folder / "effects.md" for folder in ("one", "other"))
    assert one.read_text() == other.read_text()
    assert "t-test, looked at daily" in capsys.readouterr().out
