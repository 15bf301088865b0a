"""ASSISTments, as published at https://sites.google.com/site/assistmentsdata and, for 2017, for the data mining
competition (https://sites.google.com/view/assistmentsdatamining).

`correct` is that of the first attempt (0 where help came first); partial credit is neither right nor wrong and is left
out, and so are scaffolds (`original` 0), which are only shown to those who failed the question before. Attempts, hints,
`first_action`, `overlap_time` and the like are known only after the answer: none but hints and times is read.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mlcore.formats.layout import Format, without
from mlcore.tables import refuse
from mlcore.values import moments, numbers, texts

NOTHING = ("NA", "NULL", "\\N")
ENCODINGS = ("utf-8-sig", "latin-1")


def main_questions(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Leave out scaffolds and partial credit, and call a skill without a name by its number."""
    table = without(table, "original", 0.0, path)
    for name in ("skill_name", "skill"):
        if name in table:
            table = table.assign(**{name: texts(table, name).fillna(texts(table, "skill_id"))})
    return table.assign(correct=_whole(table, path))


def first_actions(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Keep the first action of each visit to a question: the later ones follow from how the first was met.

    A visit lasts until the learner acts on another question; scaffolds in between do not end it.
    """
    table = without(without(table, "original", 0.0, path), "scaffold", 1.0, path)
    started = moments(table, "startTime", path)
    number = numbers(table, "action_num", path) if "action_num" in table else started
    table = table.assign(order=started, timestamp=started, action=number, correct=_whole(table, path))
    table = table.sort_values(["studentId", "order", "action"], kind="stable")
    visit = table[["studentId", "problemId"]].ne(table[["studentId", "problemId"]].shift()).any(axis=1).cumsum()
    first = table.groupby(visit)["order"].transform("first") == table["order"]
    kept = table[first | table["order"].isna()]
    return kept if "timeTaken" not in kept else kept.assign(elapsed_ms=numbers(kept, "timeTaken", path) * 1000)


def _whole(table: pd.DataFrame, path: Path) -> pd.Series[float]:
    """0 or 1; nan for partial credit, and where nothing stands."""
    marks = numbers(table, "correct", path)
    refuse((marks < 0) | (marks > 1), table["correct"], path, "correct must be from 0 to 1, or empty")
    return marks.where(marks.isin([0.0, 1.0]))


ASSISTMENTS_2009 = Format(
    name="ASSISTments 2009-2010",
    known_by=("order_id", "user_id", "problem_id", "correct"),
    columns={
        "learner": "user_id",
        "order": "order_id",
        "item": "problem_id",
        "skill": "skill_name",
        "elapsed_ms": "ms_first_response",
        "hints": "hint_count",
        "group_school": "school_id",
    },
    also=("original", "skill_id"),
    prepare=main_questions,
    nothing=NOTHING,
    encodings=ENCODINGS,
)

ASSISTMENTS_2012 = Format(
    name="ASSISTments 2012-2013",
    known_by=("problem_log_id", "user_id", "problem_id", "correct"),
    columns={
        "learner": "user_id",
        "order": "problem_log_id",
        "timestamp": "start_time",
        "item": "problem_id",
        "skill": "skill",
        "elapsed_ms": "ms_first_response",
        "hints": "hint_count",
        "group_school": "school_id",
    },
    also=("original", "skill_id"),
    prepare=main_questions,
    nothing=NOTHING,
    encodings=ENCODINGS,
)

ASSISTMENTS_2015 = Format(
    name="ASSISTments 2015",
    known_by=("log_id", "user_id", "sequence_id", "correct"),
    columns={"learner": "user_id", "order": "log_id", "skill": "sequence_id"},
    prepare=main_questions,
    nothing=NOTHING,
    encodings=ENCODINGS,
)

ASSISTMENTS_2017 = Format(
    name="ASSISTments 2017",
    known_by=("studentId", "problemId", "startTime", "correct"),
    columns={
        "learner": "studentId",
        "item": "problemId",
        "skill": "skill",
        "hints": "hintCount",
        "group_gender": "InferredGender",
    },
    also=("original", "scaffold", "action_num", "timeTaken"),
    prepare=first_actions,
    nothing=(*NOTHING, "noskill"),
    encodings=ENCODINGS,
)
