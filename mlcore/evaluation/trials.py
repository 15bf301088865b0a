"""Who is known of a course when its test learners come: its training learners, or a small cohort and nobody else.

`in-course`: predictors are fitted on the training learners. `unseen-course`: a cohort drawn from the learners who are
not tested is all that anybody may know; the cohorts of one seed contain each other and face the same test learners.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlcore.datasets import some_learners, split_learners
from mlcore.evaluation.asking import IN_COURSE, SHARES, Split, questions
from mlcore.interactions import Interactions
from mlcore.predictor import Predictor
from mlcore.registry import NEEDS_NO_VALIDATION, NEEDS_NOBODY
from mlcore.tables import UnreadableLog

COHORTS = (0, 20, 60, 150)
SMALLEST_COHORT = 5  # but for none at all: fewer cannot be split
MOST_TESTED = 400  # learners of an unseen course, unless told otherwise
VALIDATED = (0.8, 0.2)  # shares of a cohort, for predictors that need validation learners
FEWEST_LEARNERS = 3


class TooFewLearners(UnreadableLog):
    """A part of a course has fewer than FEWEST_LEARNERS learners."""


@dataclass(frozen=True)
class Chosen:
    """Which learners take part: those with enough answers, at most so many (None: no limit)."""

    min_answers: int = 1
    most: int | None = None


@dataclass(frozen=True)
class Trial:
    """One comparison. Of an unseen course, `split.train` is the cohort and `split.validation` is empty."""

    split: Split
    seed: int
    cohort: int = IN_COURSE

    @property
    def course(self) -> str:
        return self.split.test.course

    @property
    def judged_on(self) -> tuple[str, int]:
        """The course and the seed: trials of several cohorts share them, and their test learners."""
        return self.course, self.seed

    def questions(self, shots: Sequence[int]) -> pd.DataFrame:
        """What everyone is asked, as `asking.questions`, with `seed` and `cohort`."""
        return questions(self.split.test, shots).assign(seed=self.seed, cohort=self.cohort)

    def allows(self, predictor: Predictor) -> bool:
        """Whether the predictor can do with the learners there are."""
        return self.cohort != 0 or predictor.name in NEEDS_NOBODY

    def fitted(self, predictor: Predictor) -> Predictor:
        """The predictor, fitted; part of a cohort is split off for validation only if it needs that."""
        train, validation = self.split.train, self.split.validation
        if self.cohort > 0 and predictor.name not in NEEDS_NO_VALIDATION:
            train, validation = split_learners(train, VALIDATED, self.seed)
        return predictor.fit(train, validation, self.seed)


def in_course(course: Interactions, seed: int, chosen: Chosen) -> Trial:
    """Split the learners; at most `chosen.most` take part, each part having its share. Raises TooFewLearners.

    Learners are chosen after the split, so the options never move one to another part: who was left out in training
    is never trained on.
    """
    parts = _parts(course, seed, chosen)
    if chosen.most:
        counts = [round(chosen.most * share) for share in SHARES]
        parts = [some_learners(part, count, seed) for part, count in zip(parts, counts, strict=True)]
    if min(map(_learners, parts)) < FEWEST_LEARNERS:
        shares = ", ".join(f"{share:.0%}" for share in SHARES)
        raise TooFewLearners(
            f"{course.course}: too few learners; each part ({shares}) needs {FEWEST_LEARNERS} or more of them"
        )
    return Trial(Split(*parts), seed)


def unseen_course(course: Interactions, seed: int, chosen: Chosen, cohorts: Sequence[int] = COHORTS) -> Iterator[Trial]:
    """Yield a trial for each cohort that the course is large enough for; at most `chosen.most` learners are tested.

    They are the test learners of `in_course`. Raises TooFewLearners.
    """
    train, validation, test = _parts(course, seed, chosen)
    test = some_learners(test, chosen.most or MOST_TESTED, seed)
    if _learners(test) < FEWEST_LEARNERS:
        raise TooFewLearners(f"{course.course}: too few learners; {FEWEST_LEARNERS} or more have to be tested")
    others = course.of_learners(np.union1d(train.learner, validation.learner))
    for cohort in cohorts:
        known = some_learners(others, cohort, seed)
        if _learners(known) == cohort:
            yield Trial(Split(known, known.of_learners(np.zeros(0, np.int64)), test), seed, cohort)


def _parts(course: Interactions, seed: int, chosen: Chosen) -> list[Interactions]:
    long_enough = np.flatnonzero(np.bincount(course.learner) >= chosen.min_answers)
    whole = Split.of(course, seed)
    return [part.of_learners(long_enough) for part in (whole.train, whole.validation, whole.test)]


def _learners(log: Interactions) -> int:
    return len(np.unique(log.learner))
