"""Does it pay to adapt to a learner, and in how many steps? The same answers, after other numbers of inner steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from mlcore.evaluation.asking import AHEAD, CHANCE, predict_ahead
from mlcore.evaluation.bootstrapping import bootstrap_all
from mlcore.evaluation.measures import log_losses
from mlcore.interactions import Interactions
from mlcore.predictor import Adapting

KNOWN = (5, 10)  # answers
STEPS = (0, 1, 2, 3, 4, 5)
COLUMNS = ("predictor", "usual", "k", "learner", "correct", *(f"{CHANCE}{steps}" for steps in STEPS))
DRAWS = (2000, 0)  # and the seed


@dataclass(frozen=True)
class StepScore:
    """How well a predictor does that takes so many inner steps at test time, everything else being as it was fitted."""

    course: str
    cohort: int
    predictor: str
    k: int
    steps: int
    usual: int  # steps it takes otherwise
    answers: int
    learners: int
    log_loss: float
    difference: float  # of log-loss to the usual number of steps: positive is worse
    low: float  # of its 95 % interval over learners
    high: float


def step_table(predictor: Adapting, test: Interactions) -> pd.DataFrame:
    """A fitted predictor's chances for the AHEAD answers after the first of KNOWN, taking each of STEPS: COLUMNS."""
    tables = []
    for k in KNOWN:
        asked = test.rows((test.position >= k) & (test.position < k + AHEAD))
        names = np.asarray(test.learner_names, dtype=object)[asked.learner]
        facts = {"predictor": predictor.name, "usual": predictor.steps, "k": k, "learner": names}
        chances = {
            f"{CHANCE}{steps}": predict_ahead(predictor.with_steps(steps), test, k) for steps in STEPS if len(asked)
        }
        tables.append(pd.DataFrame(facts | {"correct": asked.correct} | chances, columns=list(COLUMNS)))
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def step_scores(adaptation: pd.DataFrame) -> list[StepScore]:
    """Score every number of steps, by course, cohort, predictor and k, the seeds together."""
    found: list[StepScore] = []
    for where, rows in adaptation.groupby(["course", "cohort", "predictor", "k", "usual"], sort=False):
        found += _scores_in(cast("tuple[str, int, str, int, int]", where), rows)
    return found


def _scores_in(where: tuple[str, int, str, int, int], rows: pd.DataFrame) -> Iterator[StepScore]:
    course, cohort, predictor, k, usual = where
    correct = rows["correct"].to_numpy(dtype=np.float64)
    losses = {steps: log_losses(rows[f"{CHANCE}{steps}"].to_numpy(), correct) for steps in STEPS}
    learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1]
    apart = np.column_stack([loss - losses[usual] for loss in losses.values()])
    intervals = bootstrap_all(apart, learner, np.zeros(len(rows), np.int64), DRAWS)
    for (steps, loss), interval in zip(losses.items(), intervals, strict=True):
        yield StepScore(
            course=course,
            cohort=int(cohort),
            predictor=predictor,
            k=int(k),
            steps=steps,
            usual=int(usual),
            answers=len(rows),
            learners=int(learner.max()) + 1,
            log_loss=float(loss.mean()),
            difference=interval.mean,
            low=interval.low,
            high=interval.high,
        )
