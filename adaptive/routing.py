"""The lines of the skill map: each from a place of its own to a place of its own, and never behind a box."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]
Edge = tuple[int, int]

SPREAD = 11.0  # px between the ends of lines at one side of a box
APART = (0.0, 6.0, -6.0)  # px from the middle of a gap, for the lines that pass through it


@dataclass
class Router:
    """Boxes of one size in columns: `place` has the top left corner of each, and rows are `gap` px apart."""

    place: Mapping[int, Point]
    size: Point
    gap: float
    passed: Counter[Point] = field(default_factory=Counter)

    def paths(self, edges: Sequence[Edge]) -> dict[Edge, str]:
        """Return an SVG path for each edge, from the right side of one box to the left side of another."""
        starts, ends = self._ends(edges, own=0), self._ends(edges, own=1)
        return {edge: _curve([starts[edge], *self._around(starts[edge], ends[edge]), ends[edge]]) for edge in edges}

    def _ends(self, edges: Sequence[Edge], own: int) -> dict[Edge, Point]:
        """Spread the ends of the lines along the side of their box, in the order of where they go."""
        at_box: dict[int, list[Edge]] = defaultdict(list)
        for edge in sorted(edges, key=lambda edge: self.place[edge[1 - own]][1]):
            at_box[edge[own]].append(edge)
        width, height = self.size
        return {
            edge: (
                self.place[box][0] + (0 if own else width),
                self.place[box][1] + height / 2 + SPREAD * (number - (len(at_side) - 1) / 2),
            )
            for box, at_side in at_box.items()
            for number, edge in enumerate(at_side)
        }

    def _around(self, start: Point, end: Point) -> list[Point]:
        """Return where a line enters and leaves each column between its ends: through the nearest gap."""
        points: list[Point] = []
        columns = sorted({x for x, _ in self.place.values() if start[0] < x and x + self.size[0] < end[0]})
        for x in columns:
            straight = start[1] + (end[1] - start[1]) * (x - start[0]) / (end[0] - start[0])
            middle = min(self._gaps(x), key=lambda y: abs(y - straight))
            y = middle + APART[self.passed[x, middle] % len(APART)]
            self.passed[x, middle] += 1
            points += [(x, y), (x + self.size[0], y)]
        return points

    def _gaps(self, column: float) -> list[float]:
        """Return the middle of each gap of a column, those above and below it included."""
        tops = [y for x, y in self.place.values() if x == column]
        return [min(tops) - self.gap / 2, *(top + self.size[1] + self.gap / 2 for top in tops)]


def _curve(points: Sequence[Point]) -> str:
    """Join points, level at each: straight where two are level, a calm curve where they are not."""
    drawn = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (x1 + x2) / 2
        drawn.append(f"C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}")
    return " ".join(drawn)
