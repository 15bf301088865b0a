"""How long a learner waits for the tutor: wall-clock of what serving does, on the answers of real learners.

Arrays this small are never shared among threads; set OMP_NUM_THREADS=1 to be sure that one is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np
import pandas as pd

from mlcore.answers import Answer, Item
from mlcore.evaluation.uncertainty import histories
from mlcore.interactions import Interactions
from mlcore.tutor import Tutor

KNOWN = 10  # answers
CANDIDATES = 20
RUNS = 1000
WARMING = 50  # runs before those that count
SHARES = (0.5, 0.95, 0.99)
COLUMNS = ("course", "deed", "runs", "p50_ms", "p95_ms", "p99_ms")

Clock = Callable[[], int]  # nanoseconds, as time.perf_counter_ns
Deed = Callable[[Sequence[Answer], Sequence[Item]], object]


def timings(tutor: Tutor, test: Interactions, clock: Clock, runs: int = RUNS) -> pd.DataFrame:
    """Percentiles of how long each deed takes, one learner after the other: COLUMNS.

    Names are hashed anew in each run, as a caller's are. Without a learner who gave KNOWN answers there is no row.
    """
    known = test.rows(test.position < KNOWN)
    answers = [own for _, own in histories(known) if len(own) == KNOWN]
    if not answers:
        return pd.DataFrame(columns=list(COLUMNS))
    items = list({answer.item: answer.question for own in answers for answer in own}.values())
    rows = []
    for name, deed in _deeds(tutor).items():
        taken = [_taken(deed, own, items, clock) for own in islice(cycle(answers), WARMING + runs)][WARMING:]
        rows.append((test.course, name, runs, *(np.quantile(taken, SHARES) / 1e6).round(4)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _deeds(tutor: Tutor) -> dict[str, Deed]:
    begun = tutor.begin()

    def refit(answers: Sequence[Answer], items: Sequence[Item]) -> object:
        return tutor.predict(tutor.fold(begun, answers), items)

    return {
        "observe": lambda answers, _: tutor.observe(begun, answers[-1]),
        f"predict {CANDIDATES}": lambda _, items: tutor.predict(begun, items),
        f"refit {KNOWN}, predict {CANDIDATES}": refit,
    }


def _taken(deed: Deed, answers: Sequence[Answer], items: Sequence[Item], clock: Clock) -> int:
    """Nanoseconds, on copies that have no hashes yet."""
    fresh = [replace(answer) for answer in answers]
    candidates = [replace(item) for item in islice(cycle(items), CANDIDATES)]
    began = clock()
    deed(fresh, candidates)
    return clock() - began
