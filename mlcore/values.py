"""What stands in a column as text, numbers, truths and moments; what is none is refused with its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from mlcore.schema import BETWEEN_SKILLS
from mlcore.tables import refuse

TRUTHS = {"0": 0.0, "0.0": 0.0, "false": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0}


def texts(table: pd.DataFrame, name: str) -> pd.Series[str]:
    """The words without spaces around them; nothing where the column is missing or empty."""
    if name not in table:
        return pd.Series(None, index=table.index, dtype="str")
    return table[name].astype("str").where(table[name].notna()).str.strip().replace("", None)


def joined_texts(table: pd.DataFrame, name: str) -> pd.Series[str]:
    """The words of all columns of one name (pandas reads `KC`, `KC.1`, ...), joined by BETWEEN_SKILLS."""
    joined = texts(table, name)
    for twin in (column for column in map(str, table) if _is_twin(column, name)):
        more = texts(table, twin)
        joined = joined.str.cat(more, sep=BETWEEN_SKILLS).fillna(joined).fillna(more)
    return joined


def truths(table: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    """0, 1 or, where nothing stands, nan. Raises UnreadableLog."""
    raw = table[name]
    text = raw.astype("str").str.strip().str.lower()
    found = text.map(TRUTHS).astype(float)
    refuse(raw.notna() & (text != "") & found.isna(), raw, path, f"{name} must be 0, 1 or empty")
    return found


def numbers(table: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    """Finite numbers or, where nothing stands, nan. Raises UnreadableLog."""
    found = _finite(table[name])
    refuse(table[name].notna() & found.isna(), table[name], path, f"{name} must be a number or empty")
    return found


def optional_numbers(table: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    """Numbers from 0 on; nan where the column is missing, empty or below 0 (a clock that was set back)."""
    if name not in table:
        return pd.Series(np.nan, index=table.index)
    found = numbers(table, name, path)
    return found.where(found >= 0)


def moments(table: pd.DataFrame, name: str, path: Path) -> pd.Series[float]:
    """Seconds: a number is one already, a date counts from 1970 (UTC where it names no zone).

    nan where the column is missing or empty. Raises UnreadableLog.
    """
    if name not in table:
        return pd.Series(np.nan, index=table.index)
    raw = table[name]
    if not pd.api.types.is_datetime64_any_dtype(raw):
        seconds = _finite(raw)
        if seconds.notna().any():
            refuse(raw.notna() & seconds.isna(), raw, path, f"{name} must be a number of seconds, as in other rows")
            return seconds
    dates = pd.to_datetime(raw, errors="coerce", utc=True, format=None if raw.dtype.kind == "M" else "ISO8601")
    refuse(raw.notna() & dates.isna(), raw, path, f"{name} must be seconds or a date like 2026-03-01T12:00:00Z")
    since = (dates - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return since.astype(float)


def _finite(raw: pd.Series[str]) -> pd.Series[float]:
    """The numbers; nan where there is none, or an endless one."""
    found = pd.to_numeric(raw, errors="coerce").astype(float)
    return found.where(np.isfinite(found))


def _is_twin(column: str, name: str) -> bool:
    return column.startswith(f"{name}.") and column.removeprefix(f"{name}.").isdecimal()
