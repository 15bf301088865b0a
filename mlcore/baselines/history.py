"""What is known before an answer, shared by the rivals.

Every rival computes a state *before* each answer from the earlier ones. Freezing after k answers then only means to
use, for a later answer, the state before the first answer at position k or later: see `known_at`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers


class Rival(ABC):
    """Predicts both protocols from one method that may look `seen` answers back into each learner's past."""

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return np.where(log.position < k, np.nan, self.chances(log, seen=k))

    def predict_next(self, log: Interactions) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return self.chances(log, seen=None)

    @abstractmethod
    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Chance of a right answer for each row from the first `seen` answers (None: all earlier ones).  [n]"""


@dataclass(frozen=True)
class Runs:
    """The answers of one learner about one thing (a skill, an item, the course) stand together, in time order."""

    row: Codes  # [m] the answer; one with two skills stands in two runs
    thing: Codes  # [m]
    run: Codes  # [m] non-decreasing number of the run
    position: Codes  # [m] of the answer among all answers of its learner

    def __len__(self) -> int:
        return len(self.row)

    @property
    def first(self) -> Codes:
        """Where the own run begins.  [m]"""
        first: Codes = np.searchsorted(self.run, self.run)
        return first

    def known_at(self, seen: int | None) -> Codes:
        """Whose state before answering is the one to use, if only the first `seen` answers are known.  [m]"""
        own = np.arange(len(self))
        if seen is None:
            return own
        known_in_run = np.bincount(self.run, weights=self.position < seen).astype(np.int64)
        known_at: Codes = np.minimum(own, self.first + known_in_run[self.run])
        return known_at


def runs_of(log: Interactions, things: Codes) -> Runs:
    """Gather a log by learner and thing; `things` is [n] or [n, s] padded with UNKNOWN."""
    columns = things.reshape(len(log), -1)
    row, column = np.nonzero(columns != UNKNOWN)
    thing = columns[row, column]
    order = np.lexsort((row, thing, log.learner[row]))
    row, thing = row[order], thing[order]
    learner = log.learner[row]
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = (learner[1:] != learner[:-1]) | (thing[1:] != thing[:-1])
    return Runs(row, thing, np.cumsum(begins) - 1, log.position[row])


def counts_before(runs: Runs, correct: Numbers, seen: int | None) -> tuple[Numbers, Numbers]:
    """Right and wrong answers known in the same run before each answer.  [m], [m]"""
    right = correct[runs.row]
    total = np.concatenate([[0.0], np.cumsum(right)])  # sums of 0 and 1 are exact
    at = runs.known_at(seen)
    wins = total[at] - total[runs.first]
    return wins, (at - runs.first) - wins


def skills_of(log: Interactions) -> Codes:
    """The skills of each answer, those without any sharing one more skill, the last.  [n, s]"""
    skills = log.skills.copy()
    skills[(skills == UNKNOWN).all(axis=1), 0] = len(log.skill_names)
    return skills


def logit(chance: Numbers) -> Numbers:
    """The log odds, kept finite."""
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.log(chance) - np.log1p(-chance)


def sigmoid(log_odds: Numbers) -> Numbers:
    """The chance with these log odds."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))


def mean_by_row(values: Numbers, rows: Codes, count: int) -> Numbers:
    """The mean of the values that belong to each of `count` rows.  [count]"""
    return np.bincount(rows, weights=values, minlength=count) / np.maximum(np.bincount(rows, minlength=count), 1)
