"""The recurrent policy as torch sees it, for training. Serving runs the same numbers in `sequencer`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mlcore.interactions import Codes
from mlcore.network import random_matrix
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Shown
from mlcore.sequencing.sequencer import HIDDEN, Neighbors, Sequencer, read, shapes


@dataclass(frozen=True)
class Surroundings:
    """The courses of n learners as tensors."""

    courses: Courses
    described: Tensor  # [n, s, STATIC]
    before: Tensor  # [n, s, s]
    after: Tensor
    everyone: Tensor

    @classmethod
    def of(cls, courses: Courses) -> Self:
        near = Neighbors.of(courses)
        described = courses.described.astype(np.float32)
        parts = (described, near.before, near.after, near.everyone)
        return cls(courses, *(torch.from_numpy(np.ascontiguousarray(part)) for part in parts))


class SequencingNetwork(nn.Module):
    """Twin of `Sequencer`: same names, same shapes, same numbers to 1e-5."""

    start: Tensor
    start_bias: Tensor
    read: Tensor
    read_bias: Tensor
    gates: Tensor
    gates_bias: Tensor
    kept: Tensor
    kept_bias: Tensor
    judge: Tensor
    judge_bias: Tensor
    gain: Tensor
    gain_bias: Tensor

    def __init__(self, hidden: int = HIDDEN, generator: torch.Generator | None = None) -> None:
        super().__init__()
        for name, shape in shapes(hidden).items():
            is_matrix = len(shape) == 2
            value = random_matrix((shape[0], shape[1]), generator) if is_matrix else torch.zeros(shape)
            self.register_parameter(name, nn.Parameter(value))

    def begin(self, around: Surroundings) -> Tensor:
        """Return the memories before any lesson.  [n, s, h]"""
        return torch.tanh(around.described @ self.start + self.start_bias)

    def gains(self, hidden: Tensor, around: Surroundings) -> Tensor:
        """Return what a lesson on each skill would add; where padded it means nothing.  [n, s]"""
        seen = torch.cat([_views(hidden, around), around.described], 2)
        gain: Tensor = functional.silu(seen @ self.judge + self.judge_bias) @ self.gain + self.gain_bias
        return gain[:, :, 0]

    def observe(self, hidden: Tensor, around: Surroundings, lesson: Codes, shown: Shown) -> Tensor:
        """Return the memories after a lesson on a skill [n] and its answers.  [n, s, h]"""
        columns = torch.from_numpy(read(around.courses, lesson, shown))
        seen = torch.cat([columns, _views(hidden, around), around.described], 2)
        told = functional.silu(seen @ self.read + self.read_bias) @ self.gates + self.gates_bias
        held = hidden @ self.kept + self.kept_bias
        (reset_told, update_told, new_told), (reset_held, update_held, new_held) = told.chunk(3, -1), held.chunk(3, -1)
        update = torch.sigmoid(update_told + update_held)
        new = torch.tanh(new_told + torch.sigmoid(reset_told + reset_held) * new_held)
        return (1.0 - update) * new + update * hidden

    def to_sequencer(self) -> Sequencer:
        """Return the same network for serving."""
        arrays = {name: value.detach().cpu().numpy().astype(np.float32) for name, value in self.named_parameters()}
        return Sequencer(**arrays)


def _views(hidden: Tensor, around: Surroundings) -> Tensor:
    return torch.cat([hidden, around.before @ hidden, around.after @ hidden, around.everyone @ hidden], 2)
