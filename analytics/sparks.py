"""Small lines in rows of tables, as points that the server has placed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spark:
    """What components/sparkline.html draws: points from 0 to 100, downwards."""

    points: str = ""
    last_x: float | None = None
    last_y: float | None = None


def spark_of(values: Sequence[float | None]) -> Spark:
    """Return a line through the values that are known, from 0 to the greatest; nothing for fewer than two."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return Spark()
    top = max(value for _place, value in known) or 1.0
    across = 100 / (len(values) - 1)
    points = [(round(place * across, 1), round(100 - 100 * value / top, 1)) for place, value in known]
    return Spark(" ".join(f"{x},{y}" for x, y in points), *points[-1])
