"""Two processes that meet over gloo, started as users start them: by torchrun."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from mlcore import distributed, load_tutor
from mlcore.weights import shapes

ROOT = Path(__file__).resolve().parents[2]
TWO = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]


@dataclass(frozen=True)
class Ended:
    """What both processes left behind."""

    ranks: list[dict[str, np.ndarray]]
    checkpoint: Path
    printed: str


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("ranks")
    rng = np.random.default_rng(0)
    rows = [f"u{u},{n},q{rng.integers(9)},s{n % 2},{rng.integers(2)}" for u in range(12) for n in range(8)]
    (folder / "log.csv").write_text("\n".join(["learner,order,item,skill,correct", *rows]), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    words = [*TWO, "tests.mlcore.two_ranks", str(folder)]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    ranks = [dict(np.load(folder / f"{rank}.npz")) for rank in range(2)]
    return Ended(ranks, folder / "new.safetensors", done.stdout)


def test_both_ranks_end_with_the_same_weights_though_their_lessons_differ(ended: Ended) -> None:
    one, other = ended.ranks

    for name in shapes(8):
        np.testing.assert_array_equal(one[name], other[name])
    assert (one["losses"] != other["losses"]).all()
    assert np.abs(one["first"]).min() > 0


def test_a_step_goes_along_the_mean_of_both_ranks_gradients_from_the_first_ranks_weights(ended: Ended) -> None:
    one, other = ended.ranks
    mean = (one["own_gradient"] + other["own_gradient"]) / 2

    np.testing.assert_array_equal(one["before"], other["before"])
    assert np.abs(one["own_gradient"] - other["own_gradient"]).max() > 0.1
    for rank in ended.ranks:
        np.testing.assert_allclose(rank["after"], rank["before"] - 0.5 * mean, atol=1e-12)


def test_when_one_rank_has_enough_all_stop_at_that_step(ended: Ended) -> None:
    assert [int(rank["steps"]) for rank in ended.ranks] == [3, 3]


def test_the_command_trains_with_both_and_writes_once(ended: Ended) -> None:
    assert ended.printed.count("sha256") == 1
    assert load_tutor(ended.checkpoint).facts["processes"] == 2


def test_alone_nothing_is_exchanged() -> None:
    network = torch.nn.Linear(2, 1)
    rng = np.random.default_rng(0)

    with distributed.together("cpu") as device:
        distributed.start_alike(network)
        distributed.average_gradients(network)

        assert device == "cpu"
        assert (distributed.rank(), distributed.ranks()) == (0, 1)
        assert distributed.own_chance(rng) is rng
        assert distributed.anyone(True, device)
        assert not distributed.anyone(False, device)
    assert all(value.grad is None for value in network.parameters())
