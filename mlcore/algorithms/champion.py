"""What the tutor serves, as a predictor: the meta-learned network averaged with the classic, fitted to one course."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mlcore.belief import Belief
from mlcore.calibration import Calibration
from mlcore.checkpoint import Checkpoint, load_checkpoint
from mlcore.episodes import Episodes, episodes_in
from mlcore.fitting import calibrate
from mlcore.inference import Knowledge, believe, foresee, served_logit, walk
from mlcore.interactions import Codes, Interactions, Numbers
from mlcore.memory import NEWTON_STEPS, sigmoid, whole_seconds

CHUNK = 20_000  # prompts foreseen at once, to bound memory


@dataclass(frozen=True)
class Champion:
    """A checkpoint whose calibration is fitted to each course; the weights stay as they are."""

    checkpoint: Checkpoint
    name: str = "adept"
    calibration: Calibration | None = None
    steps: int = NEWTON_STEPS

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Calibrate to the course in which these learners answered. See mlcore.predictor.Predictor."""
        del validation, seed
        calibration = calibrate(self.checkpoint.weights, self.checkpoint.prior, episodes_in(train))
        return replace(self, calibration=calibration)

    @property
    def knowledge(self) -> Knowledge:
        return Knowledge(self.checkpoint.weights, self.calibration or self.checkpoint.prior, self.steps)

    def with_steps(self, steps: int) -> Self:
        """See mlcore.predictor.Adapting."""
        return replace(self, steps=steps)

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return predict_after(self.knowledge, episodes_in(log), k)

    def predict_next(self, log: Interactions) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return predict_next(self.knowledge, episodes_in(log))


def champion_from(path: str | None = None) -> Champion:
    """Return the champion of a checkpoint file, by default the one shipped. Raises CheckpointRefused."""
    return Champion(load_checkpoint(path))


def predict_after(knowledge: Knowledge, episodes: Episodes, k: int) -> Numbers:
    """Predict every answer from its learner's first k; nan at positions below k.  [n]"""
    belief = believe(knowledge, episodes.first(k), episodes.learners)
    chances = np.full(len(episodes), np.nan)
    later = np.flatnonzero(episodes.position >= k).astype(np.int64)
    for start in range(0, len(later), CHUNK):
        rows = later[start : start + CHUNK]
        chances[rows] = _chances(knowledge, belief, episodes, rows)
    return chances


def predict_next(knowledge: Knowledge, episodes: Episodes) -> Numbers:
    """Predict every answer from all earlier ones of its learner.  [n]"""
    chances = np.empty(len(episodes))
    for step in walk(knowledge, episodes):
        chances[step.rows] = sigmoid(served_logit(knowledge.calibration, step.foresight))
    return chances


def _chances(knowledge: Knowledge, belief: Belief, episodes: Episodes, rows: Codes) -> Numbers:
    prompts = knowledge.calibration.weigh(episodes.questions.rows(rows))
    now = whole_seconds(episodes.outcomes.at[rows])
    foresight = foresee(knowledge, belief, prompts, now, episodes.learner[rows])
    between = episodes.position[rows] - foresight.known.answered.astype(np.int64)
    return sigmoid(served_logit(knowledge.calibration, foresight, np.maximum(between, 0)))
