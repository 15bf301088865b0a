"""What is to be known of a foreign format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from mlcore.values import truths


def as_it_is(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Change nothing."""
    return table


@dataclass(frozen=True)
class Format:
    """A file of somebody else's.

    `prepare` gets the file's table and does what other names alone cannot do: it leaves out rows that are no first
    attempts, and adds columns under the schema's names. The rows keep their index, the numbers a person would see.
    """

    name: str
    known_by: tuple[str, ...]  # a file with all these columns is in this format
    columns: Mapping[str, str]  # the schema's name -> the file's
    also: tuple[str, ...] = ()  # what else `prepare` looks at; `X (` stands for all columns that begin so
    prepare: Callable[[pd.DataFrame, Path], pd.DataFrame] = field(default=as_it_is)
    nothing: tuple[str, ...] = ()  # what stands where nothing is known
    encodings: tuple[str, ...] = ("utf-8-sig",)
    has_quotes: bool = True

    def looks_at(self, name: str) -> bool:
        """Whether a column of the file is needed."""
        prefixes = tuple(prefix for prefix in self.also if prefix.endswith("("))
        return name in {*self.known_by, *self.columns.values(), *self.also} or name.startswith(prefixes)

    def translate(self, table: pd.DataFrame, path: Path) -> pd.DataFrame:
        """Return first attempts with the schema's columns, as far as the file has them. Raises UnreadableLog."""
        table = table[[name for name in table if self.looks_at(str(name))]]
        table = self.prepare(table.mask(table.isin(self.nothing)), path)
        return table.assign(**{ours: table[theirs] for ours, theirs in self.columns.items() if theirs in table})


def without(table: pd.DataFrame, flag: str, unwanted: float, path: Path) -> pd.DataFrame:
    """Leave out the rows with this truth (0 or 1), if the file tells. Raises UnreadableLog."""
    return table if flag not in table else table[truths(table, flag, path) != unwanted]
