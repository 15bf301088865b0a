"""Times as counts of a few bins, so that a median needs no history. Bins grow by a fifth; the median is off by less."""

import math
from collections.abc import Mapping

BINS_PER_DOUBLING = 4
LAST_BIN = 12 * BINS_PER_DOUBLING  # 4,096 seconds and more


def bin_of(seconds: float) -> str:
    """Return the name of the bin, as the key of a JSON object."""
    place = math.floor(BINS_PER_DOUBLING * math.log2(max(seconds, 1.0)))
    return str(min(place, LAST_BIN))


def median_of(times: Mapping[str, int]) -> float | None:
    """Return about the middle number of seconds, None where nothing was timed."""
    middle = sum(times.values()) / 2.0
    below = 0.0
    for place in sorted(map(int, times)):
        here = times[str(place)]
        if below + here >= middle > below:
            return _edge(place + (middle - below) / here)
        below += here
    return None


def _edge(place: float) -> float:
    return 2.0 ** (place / BINS_PER_DOUBLING)
