"""Files with one answer in each row (CSV or Parquet) as tables, and refusals that name the file and the row."""

from __future__ import annotations

import csv
import gzip
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO, cast

import pandas as pd

SHOWN_ROWS = 5


class UnreadableLog(ValueError):
    """The file is no log of answers; the message says what is wrong with which column or rows."""


def load(path: Path) -> pd.DataFrame:
    """Return the file as it is, indexed by the row numbers a person would see: the header is row 1.

    Raises UnreadableLog.
    """
    if path.is_dir():
        raise UnreadableLog(f"{path}: this is a folder; name a file in it")
    if not path.is_file():
        raise UnreadableLog(f"{path}: there is no such file")
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else _csv(path)
    except UnreadableLog:
        raise
    except (EOFError, zlib.error) as error:
        raise UnreadableLog(f"{path}: the end is missing or damaged ({error}); copy the whole file again") from error
    except (ValueError, OSError) as error:
        raise UnreadableLog(f"{path}: cannot be read as {path.suffix[1:] or 'CSV'} ({error})") from error
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table


def refuse(bad: pd.Series[bool], values: pd.Series[str] | None, path: Path, rule: str) -> None:
    """Raise UnreadableLog if any row is bad, with the first rows and what stands in the very first."""
    if not bad.any():
        return
    rows = bad.index[bad]
    value = "" if values is None or pd.isna(values.loc[rows[0]]) else f", found {values.loc[rows[0]]!r}"
    raise UnreadableLog(f"{path}: {_named(list(rows))}: {rule}{value}")


def refuse_twins(names: Iterable[str], path: Path) -> None:
    """Raise UnreadableLog if a column's name stands in the header twice: which of them is meant, nobody knows."""
    names = list(names)
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        listed = ", ".join(map(repr, twins))
        raise UnreadableLog(f"{path}: row 1: {listed} names more than one column; rename or remove the others")


def header(path: Path) -> list[str]:
    """The names of the columns as they stand in a CSV file, twins included."""
    with _opened(path) as file:
        return next(csv.reader(file), [])


def _csv(path: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # without an index, it tells of fields that got lost
        try:
            return pd.read_csv(
                path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig", index_col=False
            )
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            _refuse_long_rows(path)
            raise UnreadableLog(f"{path}: cannot be read as CSV ({error})") from error


def _refuse_long_rows(path: Path) -> None:
    """Find the rows with more fields than the header, which pandas does not tell us."""
    with _opened(path) as file:
        rows = csv.reader(file)
        most = len(next(rows, []))
        long = [(number, len(row)) for number, row in enumerate(rows, 2) if len(row) > most and any(row[most:])]
    if long:
        place = _named([number for number, _ in long])
        rule = f"more fields than the {most} of the header; put text that has a comma between quotes"
        raise UnreadableLog(f"{path}: {place}: {rule}, found {long[0][1]} fields")


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _named(rows: list[int]) -> str:
    """`row 3` or `rows 2, 3, 4, 5, 6 and 4 more`."""
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:SHOWN_ROWS]))}{more}"
