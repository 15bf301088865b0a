"""How often verdicts are wrong when they are looked at every day, in worlds whose truth is known."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from mlcore.__main__ import main
from mlcore.checkpoint import load_tutor
from mlcore.effects.trials import CROWDS, Crowd, Declared, try_out
from mlcore.effects.world_trials import taught_worlds, try_world

RUNS = 60


def tried(world: Crowd) -> dict[str, Declared]:
    return {each.rule: each for each in try_out(world, RUNS, np.random.default_rng(7))}


@pytest.mark.parametrize("learner", [0.0, 0.1])
def test_where_no_way_is_better_a_winner_is_hardly_ever_declared(learner: float) -> None:
    found = tried(Crowd("null", learner=learner, days=25))

    assert binomtest(found["ours"].winner, RUNS, 0.05, "greater").pvalue > 0.05
    assert found["t-test, looked at daily"].winner / RUNS > 0.15


def test_a_real_effect_is_found_with_the_stated_number_of_answers() -> None:
    found = tried(Crowd("d = .3", best=0.3, learner=0.1, days=20))["ours"]

    assert found.right / RUNS >= 0.8
    assert found.right == found.winner
    assert list(found.right_by.values()) == sorted(found.right_by.values())


def test_in_the_long_run_it_is_found_that_nothing_matters() -> None:
    found = tried(Crowd("null", learners=120, days=50))["ours"]

    assert found.same / RUNS > 0.5


@pytest.mark.parametrize("place", [0, 1])
def test_in_worlds_of_others_no_modality_wins_where_none_is_better(place: int) -> None:
    ours, t_test = try_world(taught_worlds()[place], load_tutor(None), RUNS, np.random.default_rng(4))

    assert binomtest(ours.winner, RUNS, 0.05, "greater").pvalue > 0.05
    assert t_test.winner / RUNS > 0.15


def test_in_a_world_of_others_the_modality_that_sticks_is_found() -> None:
    ours, _ = try_world(taught_worlds()[2], load_tutor(None), RUNS, np.random.default_rng(4))

    assert ours.right / RUNS > 0.4
    assert ours.right == ours.winner


def test_the_same_seed_gives_the_same_runs() -> None:
    assert tried(Crowd("small", learners=10, days=5)) == tried(Crowd("small", learners=10, days=5))


def test_the_report_tells_of_every_crowd_and_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effects", "--report", str(tmp_path), "--runs", "1"]) == 0

    shown = capsys.readouterr().out
    assert shown == (tmp_path / "effects.md").read_text()
    assert all(f"| {one.name} | ours |" in shown for one in [*CROWDS, *taught_worlds()])
