"""Ask predictors about learners they never met, by three protocols.

`roll`: the first k answers are known, the next AHEAD are predicted, all from the state after k. `fix`: the same, but
for any k it is the AHEAD answers from position FIXED on that are predicted, so only what is known differs. `next`:
every answer is predicted from all before it. Every predictor is asked about the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlcore.baselines.history import counts_before, runs_of, skills_of
from mlcore.datasets import split_learners
from mlcore.interactions import Interactions, Numbers
from mlcore.predictor import Predictor
from mlcore.schema import GROUP

AHEAD = 10
FIXED = 20
SHOTS = (0, 1, 3, 5, 10, 20)
SHARES = (0.6, 0.15, 0.25)
NO_K = -1  # stands for k in the protocol `next`
IN_COURSE = -1  # stands for the cohort where the training learners of the course are known
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
    """The answers to predict: protocol, k, learner, position, item, correct, whether it is the learner's first on its
    skills, and the learner's groups.

    The rows come in the order in which `predict` answers them.
    """
    frozen = [_rows(test, protocol, k, first) for k in shots for protocol, first in _targets(k)]
    return pd.concat([*frozen, _rows(test, "next", NO_K, None)], ignore_index=True)


def predict(predictor: Predictor, test: Interactions, shots: Sequence[int]) -> Numbers:
    """A fitted predictor's chances for `questions(test, shots)`; raises ValueError if one is missing.

    Learners are shown in the order of their names, so that no other order changes a bit: networks round differently
    when an answer stands elsewhere in a batch.
    """
    frozen = []
    for k in shots:
        near = test.rows(test.position < max(k, FIXED) + AHEAD)
        chances = _by_name(near, partial(predictor.predict_after, k=k))
        frozen += [chances[_is_target(near, first)] for _, first in _targets(k)]
    chances = np.concatenate([*frozen, _by_name(test, predictor.predict_next)])
    if np.isnan(chances).any():
        raise ValueError(f"{predictor.name} left {int(np.isnan(chances).sum())} answers without a chance")
    return chances


def predict_ahead(predictor: Predictor, test: Interactions, k: int) -> Numbers:
    """A fitted predictor's chances for the AHEAD answers after the first k, one k of the protocol `roll`."""
    near = test.rows(test.position < k + AHEAD)
    return _by_name(near, partial(predictor.predict_after, k=k))[near.position >= k]


def _by_name(log: Interactions, ask: Callable[[Interactions], Numbers]) -> Numbers:
    """What is answered about each row of `log` when its learners come in the order of their names.  [n]"""
    names = np.asarray(log.learner_names, dtype=str)
    place = np.empty(len(names), np.int64)
    place[np.argsort(names, kind="stable")] = np.arange(len(names))
    order = np.argsort(place[log.learner], kind="stable")
    ordered = replace(log.rows(order), learner=place[log.learner][order], learner_names=np.sort(names).tolist())
    chances = np.empty(len(log))
    chances[order] = ask(replace(ordered, groups={}))
    return chances


def _targets(k: int) -> list[tuple[str, int]]:
    """Each protocol with the position of its first target, given that k answers are known."""
    return [("roll", k), ("fix", FIXED)] if k <= FIXED else [("roll", k)]


def _is_target(log: Interactions, first: int | None) -> NDArray[np.bool_]:
    """The AHEAD answers from position `first` on; None means all.  [n]"""
    position = log.position
    return np.full(len(log), True) if first is None else (position >= first) & (position < first + AHEAD)


def _rows(test: Interactions, protocol: str, k: int, first: int | None) -> pd.DataFrame:
    asked = _is_target(test, first)
    rows = test.rows(asked)
    columns = {
        "course": test.course,
        "protocol": protocol,
        "k": k,
        "learner": np.asarray(test.learner_names, dtype=object)[rows.learner],
        "position": test.position[asked],
        "item": np.asarray(test.item_names, dtype=object)[rows.item],
        "is_new_skill": _is_new_skill(test)[asked],
        "correct": rows.correct,
    }
    groups = {GROUP + name: of_learner[rows.learner] for name, of_learner in test.groups.items()}
    return pd.DataFrame(columns | groups)


def _is_new_skill(log: Interactions) -> Numbers:
    """1 where the learner answered none of the question's skills before.  [n]"""
    runs = runs_of(log, skills_of(log))
    wins, losses = counts_before(runs, log.correct, None)
    met = np.bincount(runs.row, weights=wins + losses, minlength=len(log))
    is_new: Numbers = (met == 0).astype(np.float64)
    return is_new
