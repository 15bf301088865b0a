"""What each of two processes does that test_distributed starts: it trains by call and by command.

It leaves what it ends with in FOLDER/<rank>.npz, and the command's checkpoint in FOLDER/new.safetensors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mlcore import __main__ as command_line
from mlcore import distributed
from mlcore.lessons import LessonPlan
from mlcore.training import EnoughTraining, TrainingSettings, train
from tests.mlcore.conftest import rasch_cohort

TINY = TrainingSettings(steps=4, hidden=8, batch=16, stock=2, plan=LessonPlan(pupils=16, lengths=(12,)))


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    with distributed.together("cpu"):
        found = {**one_step(), **short_training()}
        np.savez(folder / f"{distributed.rank()}.npz", **found)
        words = ["train", "--data", str(folder / "log.csv"), "--out", str(folder / "new.safetensors"), "--steps", "2"]
        assert command_line.main(words) == 0


def one_step() -> dict[str, np.ndarray]:
    """A step of gradient descent on answers that differ between the ranks, from weights that differ, too."""
    torch.manual_seed(distributed.rank())
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
    network.append(nn.PReLU().double()).requires_grad_(True)
    distributed.start_alike(network)
    before = flat(list(network.parameters()))
    network[:3](torch.randn(5, 3, dtype=torch.float64)).square().sum().backward()
    own = flat([torch.zeros_like(each) if each.grad is None else each.grad for each in network.parameters()])
    distributed.average_gradients(network)
    torch.optim.SGD(network.parameters(), lr=0.5).step()
    return {"before": before, "own_gradient": own, "after": flat(list(network.parameters()))}


def short_training() -> dict[str, np.ndarray]:
    """Training on the same course; rank 1 alone has enough after the third step."""
    told: list[str] = []

    def progress(fraction: float, message: str) -> None:
        told.append(message)
        if distributed.rank() == 1 and message.startswith("step 3"):
            raise EnoughTraining

    trained = train(
        [rasch_cohort(learners=60, answers=14, seed=0)], TINY, torch.Generator().manual_seed(1), None, progress
    )
    steps = sum(message.startswith("step") for message in told)
    losses = [float(message.split()[-1]) for message in told if message.startswith("step")]
    return {**trained.weights.arrays(), "steps": np.array(steps), "losses": np.array(losses)}


def flat(values: list[Tensor]) -> np.ndarray:
    return torch.cat([value.detach().flatten() for value in values]).numpy().copy()
