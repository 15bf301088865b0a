"""Ask predictors about learners they never met, by two protocols.

`roll`: the first k answers are known, the next AHEAD are predicted, all from the state after k. `next`: every answer is
predicted from all before it. Every predictor is asked about the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from mlcore.baselines.history import counts_before, runs_of, skills_of
from mlcore.datasets import split_learners
from mlcore.interactions import Interactions, Numbers
from mlcore.predictor import Predictor

AHEAD = 10
SHOTS = (0, 1, 3, 5, 10, 20)
SHARES = (0.6, 0.15, 0.25)
NO_K = -1  # stands for k in the protocol `next`
CHANCE = "p_"  # prefix of a predictor's column


@dataclass(frozen=True)
class Split:
    """Three parts of one course that share no learner."""

    train: Interactions
    validation: Interactions
    test: Interactions

    @classmethod
    def of(cls, interactions: Interactions, seed: int, shares: Sequence[float] = SHARES) -> Self:
        """Deal the learners out at random."""
        return cls(*split_learners(interactions, shares, seed))


def questions(test: Interactions, shots: Sequence[int]) -> pd.DataFrame:
    """The answers to predict: protocol, k, learner, position, item, correct, and whether a skill was met before.

    The rows come in the order in which `predict` answers them.
    """
    of_roll = [_rows(test, "roll", k) for k in shots]
    return pd.concat([*of_roll, _rows(test, "next", NO_K)], ignore_index=True)


def predict(predictor: Predictor, test: Interactions, shots: Sequence[int]) -> Numbers:
    """A fitted predictor's chances for `questions(test, shots)`; raises ValueError if one is missing."""
    frozen = []
    for k in shots:
        near = test.rows(test.position < k + AHEAD)
        frozen.append(predictor.predict_after(near, k)[near.position >= k])
    chances = np.concatenate([*frozen, predictor.predict_next(test)])
    if np.isnan(chances).any():
        raise ValueError(f"{predictor.name} left {int(np.isnan(chances).sum())} answers without a chance")
    return chances


def _rows(test: Interactions, protocol: str, k: int) -> pd.DataFrame:
    position = test.position
    asked = np.full(len(test), True) if k == NO_K else (position >= k) & (position < k + AHEAD)
    rows = test.rows(asked)
    columns = {
        "course": test.course,
        "protocol": protocol,
        "k": k,
        "learner": np.asarray(test.learner_names, dtype=object)[rows.learner],
        "position": position[asked],
        "item": np.asarray(test.item_names, dtype=object)[rows.item],
        "is_new_skill": _is_new_skill(test)[asked],
        "correct": rows.correct,
    }
    return pd.DataFrame(columns)


def _is_new_skill(log: Interactions) -> Numbers:
    """1 where the learner answered none of the question's skills before.  [n]"""
    runs = runs_of(log, skills_of(log))
    wins, losses = counts_before(runs, log.correct, None)
    met = np.bincount(runs.row, weights=wins + losses, minlength=len(log))
    is_new: Numbers = (met == 0).astype(np.float64)
    return is_new
