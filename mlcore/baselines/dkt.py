"""Deep knowledge tracing: an LSTM reads the answers so far and predicts every skill.

Source: Piech et al., "Deep knowledge tracing", NeurIPS 2015.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from mlcore.baselines.history import Rival, runs_of, skills_of
from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers


@dataclass(frozen=True)
class Training:
    """How long and how fast to learn; stops early when validation no longer improves for `patience` epochs."""

    epochs: int = 40
    patience: int = 4
    rate: float = 5e-3
    batch: int = 32
    longest: int = 200  # answers in one training sequence
    width: int = 64


class SkillLSTM(nn.Module):
    """Skill and outcome in, the log odds of every skill at the next answer out."""

    def __init__(self, skills: int, width: int) -> None:
        super().__init__()
        self.nothing = 2 * skills  # the code that pads
        self.answers = nn.EmbeddingBag(2 * skills + 1, width, mode="mean", padding_idx=self.nothing)
        self.memory = nn.LSTM(width, width, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.skills = nn.Linear(width, skills)

    def remembered(self, answers: Tensor) -> Tensor:
        """[b, t, s] codes 2 skill + outcome -> [b, t, width] what is known before each answer"""
        b, t, s = answers.shape
        inputs = self.answers(answers.reshape(b * t, s)).reshape(b, t, -1)
        known: Tensor = self.memory(torch.cat([torch.zeros_like(inputs[:, :1]), inputs[:, :-1]], dim=1))[0]
        return known

    def log_odds(self, known: Tensor, skills: Tensor) -> Tensor:
        """[n, width], [n, s] padded with UNKNOWN -> [n] mean over the skills of each question"""
        is_skill = skills != UNKNOWN
        every = self.skills(self.dropout(known)).gather(-1, skills.clamp(min=0))
        mean: Tensor = (every * is_skill).sum(-1) / is_skill.sum(-1)
        return mean


@dataclass
class DKT(Rival):
    """Knows skills, not items; the log odds of a question with several skills are their mean."""

    name: str = "dkt"
    training: Training = Training()
    network: SkillLSTM | None = None

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Train on one thread until validation stops improving; keep the best epoch."""
        torch.set_num_threads(1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = SkillLSTM(len(train.skill_names) + 1, self.training.width)
            return replace(self, network=_trained(network, train, validation, self.training))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Read the known answers, then ask for the skills of each row.  [n]"""
        if self.network is None:
            raise ValueError("dkt has to be fitted first")
        network = self.network.eval()
        known = torch.zeros(len(log), self.training.width)
        skills = torch.from_numpy(skills_of(log))
        with torch.no_grad():
            for rows in _sequences(log, longest=len(log), batch=self.training.batch):
                inside = rows != UNKNOWN
                known[rows[inside]] = network.remembered(_answers(network, log, rows))[torch.from_numpy(inside)]
            at = runs_of(log, np.zeros(len(log), dtype=np.int64)).known_at(seen)
            odds = [network.log_odds(known[at[part]], skills[part]) for part in np.array_split(np.arange(len(log)), 64)]
        return np.asarray(torch.sigmoid(torch.cat(odds).double()).numpy())


def _trained(network: SkillLSTM, train: Interactions, validation: Interactions, training: Training) -> SkillLSTM:
    """Adam with early stopping."""
    optimizer = torch.optim.Adam(network.parameters(), lr=training.rate)
    batches = list(_sequences(train, training.longest, training.batch))
    held_out = list(_sequences(validation, training.longest, training.batch))
    best, best_weights, waited = float("inf"), deepcopy(network.state_dict()), 0
    for _ in range(training.epochs):
        network.train()
        for number in torch.randperm(len(batches)).tolist():
            optimizer.zero_grad()
            (_surprise(network, train, batches[number]) / (batches[number] != UNKNOWN).sum()).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            surprise = sum(float(_surprise(network, validation, rows)) for rows in held_out)
        waited = 0 if surprise < best else waited + 1
        if surprise < best:
            best, best_weights = surprise, deepcopy(network.state_dict())
        if waited == training.patience:
            break
    network.load_state_dict(best_weights)
    return network


def _surprise(network: SkillLSTM, log: Interactions, rows: Codes) -> Tensor:
    """Total log-loss of these rows."""
    inside = torch.from_numpy(rows != UNKNOWN)
    known = network.remembered(_answers(network, log, rows))[inside]
    chosen = rows[rows != UNKNOWN]
    odds = network.log_odds(known, torch.from_numpy(skills_of(log.rows(chosen))))
    return binary_cross_entropy_with_logits(odds, torch.from_numpy(log.correct[chosen]).float(), reduction="sum")


def _answers(network: SkillLSTM, log: Interactions, rows: Codes) -> Tensor:
    """What SkillLSTM reads, for rows [b, t] of the log.  [b, t, s]"""
    flat = log.rows(rows.ravel())
    skills = skills_of(flat)
    codes = np.where(skills == UNKNOWN, network.nothing, 2 * skills + flat.correct[:, None].astype(np.int64))
    codes[rows.ravel() == UNKNOWN] = network.nothing
    return torch.from_numpy(codes.reshape(*rows.shape, -1))


def _sequences(log: Interactions, longest: int, batch: int) -> Iterator[Codes]:
    """Each learner's rows in pieces of at most `longest`, those of like length together, padded with UNKNOWN."""
    piece = np.cumsum(log.position % longest == 0) - 1
    pieces = sorted(np.split(np.arange(len(log)), np.flatnonzero(np.diff(piece)) + 1), key=len)
    for start in range(0, len(pieces), batch):
        together = pieces[start : start + batch]
        rows = np.full((len(together), len(together[-1])), UNKNOWN, dtype=np.int64)
        for number, own in enumerate(together):
            rows[number, : len(own)] = own
        yield rows
