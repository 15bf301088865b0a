"""Training by several processes at once, as torchrun starts them: alone, every function here changes nothing.

Each process (a rank) draws lessons of its own; the gradients are averaged before every step, so all ranks take the
same step from the same weights, as one process would with all their batches (data parallelism, Li et al. 2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import distributed, nn


@contextmanager
def together(device: str) -> Iterator[str]:
    """Join the other ranks if torchrun started this process. Yields the device of this rank.

    Ranks meet over gloo on CPUs and over nccl on GPUs, where each has the GPU of its number on this machine. They meet
    once: inside another `together` nothing is left to do, and after it they would look for each other in vain.
    """
    if _are_many() or not distributed.is_torchelastic_launched():
        yield device
        return
    cuda = device.startswith("cuda")
    own = f"cuda:{distributed.get_node_local_rank()}" if cuda else device
    if cuda:
        torch.cuda.set_device(own)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield own
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    """Return the number of this process; 0 writes for all."""
    return distributed.get_rank() if _are_many() else 0


def ranks() -> int:
    """Return how many processes train together."""
    return distributed.get_world_size() if _are_many() else 1


def own_chance(rng: np.random.Generator) -> np.random.Generator:
    """Return this rank's own stream of chance, from a generator that is in the same state on all ranks."""
    return rng.spawn(ranks())[rank()] if _are_many() else rng


def start_alike(network: nn.Module) -> None:
    """Give every rank the weights and buffers of rank 0."""
    if _are_many():
        for value in network.state_dict().values():
            distributed.broadcast(value, src=0)


def average_gradients(network: nn.Module) -> None:
    """Replace each gradient by its mean over the ranks: one exchange for all of them."""
    if not _are_many():
        return
    parameters = list(network.parameters())
    gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    means = torch.split(flat / ranks(), [each.numel() for each in parameters])
    for parameter, mean in zip(parameters, means, strict=True):
        parameter.grad = mean.view_as(parameter)


def anyone(says: bool, device: str) -> bool:
    """Whether it is true on any rank, so that all stop at the same step."""
    if not _are_many():
        return says
    count = torch.tensor(float(says), device=device)
    distributed.all_reduce(count)
    return bool(count > 0)


def _are_many() -> bool:
    return distributed.is_available() and distributed.is_initialized()
