"""What every learner model and every rival can do, so that one evaluation compares them side by side."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from mlcore.interactions import Interactions, Numbers


class Predictor(Protocol):
    """A way to predict answers. Fitted on some learners, asked about others."""

    @property
    def name(self) -> str:
        """What tables call it."""

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Return this predictor, fitted. `train` and `validation` share no learner; codes mean the same in both."""

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """Predict every row from the first k answers of its learner alone: the state is frozen after k.

        Returns [n] probabilities of a right answer; rows at positions below k are nan. Only what is known before an
        answer is given (item, skills, modality, time) may be read from the rows at k and later.
        """

    def predict_next(self, log: Interactions) -> Numbers:
        """Predict each row from all earlier answers of the same learner. Returns [n] probabilities."""


@runtime_checkable
class Adapting(Predictor, Protocol):
    """One that may adapt to a learner by steps of an inner loop, so many as it is told when it is asked."""

    @property
    def steps(self) -> int:
        """How many it takes; 0 if it has no inner loop."""

    def with_steps(self, steps: int) -> Self:
        """Return this predictor, taking so many; what it was fitted to stays as it is."""
