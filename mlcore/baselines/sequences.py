"""Networks that read a learner's answers in order: how they are trained, stopped early and asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from mlcore.baselines.history import Rival, skills_of
from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers

AREA = 10_000_000  # most pairs of answers of one learner in a batch: bounds the memory of attention


@dataclass(frozen=True)
class Training:
    """How long and how fast to learn; stops early when validation no longer improves for `patience` epochs."""

    epochs: int = 40
    patience: int = 4
    rate: float = 5e-3
    batch: int = 32
    longest: int = 200  # answers in one training sequence
    width: int = 64


@dataclass(frozen=True)
class Vocabulary:
    """The concepts that questions of a course are about: its skills, and its items if they are to be told apart."""

    skills: int  # one of them stands for questions without any
    items: int = 0

    @property
    def size(self) -> int:
        return self.skills + self.items


@dataclass(frozen=True)
class Passage:
    """Answers of b learners in order, t each."""

    code: Tensor  # [b, t, c] concepts
    share: Tensor  # [b, t, c] of each: 1 for an item, together 1 for skills, 0 where it pads
    correct: Tensor  # [b, t]

    def rows(self, chosen: Tensor) -> Passage:
        return Passage(self.code[chosen], self.share[chosen], self.correct[chosen])


class SequenceNetwork(nn.Module, ABC):
    """Predicts each answer of a passage from those before it."""

    @abstractmethod
    def log_odds(self, passage: Passage, seen: int | None) -> Tensor:
        """Return the log odds of each answer given the earlier ones, at most the first `seen` of them.  [b, t]"""


@dataclass
class SequenceRival(Rival, ABC):
    """A sequence network as a predictor; `knows_items` says whether it tells the items of a skill apart."""

    name: str
    training: Training = Training()
    knows_items: bool = False
    network: SequenceNetwork | None = None

    @abstractmethod
    def blank(self, vocabulary: Vocabulary) -> SequenceNetwork:
        """Return an untrained network; its randomness is torch's own."""

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Train on one thread until validation stops improving; keep the best epoch."""
        torch.set_num_threads(1)
        vocabulary = Vocabulary(len(train.skill_names) + 1, len(train.item_names) if self.knows_items else 0)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self.blank(vocabulary)
            learned, held_out = (_Log(log, self.knows_items, self.training) for log in (train, validation))
            return replace(self, network=_trained(network, learned, held_out, self.training))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Read the known answers, then ask about each row.  [n]"""
        if self.network is None:
            raise ValueError(f"{self.name} has to be fitted first")
        network, chances = self.network.eval(), np.empty(len(log))
        whole = replace(self.training, longest=max(len(log), 1))
        with torch.no_grad():
            for rows, passage in _Log(log, self.knows_items, whole):
                odds = network.log_odds(passage, seen)
                inside = rows != UNKNOWN
                chances[rows[inside]] = torch.sigmoid(odds.double()).numpy()[inside]
        return chances


class _Log:
    """A log as passages: (rows [b, t] padded with UNKNOWN, what is read there)."""

    def __init__(self, log: Interactions, knows_items: bool, training: Training) -> None:
        code = skills_of(log)
        share = (code != UNKNOWN) / (code != UNKNOWN).sum(1, keepdims=True)
        if knows_items:
            code = np.column_stack([code, len(log.skill_names) + 1 + log.item])
            share = np.column_stack([share, np.ones(len(log))])
        parts = np.maximum(code, 0), share.astype(np.float32), log.correct.astype(np.float32)
        self.told = Passage(*(torch.from_numpy(part) for part in parts))
        self.batches = list(_sequences(log, training.longest, training.batch))

    def __iter__(self) -> Iterator[tuple[Codes, Passage]]:
        return (self.batch(number) for number in range(len(self.batches)))

    def batch(self, number: int) -> tuple[Codes, Passage]:
        rows = self.batches[number]
        return rows, self.told.rows(torch.from_numpy(np.maximum(rows, 0)))


def _trained(network: SequenceNetwork, train: _Log, held_out: _Log, training: Training) -> SequenceNetwork:
    """Adam with early stopping."""
    optimizer = torch.optim.Adam(network.parameters(), lr=training.rate)
    best, best_weights, waited = float("inf"), deepcopy(network.state_dict()), 0
    for _ in range(training.epochs):
        network.train()
        for number in torch.randperm(len(train.batches)).tolist():
            rows, passage = train.batch(number)
            optimizer.zero_grad()
            (_surprise(network, rows, passage) / (rows != UNKNOWN).sum()).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            surprise = sum(float(_surprise(network, rows, passage)) for rows, passage in held_out)
        waited = 0 if surprise < best else waited + 1
        if surprise < best:
            best, best_weights = surprise, deepcopy(network.state_dict())
        if waited == training.patience:
            break
    network.load_state_dict(best_weights)
    return network


def _surprise(network: SequenceNetwork, rows: Codes, passage: Passage) -> Tensor:
    """Total log-loss of these rows."""
    inside = torch.from_numpy(rows != UNKNOWN)
    odds = network.log_odds(passage, None)[inside]
    return binary_cross_entropy_with_logits(odds, passage.correct[inside], reduction="sum")


def _sequences(log: Interactions, longest: int, batch: int) -> Iterator[Codes]:
    """Each learner's rows in pieces of at most `longest`, those of like length together, padded with UNKNOWN."""
    piece = np.cumsum(log.position % longest == 0) - 1
    pieces = sorted(np.split(np.arange(len(log)), np.flatnonzero(np.diff(piece)) + 1), key=len)
    while pieces:
        together = pieces[:batch]
        while len(together) > 1 and len(together) * len(together[-1]) ** 2 > AREA:
            together.pop()
        pieces = pieces[len(together) :]
        rows = np.full((len(together), len(together[-1])), UNKNOWN, dtype=np.int64)
        for number, own in enumerate(together):
            rows[number, : len(own)] = own
        yield rows


def concept_vectors(vocabulary: Vocabulary, kinds: int, width: int) -> nn.EmbeddingBag:
    """Make vectors of `kinds` sorts for each concept: code `kinds * concept + kind`.

    Those of items start at nothing, so that an item which training never met says nothing.
    """
    vectors = nn.EmbeddingBag(kinds * vocabulary.size, width, mode="sum")
    with torch.no_grad():
        vectors.weight[kinds * vocabulary.skills :] = 0.0
    return vectors


def summed(vectors: nn.EmbeddingBag, code: Tensor, share: Tensor) -> Tensor:
    """Add up the vectors of [b, t, c] codes by their shares.  [b, t, width]"""
    b, t, c = code.shape
    total: Tensor = vectors(code.reshape(b * t, c), per_sample_weights=share.reshape(b * t, c))
    return total.reshape(b, t, -1)
