"""Logs of answers from files (CSV or Parquet), checked row by row, and split by learner.

`mlcore.schema` names the columns, `mlcore.formats` the public data sets that are read as they are published, and
docs/data.md describes both. What would leak an answer into its own prediction is taken out here, once and for all:
second actions on a question, one row for each skill of the same answer, copies of a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers
from mlcore.schema import BETWEEN_SKILLS, GROUP, KEPT_WHERE
from mlcore.sources import load_log
from mlcore.tables import UnreadableLog, refuse
from mlcore.values import moments, numbers, optional_numbers, texts, truths

LATEST = 1e11  # seconds: the year 5138


def read(path: str | Path, course: str | None = None, columns: Mapping[str, str] | None = None) -> Interactions:
    """Read one course from a CSV (also .csv.gz) or Parquet file.

    `columns` says which column of the file is which of the schema, as in `{"learner": "user", "correct": "is_right"}`;
    what it leaves open is found under its own name, or as the format of a public data set has it. Where there is a
    column `course`, only the rows of `course` are kept if one is named. Codes follow the sorted names, so the order of
    the rows in the file changes nothing. Rows without `correct` (study trials, unscored work) are left out. Rows are
    counted as a spreadsheet counts them: the header is row 1.

    Raises UnreadableLog.
    """
    path = Path(path)
    table = load_log(path, columns)
    if course is not None and "course" in table:
        table = table[table["course"].astype(str) == course]
    return _interactions(table, path, course or _course_name(path))


def read_courses(
    paths: Sequence[str | Path], pass_mark: float | None = None, columns: Mapping[str, str] | None = None
) -> list[Interactions]:
    """Read every course of several files: one for each value of the column `course`, or one for each file without it.

    With a `pass_mark`, files with a column `score` are marked anew: an answer is right if its score reaches the mark,
    and one without a score is left out. `columns` holds for all files, as in `read`. Raises UnreadableLog.
    """
    courses: list[Interactions] = []
    for path in map(Path, paths):
        table = load_log(path, columns, pass_mark)
        if "course" not in table:
            courses.append(_interactions(table, path, _course_name(path)))
            continue
        courses += [_interactions(rows, path, str(name)) for name, rows in table.groupby("course", dropna=False)]
    return courses


def split_learners(interactions: Interactions, shares: Sequence[float], seed: int) -> tuple[Interactions, ...]:
    """Deal the learners out at random, one part for each share; no learner is in two parts.

    Shares may sum to less than 1 (the rest is left out). Raises ValueError if they sum to more.
    """
    if min(shares) < 0 or sum(shares) > 1 + 1e-9:
        raise ValueError(f"shares of learners must be positive and sum to at most 1, not {list(shares)}")
    learners = np.random.default_rng(seed).permutation(np.unique(interactions.learner))
    edges = np.round(np.cumsum([0.0, *shares]) * len(learners)).astype(int)
    return tuple(interactions.of_learners(learners[start:end]) for start, end in pairwise(edges))


def some_learners(interactions: Interactions, count: int, seed: int) -> Interactions:
    """Keep at most `count` learners, chosen at random."""
    learners = np.random.default_rng(seed).permutation(np.unique(interactions.learner))
    return interactions.of_learners(learners[:count])


def _course_name(path: Path) -> str:
    """`assist2009/interactions.parquet` is the course assist2009."""
    stem = path.name.split(".")[0]
    return path.resolve().parent.name if stem == "interactions" else stem


def _interactions(table: pd.DataFrame, path: Path, course: str) -> Interactions:
    correct = truths(table, "correct", path)
    for flag in (name for name in KEPT_WHERE if name in table):
        correct = correct.where(truths(table, flag, path) == KEPT_WHERE[flag])
    table = table[correct.notna()].drop_duplicates()
    if table.empty:
        raise UnreadableLog(f"{path}: no row has an answer that can be scored")
    table = _one_row_per_answer(_plain(table, correct, path), path)
    learner, learner_names = _coded(table["learner"])
    item, item_names = _coded(table["item"])
    skills, skill_names = _coded_skills(table["skill"])
    modality, modality_names = _coded(table["modality"])
    return Interactions(
        course=course,
        learner=learner,
        item=item,
        skills=skills,
        correct=_numbers(table["correct"]),
        at=_numbers(table["at"]),
        seconds=_numbers(table["seconds"]),
        hints=_numbers(table["hints"]),
        modality=modality,
        learner_names=learner_names,
        item_names=item_names,
        skill_names=skill_names,
        modality_names=modality_names,
        item_texts={code: str(text) for code, text in _first_of_each(table["item_text"], item).items()},
        item_difficulties=_first_of_each(table["author_difficulty"], item),
        groups=_groups(table, learner, len(learner_names)),
    )


def _plain(table: pd.DataFrame, correct: pd.Series[float], path: Path) -> pd.DataFrame:
    """The same rows with every column we know, of one type each: names are text, numbers are float."""
    skill = texts(table, "skill").fillna("")
    item = texts(table, "item")
    item = item.fillna(skill.where(skill != ""))
    learner = texts(table, "learner")
    refuse(learner.isna(), learner, path, "a learner is needed")
    refuse(item.isna(), item, path, "an item or a skill is needed")
    at = moments(table, "timestamp", path)
    refuse(at > LATEST, table.get("timestamp"), path, "timestamp must be in seconds; divide milliseconds by 1000")
    order = _order(table, path) if "order" in table else at
    refuse(order.isna(), table.get("order", table.get("timestamp")), path, "an order or a timestamp is needed")
    plain = {
        "learner": learner,
        "order": order,
        "at": at,
        "item": item,
        "skill": skill,
        "correct": correct.loc[table.index],
        "seconds": optional_numbers(table, "elapsed_ms", path) / 1000,
        "hints": optional_numbers(table, "hints", path),
        "modality": texts(table, "modality"),
        "item_text": texts(table, "item_text"),
        "author_difficulty": _author_difficulty(table, path),
    }
    groups = {name: table[name] for name in table if str(name).startswith(GROUP)}
    return pd.DataFrame(plain | groups).sort_values(["learner", "order", "at", "item"], kind="stable")


def _one_row_per_answer(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Join the rows that repeat one answer for each of its skills; the second would show the model the answer."""
    answer = ["learner", "order", "item"]
    repeated = table.duplicated(answer)
    if not repeated.any():
        return table
    several = table[table.duplicated(answer, keep=False)]
    differ = several.groupby(answer)["correct"].transform("nunique") > 1
    refuse(differ, several["item"], path, "the same answer stands there as right and as wrong; keep one of these rows")
    keys = list(several[answer].itertuples(index=False, name=None))
    skills: dict[tuple[object, ...], list[str]] = {key: [] for key in keys}
    for key, skill in zip(keys, several["skill"], strict=True):
        skills[key].append(skill)
    joined = pd.Series([BETWEEN_SKILLS.join(skills[key]) for key in keys], index=several.index)
    return table.assign(skill=joined.reindex(table.index).fillna(table["skill"]))[~repeated]


def _order(table: pd.DataFrame, path: Path) -> pd.Series[float]:
    found = numbers(table, "order", path)
    refuse(found < 0, table["order"], path, "order must not be negative: count each learner's answers from 0")
    return found


def _author_difficulty(table: pd.DataFrame, path: Path) -> pd.Series[float]:
    name = "author_difficulty"
    if name not in table:
        return pd.Series(np.nan, index=table.index)
    found = numbers(table, name, path)
    refuse((found < 1) | (found > 5), table[name], path, f"{name} must be a number from 1 (easy) to 5 (hard)")
    return found


def _coded(names: pd.Series[str]) -> tuple[Codes, list[str]]:
    codes, unique = pd.factorize(names, sort=True)
    return np.asarray(codes, dtype=np.int64), [str(name) for name in unique]


def _coded_skills(joined: pd.Series[str]) -> tuple[Codes, list[str]]:
    """Each answer's skills as codes, padded with UNKNOWN.  [n, s], s at least 1"""
    sets, which = np.unique(joined.to_numpy(dtype=object), return_inverse=True)
    lists = [list(dict.fromkeys(name for name in text.split(BETWEEN_SKILLS) if name)) for text in sets]
    names = sorted({name for skills in lists for name in skills})
    code = {name: number for number, name in enumerate(names)}
    table = np.full((len(lists), max(1, *map(len, lists))), UNKNOWN, dtype=np.int64)
    for row, skills in enumerate(lists):
        table[row, : len(skills)] = [code[name] for name in skills]
    return table[which], names


def _numbers(column: pd.Series[float]) -> Numbers:
    return np.asarray(column, dtype=np.float64)


def _first_of_each(column: pd.Series[Any], item: Codes) -> dict[int, Any]:
    known = column.notna().to_numpy()
    codes, first = np.unique(item[known], return_index=True)
    return dict(zip(codes.tolist(), column[known].iloc[first].tolist(), strict=True))


def _groups(table: pd.DataFrame, learner: Codes, learners: int) -> dict[str, NDArray[np.object_]]:
    """For each learner the first value that is known, or None.  name without its prefix -> [learners]"""
    groups: dict[str, NDArray[np.object_]] = {}
    for name in (str(column) for column in table if str(column).startswith(GROUP)):
        values = np.full(learners, None, dtype=object)
        known = table[name].notna().to_numpy()
        codes, first = np.unique(learner[known], return_index=True)
        values[codes] = table[name][known].astype("str").iloc[first].to_numpy()
        groups[name.removeprefix(GROUP)] = values
    return groups
