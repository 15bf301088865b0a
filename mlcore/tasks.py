"""Learners as few-shot tasks of one size: what meta-learners of whole weights or gradient steps are trained on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tasks:
    """b learners: the answers known of each (support), and those to predict from them (query)."""

    support: Tensor  # [b, k, f] features
    support_correct: Tensor  # [b, k]
    query: Tensor  # [b, q, f]
    query_correct: Tensor  # [b, q]

    def __len__(self) -> int:
        return len(self.support)

    def first(self, most: int) -> Tasks:
        """Keep at most this many tasks."""
        return Tasks(*(part[:most] for part in self.parts()))

    def to(self, where: torch.device | torch.dtype) -> Tasks:
        """Return the same tasks on another device or in another precision."""
        return Tasks(*(part.to(where) for part in self.parts()))

    def parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the tensors in the order of the fields."""
        support, support_correct, query, query_correct = (getattr(self, part.name) for part in fields(self))
        return support, support_correct, query, query_correct


@dataclass(frozen=True)
class TaskSize:
    """How many tasks, and how large each is."""

    tasks: int
    features: int
    support: int = 10
    query: int = 20


def random_tasks(size: TaskSize, generator: torch.Generator) -> Tasks:
    """Make up learners who each weigh the features in a way of their own. The same generator state, the same tasks."""
    shown = size.support + size.query
    features = torch.randn((size.tasks, shown, size.features), generator=generator)
    weighing = torch.randn((size.tasks, size.features, 1), generator=generator) / size.features**0.5
    chance = torch.sigmoid(2.0 * (features @ weighing)[..., 0])
    correct = torch.bernoulli(chance, generator=generator)
    known, asked = slice(None, size.support), slice(size.support, None)
    return Tasks(features[:, known], correct[:, known], features[:, asked], correct[:, asked])
