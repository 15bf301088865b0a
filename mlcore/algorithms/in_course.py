"""The meta-learner as a predictor trained in the very course that it is asked about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import torch

from mlcore import training
from mlcore.algorithms.champion import predict_after, predict_next
from mlcore.calibration import Population, uncalibrated
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import episodes_in
from mlcore.inference import Knowledge
from mlcore.interactions import Interactions, Numbers
from mlcore.lessons import LessonPlan
from mlcore.variety import AS_IT_IS
from mlcore.weights import silent


@dataclass(frozen=True)
class Maml:
    """`mlcore.algorithms.maml`, fitted; `alone` leaves out the average with the classic."""

    name: str = "maml"
    settings: training.TrainingSettings = field(
        default_factory=lambda: training.TrainingSettings(plan=LessonPlan(variety=AS_IT_IS))
    )
    alone: bool = True
    knowledge: Knowledge = field(default_factory=lambda: Knowledge(silent(), uncalibrated(Population())))

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """See mlcore.predictor.Predictor. Takes minutes."""
        del validation  # training holds out learners of its own
        trained = training.train([train], self.settings, torch.Generator().manual_seed(seed))
        calibration = fit_difficulty(episodes_in(train), trained.prior.population)
        calibration = replace(calibration, network_weight=1.0 if self.alone else trained.prior.network_weight)
        return replace(self, knowledge=Knowledge(trained.weights, calibration))

    @property
    def steps(self) -> int:
        """See mlcore.predictor.Adapting."""
        return self.knowledge.steps

    def with_steps(self, steps: int) -> Self:
        """See mlcore.predictor.Adapting."""
        return replace(self, knowledge=replace(self.knowledge, steps=steps))

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return predict_after(self.knowledge, episodes_in(log), k)

    def predict_next(self, log: Interactions) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return predict_next(self.knowledge, episodes_in(log))
