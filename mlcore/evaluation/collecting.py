"""Ask everyone in every trial, and gather what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mlcore.algorithms.champion import Champion
from mlcore.evaluation.asking import CHANCE, predict
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.timing import Clock, timings
from mlcore.evaluation.trials import Trial
from mlcore.evaluation.uncertainty import mastery_table
from mlcore.predictor import Predictor
from mlcore.tutor import Tutor


@dataclass(frozen=True)
class Asked:
    """What to ask in a trial. With a clock the tutor's deeds are timed as well."""

    shots: Sequence[int]
    clock: Clock | None = None


def collect(
    trials: Sequence[Trial],
    predictors: Mapping[tuple[str, int], Sequence[Predictor]],
    asked: Asked,
    tell: Callable[[str], None],
) -> Dump:
    """Fit and ask the predictors of each course and seed; `tell` hears whose turn it is.

    Deeds are timed once in each course.
    """
    dumps: list[Dump] = []
    for number, trial in enumerate(trials):
        is_first = all(trial.course != earlier.course for earlier in trials[:number])
        own = asked if is_first else Asked(asked.shots)
        dumps.append(_collect_in(trial, predictors[trial.judged_on], own, tell))
    columns = [CHANCE + predictor.name for those in predictors.values() for predictor in those]
    table = pd.concat([dump.predictions for dump in dumps], ignore_index=True)
    chances = [column for column in dict.fromkeys(columns) if column in table]
    plain = [column for column in table if column not in chances]
    mastery, timed = (_stacked([getattr(dump, name) for dump in dumps]) for name in ("mastery", "timings"))
    return Dump(table[[*plain, *chances]], mastery, timed)


def _collect_in(trial: Trial, predictors: Sequence[Predictor], asked: Asked, tell: Callable[[str], None]) -> Dump:
    table = trial.questions(asked.shots)
    mastery, timed = pd.DataFrame(), pd.DataFrame()
    for predictor in predictors:
        tell(f"{trial.course}, seed {trial.seed}: {predictor.name}")
        if not trial.allows(predictor):
            continue
        fitted = trial.fitted(predictor)
        table[CHANCE + fitted.name] = predict(fitted, trial.split.test, asked.shots)
        if isinstance(fitted, Champion):
            tutor = Tutor(fitted.checkpoint.weights, fitted.knowledge.calibration, tag=0)
            mastery = mastery_table(tutor, trial.split.test)
            mastery = mastery.assign(course=trial.course, cohort=trial.cohort, seed=trial.seed)
            timed = timings(tutor, trial.split.test, asked.clock) if asked.clock else timed
    return Dump(table, mastery, timed)


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
