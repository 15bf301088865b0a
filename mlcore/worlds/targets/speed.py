"""How long a decision takes, over many candidates, and whether a long history makes it longer.

Scoring and drawing is timed apart from the prospects: what each candidate would bring in view of all that builds on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlcore.answers import Answer, Item
from mlcore.belief import Belief
from mlcore.calibration import Prompts
from mlcore.evaluation.bootstrapping import Interval
from mlcore.interactions import Numbers
from mlcore.prospects import Path, prospects
from mlcore.records import SkillRecord, record_of
from mlcore.retention import usual_paces
from mlcore.tutor import Tutor
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, measured

CANDIDATES, SKILLS, MODALITIES = 10_000, 200, 6
SHORT, LONG = 100, 10_000  # answers
MOST_MS, LONGEST = 1.0, 1.1
REPEATS, WARMING, FEWER, DRAWS = 500, 30, 50, 1000
NOW = 1.8e9  # POSIX seconds


def speed(means: Means) -> Iterator[Aim]:
    """Time decisions for a learner who answered a little and one who answered a lot, in turn."""
    tutor = means.models.tutor
    candidates = tutor.prepare([item(n) for n in range(CANDIDATES)])
    beliefs = [after(tutor, answers) for answers in (SHORT, LONG)]
    rng, taken = np.random.default_rng(0), np.zeros((WARMING + REPEATS, 2))
    for run in range(len(taken)):
        for n, belief in enumerate(beliefs):
            began = means.clock()
            tutor.suggest(belief, candidates, rng, at=NOW)
            taken[run, n] = (means.clock() - began) / 1e6
    yield from told(taken[WARMING:], means.machine)
    yield with_prospects(means, candidates, beliefs[1])
    sizes = [sum(array.nbytes for array in belief.arrays().values()) for belief in beliefs]
    same = Interval(sizes[1] / sizes[0], np.nan, np.nan, 0.0)
    who = Who("ours", f"{LONG:,} answers in the place of {SHORT}")
    yield measured("size of what is known of a learner", who, same, Wanted("1.00 times", sizes[0] == sizes[1], "times"))


def told(taken: Numbers, machine: str) -> Iterator[Aim]:
    """Yield what milliseconds [r, 2] after a short and after a long history say."""
    who = Who("ours", machine)
    for name, quantile in (("median", 0.5), ("99th percentile", 0.99)):
        found = _interval(np.quantile(taken[:, 1], quantile), np.quantile(_drawn(taken)[:, :, 1], quantile, axis=1))
        aim = f"scoring and drawing one of {CANDIDATES:,} candidates after {LONG:,} answers, {name} of {len(taken)}"
        yield measured(aim, who, found, Wanted(f"< {MOST_MS:.0f} ms", found.mean < MOST_MS, "ms"))
    middle = np.median(_drawn(taken), axis=1)
    short, long = np.median(taken, axis=0)
    longer = _interval(long / short, middle[:, 1] / middle[:, 0])
    aim = f"the same, beside one after {SHORT} answers"
    yield measured(aim, who, longer, Wanted(f"<= {LONGEST:.2f} times", longer.mean <= LONGEST, "times"))


def with_prospects(means: Means, candidates: Prompts, belief: Belief) -> Aim:
    """Time whole decisions: prospects of all candidates, of skills in a chain, and the draw."""
    tutor, rng = means.models.tutor, np.random.default_rng(0)
    which, names = np.arange(CANDIDATES) % SKILLS, [f"skill {n}" for n in range(SKILLS)]
    teaches = np.arange(SKILLS) == which[:, None]
    path = Path(teaches, np.roll(teaches, -1, axis=1), np.ones(CANDIDATES, bool), np.full(CANDIDATES, 5.0))
    record = record_of((SkillRecord(),) * SKILLS, np.zeros(len(usual_paces())), usual_paces(), NOW)
    taken = np.zeros(FEWER)
    for run in range(FEWER):
        began = means.clock()
        brought = prospects(path, record, tutor.held(belief, names), rng)
        tutor.suggest(belief, candidates, rng, at=NOW, prospects=brought, module=which)
        taken[run] = (means.clock() - began) / 1e6
    rows = np.random.default_rng(0).integers(FEWER, size=(DRAWS, FEWER))
    found = _interval(float(np.median(taken)), np.median(taken[rows], axis=1))
    aim = f"the same with the prospects of all, {SKILLS} skills, median of {FEWER}"
    return measured(aim, Who("ours", means.machine), found, Wanted(f"< {MOST_MS:.0f} ms", found.mean < MOST_MS, "ms"))


def item(number: int) -> Item:
    skill, modality = f"skill {number % SKILLS}", f"modality {number % MODALITIES}"
    return Item(f"question {number}", [skill], difficulty=1.0 + number % 5, modality=modality)


def after(tutor: Tutor, answers: int) -> Belief:
    """Return what is believed of somebody who answered so many questions, an hour apart."""
    asked = [item(n) for n in range(answers)]
    history = [
        Answer(one.item, one.skills, float(n % 3 > 0), modality=one.modality, at=NOW - 3600.0 * (answers - n))
        for n, one in enumerate(asked)
    ]
    return tutor.fold(tutor.begin(), history)


def _drawn(taken: Numbers) -> Numbers:
    """The runs, drawn again.  [d, r, 2]"""
    rows = np.random.default_rng(0).integers(len(taken), size=(DRAWS, len(taken)))
    drawn: Numbers = taken[rows]
    return drawn


def _interval(value: float, drawn: Numbers) -> Interval:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(value), float(low), float(high), float(drawn.std()))
