"""Whether the tutor knows how sure it may be: intervals of mastery, held against what it believes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd
from scipy.special import ndtr

from mlcore.answers import Answer
from mlcore.evaluation.bootstrapping import bootstrap
from mlcore.interactions import UNKNOWN, Interactions, Numbers
from mlcore.tutor import NINETY, Mastery, Tutor

EARLY = (5, 10)  # answers known
LATER = 20
FEWEST_MORE = 2  # answers on the skill in between, or there is nothing new to judge by
MOST_LEARNERS = 400
LEAST_CHANCE = 1e-9
BELIEVED = ("mean", "low", "high", "answers")
COLUMNS = ("learner", "skill", "k", *BELIEVED, *(f"later_{name}" for name in BELIEVED))


@dataclass(frozen=True)
class Coverage:
    """How often a 90 % interval of mastery after k answers covers the estimate after LATER; skills of learners.

    The interval is about the truth, of which the later estimate tells only a part, so exact beliefs cover more than
    90 % of it: `expected`. `as_moves` is what exact beliefs cover 90 % of. Both are reckoned in logits, where the
    variance before is that of the move and that after.
    """

    course: str
    cohort: int
    k: int
    learners: int
    skills: int
    covered: float
    expected: float  # what exact beliefs would cover, as they say themselves how far they will yet move
    low: float  # of a 95 % interval over learners
    high: float
    as_moves: float  # covered by intervals of the move alone, which leave out the doubt that LATER still has
    mean_width: float  # of the intervals
    mean_move: float  # how far the estimate moved, without sign


def histories(log: Interactions) -> Iterator[tuple[str, list[Answer]]]:
    """Each learner's name and answers, as the tutor reads them."""
    _, first = np.unique(log.learner, return_index=True)
    for start, end in pairwise([*first.tolist(), len(log)]):
        yield log.learner_names[log.learner[start]], [_answer(log, row) for row in range(start, end)]


def mastery_table(tutor: Tutor, test: Interactions) -> pd.DataFrame:
    """What is believed of each skill after EARLY answers and after LATER, of learners who gave so many: COLUMNS."""
    enough = np.flatnonzero(np.bincount(test.learner) >= LATER)[:MOST_LEARNERS]
    some = test.of_learners(enough)
    some = some.rows(some.position < LATER)
    rows = [row for name, answers in histories(some) for row in _of_learner(tutor, name, answers)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def coverages(mastery: pd.DataFrame) -> list[Coverage]:
    """Count how often the intervals cover, by course, cohort and k."""
    found = []
    for where, rows in mastery.groupby(["course", "cohort", "k"], sort=True):
        course, cohort, k = cast("tuple[str, int, int]", where)
        covers = rows["later_mean"].between(rows["low"], rows["high"]).to_numpy().astype(np.float64)
        center, variance = _as_normal(rows["low"], rows["high"])
        later_center, later_variance = _as_normal(rows["later_low"], rows["later_high"])
        of_moves = np.sqrt(np.maximum(variance - later_variance, 0.0))
        as_moves = float(np.mean(np.abs(later_center - center) <= NINETY * of_moves))
        expected = float(np.mean(2.0 * ndtr(NINETY * np.sqrt(variance) / np.maximum(of_moves, 1e-9)) - 1.0))
        learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1].astype(np.int64)
        interval = bootstrap(covers, learner)
        who, numbers = (course, int(cohort), int(k)), (int(learner.max()) + 1, len(rows))
        width, move = rows["high"] - rows["low"], (rows["later_mean"] - rows["mean"]).abs()
        spread = as_moves, float(width.mean()), float(move.mean())
        found.append(Coverage(*who, *numbers, interval.mean, expected, interval.low, interval.high, *spread))
    return found


def _as_normal(low: pd.Series[float], high: pd.Series[float]) -> tuple[Numbers, Numbers]:
    """Mean and variance of the logits whose 90 % intervals end there."""
    chances = (end.to_numpy().clip(LEAST_CHANCE, 1.0 - LEAST_CHANCE) for end in (low, high))
    ends = [np.log(chance / (1.0 - chance)) for chance in chances]
    return (ends[0] + ends[1]) / 2.0, ((ends[1] - ends[0]) / (2.0 * NINETY)) ** 2


def _of_learner(tutor: Tutor, name: str, answers: Sequence[Answer]) -> Iterator[tuple[object, ...]]:
    skills = sorted({str(skill) for answer in answers for skill in answer.skills})
    if not skills:
        return
    belief, seen, early = tutor.begin(), 0, {}
    for k in (*EARLY, LATER):
        belief, seen = tutor.fold(belief, answers[seen:k]), k
        early[k] = tutor.mastery(belief, skills)
    for k in EARLY:
        for before, after in zip(early[k], early[LATER], strict=True):
            if after.answers >= before.answers + FEWEST_MORE:
                yield (name, str(before.skill), k, *_believed(before), *_believed(after))


def _believed(mastery: Mastery) -> tuple[float, ...]:
    return mastery.mean, mastery.low, mastery.high, mastery.answers


def _answer(log: Interactions, row: int) -> Answer:
    seconds, at, hints = log.seconds[row], log.at[row], log.hints[row]
    modality = log.modality[row]
    return Answer(
        item=log.item_names[log.item[row]],
        skills=[log.skill_names[skill] for skill in log.skills[row] if skill != UNKNOWN],
        correct=float(log.correct[row]),
        seconds=None if np.isnan(seconds) else float(seconds),
        hints=0 if np.isnan(hints) else int(hints),
        modality=None if modality == UNKNOWN else log.modality_names[modality],
        at=None if np.isnan(at) else float(at),
    )
