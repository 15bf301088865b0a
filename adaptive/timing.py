"""How long the tutor thinks: to take an answer in, and to choose among candidates."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive.adapting import Standing, standing_of
from adaptive.serving import live_tutor
from courses.models import Enrollment
from mlcore.answers import Answer, Item

REPEATS, WARM_UP = 2_000, 100
MANY_REPEATS = 300
START = 1_780_000_000.0


def standing_after(enrollment: Enrollment) -> tuple[Standing, float]:
    """Return where a learner stands, and the seconds that it took to fold their log."""
    started = time.perf_counter()
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    return standing, time.perf_counter() - started


def thinking_times(standing: Standing, candidates: int, repeats: int) -> list[float]:
    """Return the seconds that each "take one answer in, score the candidates, draw one" took."""
    tutor, rng = standing.live.tutor, np.random.default_rng(0)
    skills = list(standing.syllabus.skills)
    items = [Item(n, [skills[n % len(skills)]], 1 + n % 5, "text") for n in range(candidates)]

    def think(turn: int) -> None:
        answer = Answer(turn % 80, [skills[turn % len(skills)]], float(turn % 3 > 0), 3, 20.0, 0, "text", START + turn)
        belief = tutor.fold(standing.belief, [answer])
        tutor.suggest(belief, items, rng, at=START + turn)

    return times_of(think, repeats)


def times_of(deed: Callable[[int], Any], repeats: int) -> list[float]:
    for turn in range(WARM_UP):
        deed(turn)
    times = []
    for turn in range(repeats):
        started = time.perf_counter()
        deed(turn)
        times.append(time.perf_counter() - started)
    return times
