"""How few answers of a learner each predictor needs to be as good as the classic with ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlcore.evaluation.cells import FEWEST_LEARNERS
from mlcore.evaluation.comparing import Score

CLASSIC, ITS_K = "rasch_eb", 10


@dataclass(frozen=True)
class Efficiency:
    """The smallest k that was asked at which a predictor is as good as CLASSIC at ITS_K; None if it never is.

    Judged by the answers that are the same for every k (protocol `fix`): those that follow k answers differ with k.
    """

    course: str
    cohort: int
    predictor: str
    needed: float  # log-loss of CLASSIC
    k: int | None


def efficiencies(measured: Sequence[Score]) -> list[Efficiency]:
    """Of every predictor, wherever CLASSIC was asked at ITS_K about FEWEST_LEARNERS or more."""
    fixed = [score for score in measured if score.protocol == "fix" and score.learners >= FEWEST_LEARNERS]
    found = []
    for classic in fixed:
        if (classic.predictor, classic.k) != (CLASSIC, ITS_K):
            continue
        own = [score for score in fixed if (score.course, score.cohort) == (classic.course, classic.cohort)]
        for name in dict.fromkeys(score.predictor for score in own):
            enough = [score.k for score in own if score.predictor == name and score.log_loss <= classic.log_loss]
            smallest = min(enough, default=None)
            found.append(Efficiency(classic.course, classic.cohort, name, classic.log_loss, smallest))
    return found
