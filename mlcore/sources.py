"""Any file of answers as a table in our schema: our own, a public data set as published, one with columns named.

What a caller names (`columns`) wins over what a format says; the rest is as the format has it, so that the rows that a
format leaves out stay out. The rows keep the numbers that a person sees in the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mlcore.formats import FORMATS, recognized
from mlcore.formats.layout import Format
from mlcore.schema import (
    ABOUT,
    BETWEEN_SKILLS,
    GROUP,
    KEPT_WHERE,
    OPTIONAL,
    ORDERED_BY,
    REQUIRED,
    SCORE,
    is_read,
)
from mlcore.tables import Script, UnreadableLog, load, names_in, refuse, refuse_twins, separator_of
from mlcore.values import joined_texts, numbers

ACCEPTED = (*REQUIRED, *ORDERED_BY, *ABOUT, *dict.fromkeys((*OPTIONAL, *KEPT_WHERE)), SCORE, f"{GROUP}*")
OUR_SCRIPT = ("utf-8-sig",)
SHOWN_NAMES, SHOWN_CHARACTERS = 60, 40


@dataclass(frozen=True)
class Naming:
    """What a caller says of a file: which of its columns is which of ours, and how it is written."""

    columns: Mapping[str, str]  # the schema's name -> the file's
    between_skills: str | None = None  # what stands between the skills of one question
    encoding: str | None = None


def load_log(path: Path, columns: Mapping[str, str] | None = None, pass_mark: float | None = None) -> pd.DataFrame:
    """Return the file's answers with the schema's columns, indexed by row number; values are not looked at yet.

    `columns` says which column of the file is which of the schema (`{"learner": "user"}`); two more keys say how the
    file is written: `between_skills` (`;`) and `encoding` (`latin-1`). Raises UnreadableLog.
    """
    naming = _naming(columns or {})
    names = names_in(path)
    _require_named(naming, names, path)
    known = None if set(REQUIRED).issubset(names) else recognized(names)
    _refuse_twins(names, naming, known, path)
    source = load(path, _script(path, naming, known))
    ours = source if known is None else known.translate(source, path)
    table = _named(ours, source, naming)
    if pass_mark is not None and SCORE in table:
        score = numbers(table, SCORE, path)
        table = table.assign(correct=(score >= pass_mark).astype(float).where(score.notna()))
    _require_columns(table, names, path)
    _refuse_lists(table, path)
    return table


def _naming(columns: Mapping[str, str]) -> Naming:
    told = dict(columns)
    between, encoding = told.pop("between_skills", None), told.pop("encoding", None)
    if unknown := [name for name in told if not is_read(name)]:
        accepted = ", ".join((*ACCEPTED, "between_skills", "encoding"))
        raise UnreadableLog(f"--columns: {unknown[0]!r} is no column of the schema. Accepted: {accepted}")
    if encoding is not None and not _is_encoding(encoding):
        raise UnreadableLog(f"--columns: {encoding!r} is no encoding; try utf-8, latin-1 or cp1252")
    return Naming(told, between or None, encoding)


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False


def _require_named(naming: Naming, names: list[str], path: Path) -> None:
    for ours, theirs in naming.columns.items():
        if theirs not in names:
            raise UnreadableLog(f"{path}: column {theirs!r}, named for {ours}, is missing. Found: {_listed(names)}")


def _refuse_twins(names: list[str], naming: Naming, known: Format | None, path: Path) -> None:
    """Refuse two columns of one name, except for skills: a question may have several."""
    needed = {theirs for ours, theirs in naming.columns.items() if ours != "skill"}
    if known is None:
        needed |= {name for name in names if is_read(name) and name not in naming.columns}
    else:
        needed |= {*known.known_by, *known.columns.values()}
    refuse_twins((name for name in names if name in needed), path)


def _script(path: Path, naming: Naming, known: Format | None) -> Script:
    if path.suffix == ".parquet":
        return Script()
    separator = separator_of(path)
    encodings = OUR_SCRIPT if known is None else known.encodings
    return Script(
        separator=separator,
        encodings=encodings if naming.encoding is None else (naming.encoding,),
        has_quotes=known is None or known.has_quotes or separator != "\t",
    )


def _named(ours: pd.DataFrame, source: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """The columns that are read, those that a caller named taken straight from the file."""
    table = ours[[name for name in ours if is_read(str(name))]]
    rows = source.loc[table.index]
    for name, theirs in naming.columns.items():
        table = table.assign(**{name: joined_texts(rows, theirs) if name == "skill" else rows[theirs]})
    if naming.between_skills is not None and "skill" in table:
        split = table["skill"].astype("str").str.replace(naming.between_skills, BETWEEN_SKILLS, regex=False)
        table = table.assign(skill=split.where(table["skill"].notna()))
    return table


def _require_columns(table: pd.DataFrame, names: list[str], path: Path) -> None:
    missing = [f"column {name!r} is missing" for name in REQUIRED if name not in table]
    for choice in (ORDERED_BY, ABOUT):
        if not any(name in table for name in choice):
            missing.append(f"one of the columns {' or '.join(map(repr, choice))} is needed")
    if missing:
        published = "; ".join(f"{known.name} ({', '.join(known.known_by)})" for known in FORMATS)
        raise UnreadableLog(
            f"{path}: {'; '.join(missing)}. Found: {_listed(names)}. Accepted: {', '.join(ACCEPTED)}. Say which of "
            "your columns is which with --columns, as in --columns learner=user correct=is_right item=question "
            f"order=seq. Files of these are read as published, known by their columns: {published}"
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES]) + more


def _refuse_lists(table: pd.DataFrame, path: Path) -> None:
    """Refuse cells of a Parquet file that hold more than one value, or bytes."""
    for name in (str(column) for column in table if table[column].dtype == object):
        bad = table[name].map(lambda cell: hasattr(cell, "__len__") and not isinstance(cell, str)).astype(bool)
        refuse(bad, table[name].map(str), path, f"{name} must be one text or number in each row")
