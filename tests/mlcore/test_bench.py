from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
import torch

from mlcore.__main__ import main
from mlcore.algorithms.full_weight import FullWeightSettings
from mlcore.commands.bench import races
from mlcore.speed.racing import Contender, Race, disagreement, full_weight_race, run_race
from mlcore.tasks import Tasks, TaskSize, random_tasks

FEATURES = 41


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def tasks() -> Tasks:
    return random_tasks(TaskSize(6, FEATURES), seeded())


@pytest.mark.parametrize("race", races(2, seeded()), ids=lambda race: race.title)
def test_all_that_race_agree_on_the_meta_gradient(race: Race, tasks: Tasks) -> None:
    for batched in race.batched.values():
        for loop in race.loops.values():
            if loop.network is batched.network:
                assert disagreement(batched, loop, tasks, torch.float64) < 1e-12
                assert disagreement(batched, loop, tasks, torch.float32) < 1e-5


def test_a_contender_that_cuts_corners_is_found_out(tasks: Tasks) -> None:
    race = full_weight_race(FEATURES, FullWeightSettings(), seeded())
    first_order = full_weight_race(FEATURES, FullWeightSettings(second_order=False), seeded())
    cheat = Contender(race.batched["batched"].network, first_order.batched["batched"].gradients)

    assert disagreement(cheat, race.loops["cloning loop"], tasks, torch.float64) > 1e-4


def test_speeds_are_tasks_by_seconds_and_ratios_compare_them(tasks: Tasks) -> None:
    """By a clock that ticks once a look, every turn takes one second: speeds are the numbers of tasks."""
    race = full_weight_race(FEATURES, FullWeightSettings(hidden=4, steps=1), seeded())
    ticking = count()

    outcome = run_race(race, tasks, loop_tasks=2, repeats=2, clock=lambda: float(next(ticking)))

    assert {name: speed.median for name, speed in outcome.speeds.items()} == {
        "batched": 6.0,
        "vmap": 6.0,
        "cloning loop": 2.0,
        "patching loop": 2.0,
    }
    assert outcome.ratios["batched"] == {"cloning loop": 3.0, "patching loop": 3.0}
    assert set(outcome.parity["vmap"]) == {"float64", "float32"}


def test_the_loops_leave_no_gradients_behind(tasks: Tasks) -> None:
    race = full_weight_race(FEATURES, FullWeightSettings(hidden=4, steps=1), seeded())

    for loop in race.loops.values():
        first, again = loop.gradients(loop.network, tasks), loop.gradients(loop.network, tasks)

        assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
        assert all(value.grad is None for value in loop.network.parameters())


def test_the_command_prints_and_writes_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "speed.json"

    status = main(["bench", "--batch", "3", "--loop-tasks", "2", "--repeats", "1", "--layers", "1", "--json", str(out)])

    printed, figures = capsys.readouterr().out, json.loads(out.read_text(encoding="utf-8"))
    assert status == 0
    assert "support 10, query 20, second order; 3 tasks at once" in printed
    assert "full weight, H = 64, 1 hidden, 5 steps" in printed
    assert [race["title"].split(",")[0] for race in figures["races"]] == ["full weight"] * 2 + ["context vector"] * 2
    assert set(figures["races"][2]["ratios"]["context"]) == {"context loop", "cloning loop", "patching loop"}
    assert figures["races"][0]["parity"]["batched"]["float64"] < 1e-6


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--device", "cuda"]) == 2
    assert capsys.readouterr().err == "python -m mlcore bench: there is no GPU that torch can use\n"
