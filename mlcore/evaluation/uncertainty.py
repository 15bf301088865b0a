"""Whether the tutor knows how sure it may be: intervals of mastery, held against what it believes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd

from mlcore.answers import Answer
from mlcore.evaluation.bootstrapping import bootstrap
from mlcore.interactions import UNKNOWN, Interactions
from mlcore.tutor import Tutor

EARLY = (5, 10)  # answers known
LATER = 20
FEWEST_MORE = 2  # answers on the skill in between, or there is nothing new to judge by
NINETY = 1.6449  # standard deviations to either side of the mean of a normal that leave out 10 %
MOST_LEARNERS = 400
COLUMNS = ("learner", "skill", "k", "mean", "sd", "answers", "later_mean", "later_sd", "later_answers")


@dataclass(frozen=True)
class Coverage:
    """How often a 90 % interval of mastery after k answers covers the estimate after LATER; skills of learners.

    The interval is about the truth, of which the later estimate tells only a part, so exact beliefs cover more than
    90 % of it; `as_moves` is what exact beliefs cover 90 % of (the variance before is that of the move and that after).
    """

    course: str
    cohort: int
    k: int
    learners: int
    skills: int
    covered: float
    low: float  # of a 95 % interval over learners
    high: float
    as_moves: float  # covered by intervals of the move alone, which leave out the doubt that LATER still has
    mean_sd: float
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
        move = (rows["later_mean"] - rows["mean"]).abs().to_numpy()
        sd, later_sd = rows["sd"].to_numpy(), rows["later_sd"].to_numpy()
        covers = (move <= NINETY * sd).astype(np.float64)
        as_moves = float(np.mean(move <= NINETY * np.sqrt(np.maximum(sd**2 - later_sd**2, 0.0))))
        learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1].astype(np.int64)
        interval = bootstrap(covers, learner)
        who, numbers = (course, int(cohort), int(k)), (int(learner.max()) + 1, len(rows))
        spread = as_moves, float(sd.mean()), float(move.mean())
        found.append(Coverage(*who, *numbers, interval.mean, interval.low, interval.high, *spread))
    return found


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
                now = (before.mean, before.sd, before.answers)
                yield (name, str(before.skill), k, *now, after.mean, after.sd, after.answers)


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
