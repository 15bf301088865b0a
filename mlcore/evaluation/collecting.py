"""Ask everyone in every trial, and gather what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from mlcore.algorithms.champion import Champion
from mlcore.evaluation.adaptation import step_table
from mlcore.evaluation.asking import CHANCE, predict
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.timing import Clock, timings
from mlcore.evaluation.trials import Trial
from mlcore.evaluation.uncertainty import mastery_table
from mlcore.predictor import Adapting, Predictor
from mlcore.tutor import Tutor


@dataclass(frozen=True)
class Asked:
    """What to ask in a trial. With a clock the tutor's deeds are timed as well; `steps`: ask after other numbers of
    inner steps, too."""

    shots: Sequence[int]
    clock: Clock | None = None
    steps: bool = False


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
        own = asked if is_first else replace(asked, clock=None)
        dumps.append(_collect_in(trial, predictors[trial.judged_on], own, tell))
    columns = [CHANCE + predictor.name for those in predictors.values() for predictor in those]
    table = pd.concat([dump.predictions for dump in dumps], ignore_index=True)
    chances = [column for column in dict.fromkeys(columns) if column in table]
    plain = [column for column in table if column not in chances]
    beside = {name: [getattr(dump, name) for dump in dumps] for name in ("mastery", "timings", "adaptation")}
    return Dump(table[[*plain, *chances]], **{name: _stacked(tables) for name, tables in beside.items()})


def _collect_in(trial: Trial, predictors: Sequence[Predictor], asked: Asked, tell: Callable[[str], None]) -> Dump:
    table = trial.questions(asked.shots)
    mastery, timed, adapted = pd.DataFrame(), pd.DataFrame(), []
    for predictor in predictors:
        tell(f"{trial.course}, seed {trial.seed}: {predictor.name}")
        if not trial.allows(predictor):
            continue
        fitted = trial.fitted(predictor)
        table[CHANCE + fitted.name] = predict(fitted, trial.split.test, asked.shots)
        if isinstance(fitted, Champion):
            tutor = Tutor(fitted.checkpoint.weights, fitted.knowledge.calibration, tag=0)
            mastery = _of(trial, mastery_table(tutor, trial.split.test))
            timed = timings(tutor, trial.split.test, asked.clock) if asked.clock else timed
        if asked.steps and isinstance(fitted, Adapting) and fitted.steps:
            adapted.append(_of(trial, step_table(fitted, trial.split.test)))
    return Dump(table, mastery, timed, _stacked(adapted))


def _of(trial: Trial, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(course=trial.course, cohort=trial.cohort, seed=trial.seed)


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
