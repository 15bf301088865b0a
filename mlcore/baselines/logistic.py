"""Two logistic regressions on what a learner did so far: PFA and Best-LR.

Sources: Pavlik, Cen & Koedinger, "Performance factors analysis", AIED 2009; Gervet, Koedinger, Schneider & Mitchell,
"When is deep learning the best approach to knowledge tracing?", JEDM 12(3), 2020 (Best-LR: items, skills, log counts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from mlcore.baselines.history import Rival, Runs, counts_before, runs_of, skills_of
from mlcore.interactions import Codes, Interactions, Numbers

Features = Callable[[Interactions, int | None], sparse.csr_array]


@dataclass
class Logistic(Rival):
    """A ridge logistic regression on features of the known answers."""

    name: str
    features: Features
    inverse_penalty: float = 1.0
    regression: LogisticRegression | None = None
    only_rate: float | None = None  # of right answers, where all or none of them were

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Learn the coefficients from every answer given all those before it."""
        if len(np.unique(train.correct)) == 1:
            return replace(self, only_rate=(train.correct.sum() + 1.0) / (len(train) + 2.0))
        regression = LogisticRegression(C=self.inverse_penalty, solver="newton-cg", max_iter=200)
        return replace(self, regression=regression.fit(self.features(train, None), train.correct))

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """The regression's answer.  [n]"""
        if self.only_rate is not None:
            return np.full(len(log), self.only_rate)
        if self.regression is None:
            raise ValueError(f"{self.name} has to be fitted first")
        return np.asarray(self.regression.predict_proba(self.features(log, seen))[:, 1])


def pfa() -> Logistic:
    """Performance factors: each skill has an ease, and a slope for its earlier right and wrong answers."""
    return Logistic("pfa", _pfa_features)


def best_lr() -> Logistic:
    """Items and skills one-hot, and log counts of earlier answers: of each skill, and of all together."""
    return Logistic("best_lr", _best_lr_features)


def _pfa_features(log: Interactions, seen: int | None) -> sparse.csr_array:
    """Ease, right and wrong of each skill.  [n, 3 skills]"""
    runs, width = runs_of(log, skills_of(log)), len(log.skill_names) + 1
    wins, losses = counts_before(runs, log.correct, seen)
    columns = [np.ones(len(runs)), wins, losses]
    return sparse.hstack([_by_thing(runs, values, len(log), width) for values in columns], format="csr")


def _best_lr_features(log: Interactions, seen: int | None) -> sparse.csr_array:
    """One-hot item; ease, log right and log tried of each skill; log right and log tried of all.  [n, ...]"""
    runs, width = runs_of(log, skills_of(log)), len(log.skill_names) + 1
    wins, losses = counts_before(runs, log.correct, seen)
    columns = [np.ones(len(runs)), np.log1p(wins), np.log1p(wins + losses)]
    by_skill = [_by_thing(runs, values, len(log), width) for values in columns]
    whole = runs_of(log, np.zeros(len(log), dtype=np.int64))
    all_wins, all_losses = counts_before(whole, log.correct, seen)
    totals = sparse.csr_array(np.log1p(np.column_stack([all_wins, all_wins + all_losses])))
    return sparse.hstack([_one_hot(log.item, len(log.item_names)), *by_skill, totals], format="csr")


def _by_thing(runs: Runs, values: Numbers, rows: int, things: int) -> sparse.csr_array:
    return sparse.csr_array((values, (runs.row, runs.thing)), shape=(rows, things))


def _one_hot(codes: Codes, width: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), width))
