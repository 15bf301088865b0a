"""The k-shot comparison in one call: fit, ask, score, compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mlcore.evaluation.asking import CHANCE, IN_COURSE, SHOTS, Split, predict, questions
from mlcore.evaluation.bootstrapping import DRAWS
from mlcore.evaluation.comparing import Difference, Score, differences, scores
from mlcore.interactions import Interactions
from mlcore.predictor import Predictor


@dataclass(frozen=True)
class KShot:
    """What everyone predicted, one row for each answer asked about; columns as in `evaluation.asking.questions`,
    `seed`, `cohort`, and `p_<name>` for each predictor."""

    predictions: pd.DataFrame

    def scores(self) -> list[Score]:
        """Measures of every predictor in every cell."""
        return scores(self.predictions)

    def differences(self, against: Sequence[str] | None = None, draws: int = DRAWS, seed: int = 0) -> list[Difference]:
        """Every predictor against the strongest of the others, or of `against`, with a paired interval."""
        return differences(self.predictions, against, draws, seed)


def k_shot(predictors: Sequence[Predictor], split: Split, shots: Sequence[int] = SHOTS, seed: int = 0) -> KShot:
    """Fit each predictor to the training learners and ask it about the test learners."""
    fitted = [predictor.fit(split.train, split.validation, seed) for predictor in predictors]
    return ask(fitted, split.test, shots, seed)


def ask(fitted: Sequence[Predictor], test: Interactions, shots: Sequence[int] = SHOTS, seed: int = 0) -> KShot:
    """Ask predictors that are fitted already; none of them may have met these learners."""
    asked = questions(test, shots).assign(seed=seed, cohort=IN_COURSE)
    chances = {CHANCE + predictor.name: predict(predictor, test, shots) for predictor in fitted}
    return KShot(asked.assign(**chances))
