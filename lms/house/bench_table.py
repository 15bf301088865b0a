"""Figures as a table, aim beside figure."""

import sys
from dataclasses import dataclass

Times = list[float]  # seconds


@dataclass(frozen=True)
class Row:
    """One quantity. `most` and `least` are the aim; a quantity without one is only told."""

    name: str
    figure: float
    unit: str = "ms"
    most: float | None = None
    least: float | None = None

    @property
    def aim(self) -> str:
        if self.least is not None:
            return f">= {self.least:g}"
        return "" if self.most is None else f"<= {self.most:g}"

    @property
    def verdict(self) -> str:
        if not self.aim:
            return ""
        is_met = self.figure >= (self.least or 0.0) and (self.most is None or self.figure <= self.most)
        return "met" if is_met else "missed"

    def cells(self) -> list[str]:
        return [
            self.name,
            self.aim,
            f"{self.figure:,.3g}" if self.figure < 100 else f"{self.figure:,.0f}",
            self.unit,
            self.verdict,
        ]


def as_table(rows: list[Row]) -> str:
    cells = [["", "aim", "figure", "", ""], *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(_line(line, widths) for line in cells)


def _line(cells: list[str], widths: list[int]) -> str:
    name, aim, figure, unit, verdict = cells
    return f"{name:<{widths[0]}}  {aim:>{widths[1]}}  {figure:>{widths[2]}} {unit:<{widths[3]}}  {verdict}".rstrip()


def percentile(times: Times, percent: float) -> float:
    """Return the time, in milliseconds, that this share of all did not exceed."""
    ordered = sorted(times)
    place = min(int(len(ordered) * percent / 100), len(ordered) - 1)
    return 1000 * ordered[place] if ordered else float("nan")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
