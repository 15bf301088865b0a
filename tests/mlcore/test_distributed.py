"""Two processes that meet over gloo, started by what torchrun starts processes with."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, Std
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from mlcore import distributed, load_tutor
from mlcore.weights import shapes
from tests.mlcore import two_ranks


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
    launched = launch(folder)
    ranks = [dict(np.load(folder / f"{rank}.npz")) for rank in range(2)]
    return Ended(ranks, folder / "new.safetensors", launched)


def launch(folder: Path) -> str:
    """Do what `torchrun --standalone --nproc-per-node 2` does, and return what both processes printed.

    Both are forked from one process that has imported torch already, which takes longer than all that they do.
    """
    multiprocessing.set_forkserver_preload(["tests.mlcore.two_ranks", "mlcore.commands.train", "torch._dynamo"])
    logs = DefaultLogsSpecs(log_dir=str(folder / "logs"), redirects=Std.ALL)
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=2,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        start_method="forkserver",
        max_restarts=0,
        logs_specs=logs,
    )
    elastic_launch(config, two_ranks.main)(folder)
    return "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "logs").rglob("stdout.log")))


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
