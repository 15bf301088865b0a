"""The Open University Learning Analytics Dataset (Kuzilek, Hlosta & Zdrahal 2017, https://analyse.kmi.open.ac.uk):
studentAssessment.csv, told more by assessments.csv and studentInfo.csv where they stand in the same folder.

An item is an assessment; its skill is its kind (TMA, CMA or Exam) in its module, and each module is a course. A score
from PASS_MARK on is right, as the publisher says ("lower than 40 is interpreted as Fail"), unless --pass-mark says
otherwise. Scores carried over from an earlier presentation (`is_banked`) are left out. How a student's presentation
ended (`final_result`) is known only after all answers, and is never read.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mlcore.formats.layout import Format
from mlcore.tables import UnreadableLog, load, names_in, refuse
from mlcore.values import moments, numbers, texts

PASS_MARK = 40.0
DAY = 86_400.0
SOME_DAY = 365.0 * DAY  # the first day of a presentation where none is known; some submit before it
ASSESSMENTS, STUDENTS = "assessments.csv", "studentInfo.csv"
PRESENTATION = ["code_module", "code_presentation"]
TOLD = ["id_assessment", *PRESENTATION, "assessment_type"]
GROUPS = {
    "group_gender": "gender",
    "group_age": "age_band",
    "group_imd": "imd_band",
    "group_disability": "disability",
}
NOTHING = ("?",)


def submissions(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Mark the submissions, and say of which course and kind they are, if that is known."""
    score = numbers(table, "score", path)
    submitted = numbers(table, "date_submitted", path) * DAY
    table = table.assign(correct=(score >= PASS_MARK).astype(float).where(score.notna()))
    if not path.with_name(ASSESSMENTS).is_file():
        return table.assign(timestamp=submitted + SOME_DAY)
    told = _assessments(path.with_name(ASSESSMENTS))
    item = texts(table, "id_assessment")
    refuse(~item.isin(told.index), item, path, f"id_assessment must be one of {ASSESSMENTS}")
    told = told.reindex(item).set_axis(table.index)
    table = table.assign(
        course=told["code_module"],
        skill=told["code_module"] + "/" + told["assessment_type"],
        modality=told["assessment_type"],
        timestamp=submitted + told["began"],
    )
    people = path.with_name(STUDENTS)
    return _with_groups(table, told, people) if people.is_file() else table


def _with_groups(table: pd.DataFrame, told: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Say what is known of the students of each presentation, to compare groups by."""
    key = ["id_student", *PRESENTATION]
    people = _beside(path, [*key, *GROUPS.values()]).drop_duplicates(key).set_index(key)
    asked = pd.MultiIndex.from_frame(pd.concat([texts(table, "id_student"), told[PRESENTATION]], axis=1))
    found = people.reindex(asked).set_axis(table.index)
    return table.assign(**{ours: found[theirs] for ours, theirs in GROUPS.items()})


def _assessments(path: Path) -> pd.DataFrame:
    """What is told of each assessment, by its id, and when its presentation `began` (seconds)."""
    table = _beside(path, TOLD)
    item = texts(table, "id_assessment")
    refuse(item.duplicated(), item, path, "an id_assessment stands in two rows")
    return table.assign(began=_began(table, path)).set_index(item)


def _beside(path: Path, needed: list[str]) -> pd.DataFrame:
    names_in(path)
    table = load(path)
    if missing := [name for name in needed if name not in table]:
        raise UnreadableLog(f"{path}: column {missing[0]!r} is missing")
    table = table[needed]
    return table.mask(table.isin(NOTHING))


def _began(table: pd.DataFrame, path: Path) -> pd.Series[float]:
    """2013B began in February 2013, 2014J in October 2014."""
    code = texts(table, "code_presentation")
    refuse(~code.str.fullmatch(r"\d{4}[BJ]", na=False), code, path, "code_presentation must be like 2013B or 2014J")
    month = code.str[-1].map({"B": "-02-01", "J": "-10-01"})
    return moments(table.assign(began=code.str[:4] + month), "began", path)


OULAD = Format(
    name="OULAD",
    known_by=("id_student", "id_assessment", "date_submitted", "score"),
    columns={"learner": "id_student", "item": "id_assessment", "is_banked": "is_banked", "score": "score"},
    prepare=submissions,
    nothing=NOTHING,
)
