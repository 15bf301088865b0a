"""The skill map: titles stand whole, and no line runs behind a box or into another one's end."""

import re

from adaptive.drawing import lines_of
from adaptive.routing import Router

SIZE, GAP = (100.0, 40.0), 20.0
# Three columns: 1 and 2; 3, 4 and 5; 6.
PLACE = {1: (0.0, 30.0), 2: (0.0, 90.0), 3: (130.0, 0.0), 4: (130.0, 60.0), 5: (130.0, 120.0), 6: (260.0, 60.0)}


def points_of(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    return [pairs[0], *pairs[3::3]]


def test_a_line_passes_the_columns_between_its_ends_through_their_gaps() -> None:
    path = Router(PLACE, SIZE, GAP).paths([(1, 6)])[1, 6]

    start, enters, leaves, end = points_of(path)
    assert (start[0], enters[0], leaves[0], end[0]) == (100, 130, 230, 260)
    assert enters[1] == leaves[1]
    assert not any(top <= enters[1] <= top + SIZE[1] for x, top in PLACE.values() if x == 130)


def test_two_lines_through_one_gap_stay_apart_and_end_apart() -> None:
    paths = Router(PLACE, SIZE, GAP).paths([(1, 6), (2, 6), (4, 6)])

    ends = [points_of(path)[-1] for path in paths.values()]
    assert len(set(ends)) == 3
    assert points_of(paths[1, 6])[1] != points_of(paths[2, 6])[1]


def test_a_long_title_stands_in_two_lines() -> None:
    assert lines_of("Arithmetic and comparison") == ["Arithmetic and", "comparison"]
    assert lines_of("Lists") == ["Lists"]
    assert len(lines_of("A title that goes on and on and on and will not come to an end")) == 2
