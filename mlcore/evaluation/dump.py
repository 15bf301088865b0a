"""What an evaluation leaves behind, and all that its report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pandas as pd

from mlcore.evaluation import adaptation, timing, uncertainty
from mlcore.evaluation.asking import IN_COURSE

PREDICTIONS, MASTERY, TIMINGS = "predictions.parquet", "mastery.parquet", "timings.parquet"
ADAPTATION = "adaptation.parquet"
ASKED = ("course", "seed", "protocol", "k", "learner", "is_new_skill", "correct")
BELIEVED = ("course", "cohort", *uncertainty.COLUMNS)
TIMED = timing.COLUMNS
ADAPTED = ("course", "cohort", *adaptation.COLUMNS)


@dataclass(frozen=True)
class Dump:
    """The predictions, and beside them, where that was measured: what was believed of skills, how long it took, and
    what would have been predicted after other numbers of inner steps."""

    predictions: pd.DataFrame
    mastery: pd.DataFrame = field(default_factory=pd.DataFrame)
    timings: pd.DataFrame = field(default_factory=pd.DataFrame)
    adaptation: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def read(cls, predictions: Path) -> Self:
        """Read a table of predictions, and the others from the same folder if they are there.

        A table without cohorts is one of training learners. Raises OSError, or ValueError if it is no such table.
        """
        table = _read(predictions, ASKED)
        if "cohort" not in table:
            table = table.assign(cohort=IN_COURSE)
        beside = {MASTERY: BELIEVED, TIMINGS: TIMED, ADAPTATION: ADAPTED}
        paths = {predictions.with_name(name): columns for name, columns in beside.items()}
        return cls(
            table, *(_read(path, columns) if path.exists() else pd.DataFrame() for path, columns in paths.items())
        )

    def write(self, out: Path) -> None:
        """Write a file for each table; one that was not measured leaves none."""
        tables = {
            PREDICTIONS: self.predictions,
            MASTERY: self.mastery,
            TIMINGS: self.timings,
            ADAPTATION: self.adaptation,
        }
        for name, table in tables.items():
            if len(table):
                texts = {column: "str" for column in table if table[column].dtype == object}  # as they are read again
                table.astype(texts).to_parquet(out / name, index=False)
            else:
                (out / name).unlink(missing_ok=True)


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    table = pd.read_parquet(path)
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"{path.name} has no {', '.join(missing)}")
    return table
