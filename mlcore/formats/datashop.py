"""Exports of CMU DataShop (https://pslcdatashop.web.cmu.edu/help?page=export), by transaction and by student and step,
and the steps of the KDD Cup 2010, which came from there.

An item is a step of a problem; a learner who meets it in a later view of the problem answers it anew. Only the first
attempt of a view counts, and one that began with a hint is wrong. The clock of an answer is when its step began, as the
time of the transaction already tells how long it took.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from mlcore.formats.layout import Format
from mlcore.tables import refuse
from mlcore.values import joined_texts, moments, optional_numbers, texts, truths

RIGHT = ("CORRECT", "OK", "OK_AMBIGUOUS")
WRONG = ("INCORRECT", "ERROR", "BUG")
HINT = ("HINT", "INITIAL_HINT", "HINT_LEVEL_CHANGE")
MARKS = {**dict.fromkeys(RIGHT, 1.0), **dict.fromkeys((*WRONG, *HINT), 0.0)}
UNGRADED = ("UNKNOWN", "UNGRADED")
WITHIN = "::"  # between a problem and its step
MADE_UP = ("Single-KC", "Unique-step")  # models that DataShop adds to every data set; they tell nothing of skills
MODEL = re.compile(r"KC ?\(([^()]*)\)")
MILLISECONDS_FROM = 1e11  # a clock that shows more than the year 5138 counts milliseconds
SKILLS = ("KC (", "KC(")


def first_attempts(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Keep the first transaction of each step in each view of its problem; hints are those of all of them."""
    table = table[texts(table, "Outcome").notna()]
    table = table.assign(order=_seconds(table, "Time", path)).sort_values("order", kind="stable")
    outcome = _outcomes(table, path)
    attempt = optional_numbers(table, "Attempt At Step", path)
    seconds = optional_numbers(table, "Duration (sec)", path)
    view = _views(table, attempt)
    first = ~pd.concat(view, axis=1).duplicated() & ~(attempt > 1)
    answered = _described(table).assign(
        correct=outcome.map(MARKS).astype(float),
        hints=outcome.isin(HINT).groupby(view).transform("sum"),
        timestamp=table["order"] - seconds.fillna(0),
        elapsed_ms=seconds * 1000,
    )
    return answered[first]


def _outcomes(table: pd.DataFrame, path: Path) -> pd.Series[str]:
    outcome = texts(table, "Outcome").str.upper()
    accepted = (*MARKS, *UNGRADED)
    rule = f"Outcome must be empty or one of {', '.join(accepted)}"
    refuse(~outcome.isin(accepted).sort_index(), table["Outcome"], path, rule)
    return outcome


def _views(table: pd.DataFrame, attempt: pd.Series[float]) -> list[pd.Series[Any]]:
    """What tells the views of steps apart; without a column for it, an attempt numbered 1 begins another."""
    step = [texts(table, name).fillna("") for name in ("Anon Student Id", "Problem Name", "Step Name")]
    if "Problem View" in table:
        return [*step, texts(table, "Problem View").fillna("")]
    return [*step, (attempt == 1).groupby(step).cumsum().rename("view")]


def steps(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Steps with their first attempt, of which the export has one row for each view of a problem."""
    ended = _seconds(table, "First Transaction Time", path)
    return _described(table).assign(
        correct=_first_attempt(table, path),
        order=ended,
        timestamp=_seconds(table, "Step Start Time", path).fillna(ended),
        elapsed_ms=optional_numbers(table, "Step Duration (sec)", path) * 1000,
    )


def _first_attempt(table: pd.DataFrame, path: Path) -> pd.Series[float]:
    if "First Attempt" not in table:
        return truths(table, "Correct First Attempt", path)
    word = texts(table, "First Attempt").str.lower()
    found = word.map({"correct": 1.0, "incorrect": 0.0, "hint": 0.0, "unknown": float("nan")}).astype(float)
    bad = word.notna() & (word != "unknown") & found.isna()
    refuse(bad, table["First Attempt"], path, "First Attempt must be correct, incorrect, hint, unknown or empty")
    return found


def _described(table: pd.DataFrame) -> pd.DataFrame:
    problem, step = texts(table, "Problem Name"), texts(table, "Step Name")
    model = _model(table)
    skill = texts(table, "skill") if model is None else joined_texts(table, model)
    return table.assign(item=problem.str.cat(step, sep=WITHIN).fillna(problem), skill=skill)


def _model(table: pd.DataFrame) -> str | None:
    """The knowledge component model to use: `Default`, or else the first that somebody wrote for this data set."""
    found = {match[1]: name for name in map(str, table) if (match := MODEL.fullmatch(name)) and match[1] not in MADE_UP}
    return found.get("Default", next(iter(found.values()), None))


def _seconds(table: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    found = moments(table, name, path)
    return found.where(~(found > MILLISECONDS_FROM), found / 1000)


DATASHOP_TRANSACTIONS = Format(
    name="DataShop transactions",
    known_by=("Anon Student Id", "Time", "Problem Name", "Outcome"),
    columns={"learner": "Anon Student Id", "group_school": "School"},
    also=("Problem View", "Step Name", "Attempt At Step", "Duration (sec)", *SKILLS),
    prepare=first_attempts,
    nothing=(".",),
    encodings=("utf-8-sig", "latin-1"),
    has_quotes=False,
)

DATASHOP_STEPS = Format(
    name="DataShop student steps",
    known_by=("Anon Student Id", "First Transaction Time", "Problem Name", "First Attempt"),
    columns={"learner": "Anon Student Id", "hints": "Hints"},
    also=("Step Name", "Step Start Time", "Step Duration (sec)", *SKILLS),
    prepare=steps,
    nothing=(".",),
    encodings=("utf-8-sig", "latin-1"),
    has_quotes=False,
)

KDD_CUP_2010 = Format(
    name="KDD Cup 2010",
    known_by=("Anon Student Id", "First Transaction Time", "Problem Name", "Correct First Attempt"),
    columns={"learner": "Anon Student Id", "hints": "Hints"},
    also=("Step Name", "Step Start Time", "Step Duration (sec)", *SKILLS),
    prepare=steps,
    encodings=("utf-8-sig", "latin-1"),
    has_quotes=False,
)
