"""Files with one answer in each row (CSV or Parquet) as tables, and refusals that name the file and the row."""

from __future__ import annotations

import csv
import gzip
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, TextIO, cast

import pandas as pd
import pyarrow
import pyarrow.parquet

SHOWN_ROWS = 5
SHOWN_CHARACTERS = 60
SEPARATORS = (",", "\t", ";")
PIECE = 1 << 20
ARCHIVE = b"PK\x03\x04"


class UnreadableLog(ValueError):
    """The file is no log of answers; the message says what is wrong with which column or rows."""


@dataclass(frozen=True)
class Script:
    """How a CSV file is written: what stands between fields, and the encodings to try, in this order."""

    separator: str = ","
    encodings: tuple[str, ...] = ("utf-8-sig",)
    has_quotes: bool = True  # around fields with a separator in them; without, a quote is like any other character

    @property
    def quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_MINIMAL if self.has_quotes else csv.QUOTE_NONE


def names_in(path: Path) -> list[str]:
    """The names of the columns as they stand in the file, twins included. Raises UnreadableLog."""
    if path.is_dir():
        raise UnreadableLog(f"{path}: this is a folder; name a file in it")
    if not path.is_file():
        raise UnreadableLog(f"{path}: there is no such file")
    with _problems_told(path):
        if path.suffix == ".parquet":
            return [str(name) for name in pyarrow.parquet.read_schema(path).names if not _is_index(name)]
        _refuse_what_is_no_text(path)
        with _opened(path, Script()) as file:
            return next(csv.reader(file, delimiter=separator_of(path)), [])


def separator_of(path: Path) -> str:
    """What stands between the fields of a CSV file: whichever of SEPARATORS its first line has most of."""
    with _problems_told(path), _opened(path, Script()) as file:
        line = file.readline()
    return max(SEPARATORS, key=line.count)


def load(path: Path, script: Script | None = None) -> pd.DataFrame:
    """Return the file as it is, indexed by the row numbers a person would see: the header is row 1.

    Raises UnreadableLog.
    """
    with _problems_told(path):
        table = pd.read_parquet(path) if path.suffix == ".parquet" else _csv(path, script or Script())
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table


def refuse(bad: pd.Series[bool], values: pd.Series[str] | None, path: Path, rule: str) -> None:
    """Raise UnreadableLog if any row is bad, with the first rows and what stands in the very first."""
    if not bad.any():
        return
    rows = bad.index[bad]
    value = "" if values is None or pd.isna(values.loc[rows[0]]) else f", found {_shown(values.loc[rows[0]])}"
    raise UnreadableLog(f"{path}: {_named(list(rows))}: {rule}{value}")


def refuse_twins(names: Iterable[str], path: Path) -> None:
    """Raise UnreadableLog if a column's name stands in the header twice: which of them is meant, nobody knows."""
    names = list(names)
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        listed = ", ".join(map(repr, twins))
        raise UnreadableLog(f"{path}: row 1: {listed} names more than one column; rename or remove the others")


@contextmanager
def _problems_told(path: Path) -> Iterator[None]:
    """Raise UnreadableLog for whatever the libraries raise of a file that is not what its name says."""
    try:
        yield
    except UnreadableLog:
        raise
    except (EOFError, zlib.error) as error:
        raise UnreadableLog(f"{path}: the end is missing or damaged ({error}); copy the whole file again") from error
    except (ValueError, OSError, csv.Error, pyarrow.ArrowException) as error:
        raise UnreadableLog(f"{path}: cannot be read as {path.suffix[1:] or 'CSV'} ({error})") from error


def _refuse_what_is_no_text(path: Path) -> None:
    line = 1
    with _opened_raw(path) as file:
        while piece := file.read(PIECE):
            if line == 1 and piece.startswith(ARCHIVE):
                raise UnreadableLog(f"{path}: this is an archive; unpack it and name a file in it")
            if (place := piece.find(b"\0")) >= 0:
                line += piece.count(b"\n", 0, place)
                raise UnreadableLog(f"{path}: line {line} has a NUL byte; save the file as CSV in UTF-8")
            line += piece.count(b"\n")


def _csv(path: Path, script: Script) -> pd.DataFrame:
    for encoding in script.encodings:
        try:
            return _csv_in(path, script, encoding)
        except UnicodeDecodeError:
            continue
    tried = " or ".join(encoding.removesuffix("-sig").upper() for encoding in script.encodings)
    raise UnreadableLog(
        f"{path}: line {_first_undecodable(path, script.encodings[-1])} is not written in {tried}; save the file in "
        "UTF-8, or name its encoding, as in --columns encoding=latin-1"
    )


def _first_undecodable(path: Path, encoding: str) -> int:
    with _opened_raw(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1


def _csv_in(path: Path, script: Script, encoding: str) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # without an index, it tells of fields that got lost
        try:
            return pd.read_csv(
                path,
                sep=script.separator,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                encoding=encoding,
                quoting=script.quoting,
                index_col=False,
            )
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            _refuse_long_rows(path, script)
            raise UnreadableLog(f"{path}: cannot be read as CSV ({error})") from error


def _refuse_long_rows(path: Path, script: Script) -> None:
    """Find the rows with more fields than the header, which pandas does not tell us."""
    number, most, long = 0, 0, list[tuple[int, int]]()
    with _opened(path, script) as file:
        try:
            for number, row in enumerate(csv.reader(file, delimiter=script.separator, quoting=script.quoting), 1):
                most = most or len(row)
                if len(row) > most and any(row[most:]):
                    long.append((number, len(row)))
        except csv.Error as error:
            raise UnreadableLog(f"{path}: row {number + 1}: {error}; is there a quote that nothing closes?") from error
    if long:
        place = _named([number for number, _ in long])
        rule = f"more fields than the {most} of the header; put text that has a comma between quotes"
        raise UnreadableLog(f"{path}: {place}: {rule}, found {long[0][1]} fields")


def _opened(path: Path, script: Script) -> TextIO:
    encoding = script.encodings[0]
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding=encoding, errors="replace", newline=""))
    return path.open(encoding=encoding, errors="replace", newline="")


def _opened_raw(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _is_index(name: str) -> bool:
    return name.startswith("__index_level_")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... ({len(text):,} characters)"


def _named(rows: list[int]) -> str:
    """`row 3` or `rows 2, 3, 4, 5, 6 and 4 more`."""
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:SHOWN_ROWS]))}{more}"
