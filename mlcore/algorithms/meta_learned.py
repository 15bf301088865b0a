"""Meta-learners as predictors, trained in the very course that they are asked about, each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from mlcore.algorithms.meta_learner import MetaLearner, Query, Support
from mlcore.algorithms.schooling import UPBRINGINGS, School
from mlcore.belief import Float32
from mlcore.calibration import Population, uncalibrated
from mlcore.episodes import Episodes, episodes_in
from mlcore.inference import Knowledge, believe, foresee
from mlcore.interactions import Codes, Interactions, Numbers
from mlcore.lessons import LessonPlan, lesson_of
from mlcore.memory import whole_seconds
from mlcore.training import TrainingSettings
from mlcore.variety import AS_IT_IS
from mlcore.weights import silent

LEARNERS = 64  # asked about at once
AREA = 2_000_000  # most pairs of answers of one learner, summed over those asked about at once: bounds memory
NEVER = np.zeros(0, np.int64)  # freezes of lessons that only tell a history
MODEST = TrainingSettings(
    steps=400,
    batch=64,
    hidden=40,
    stock=12,
    steps_per_lesson=6,
    averaging=0.99,
    plan=LessonPlan(pupils=128, lengths=(30, 60), variety=AS_IT_IS),
)


@dataclass(frozen=True)
class MetaLearned:
    """A network of one kind, and once fitted what it knows of the course."""

    name: str  # in UPBRINGINGS
    settings: TrainingSettings = MODEST
    knowledge: Knowledge = field(default_factory=lambda: Knowledge(silent(1), uncalibrated(Population())))
    network: MetaLearner | None = None

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """See mlcore.predictor.Predictor. Takes a minute or two. Raises NothingToLearnFrom."""
        school = School.of(episodes_in(train), episodes_in(validation), self.settings, seed)
        return replace(self, knowledge=school.knowledge, network=UPBRINGINGS[self.name](school).cpu())

    @property
    def steps(self) -> int:
        """See mlcore.predictor.Adapting."""
        return self._trained.steps

    def with_steps(self, steps: int) -> Self:
        """See mlcore.predictor.Adapting. The features it reads stay as they are."""
        network = deepcopy(self._trained)
        network.steps = steps
        return replace(self, network=network)

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return self._asked(log, lambda part: self._after(part, k))

    def predict_next(self, log: Interactions) -> Numbers:
        """See mlcore.predictor.Predictor."""
        return self._asked(log, self._next)

    def _asked(self, log: Interactions, chances_of: Callable[[Episodes], Numbers]) -> Numbers:
        """Ask about some learners after the other, those with histories of like length together.  [n]"""
        episodes = episodes_in(log)
        chances = np.full(len(episodes), np.nan)
        for some in _alike(episodes.lengths):
            part = episodes.of_learners(some)
            rows = episodes.starts[some][part.learner] + part.position
            chances[rows] = chances_of(part)
        return chances

    @torch.no_grad()
    def _next(self, episodes: Episodes) -> Numbers:
        support = self._support(episodes)
        beliefs = self._trained.beliefs(support, range(support.logit.shape[1]))
        log_odds = self._trained.log_odds(beliefs, support)
        return _chances(log_odds, episodes.learner, episodes.position)

    @torch.no_grad()
    def _after(self, episodes: Episodes, k: int) -> Numbers:
        chances = np.full(len(episodes), np.nan)
        rows = np.flatnonzero(episodes.position >= k)
        if not len(rows):
            return chances
        support = self._support(episodes.first(k))
        belief = self._trained.beliefs(support, [min(k, support.logit.shape[1])])
        owner, place = episodes.learner[rows], episodes.position[rows] - k
        log_odds = self._trained.log_odds(belief, self._query(episodes, k, rows))
        chances[rows] = _chances(log_odds, owner, place)
        return chances

    def _support(self, episodes: Episodes) -> Support:
        lesson = lesson_of(episodes, self.knowledge, NEVER)
        return Support(*(torch.from_numpy(part) for part in (lesson.features, lesson.logit, lesson.correct)))

    def _query(self, episodes: Episodes, k: int, rows: Codes) -> Query:
        """What a learner faces in the answers after the first k, as it looks from there.  [l, q, f], [l, q]"""
        belief = believe(self.knowledge, episodes.first(k), episodes.learners)
        prompts = self.knowledge.calibration.weigh(episodes.questions.rows(rows))
        now, owner = whole_seconds(episodes.outcomes.at[rows]), episodes.learner[rows]
        foresight = foresee(self.knowledge, belief, prompts, now, owner)
        place = episodes.position[rows] - k
        shape = episodes.learners, int(place.max()) + 1
        features = np.zeros((*shape, foresight.features.shape[1]), np.float32)
        logit: Float32 = np.zeros(shape, np.float32)
        features[owner, place], logit[owner, place] = foresight.features, foresight.known.logit
        return Query(torch.from_numpy(features), torch.from_numpy(logit))

    @property
    def _trained(self) -> MetaLearner:
        if self.network is None:
            raise ValueError(f"{self.name} has to be fitted first")
        return self.network


def _alike(lengths: Codes) -> Iterator[Codes]:
    """Yield the learners in groups, those with the longest histories first and in the smallest groups."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = max(int(lengths[order[start]]), 1)
        size = min(max(AREA // longest**2, 1), LEARNERS)
        yield order[start : start + size]
        start += size


def _chances(log_odds: Tensor, learner: Codes, place: Codes) -> Numbers:
    return np.asarray(torch.sigmoid(log_odds.double()).numpy()[learner, place])
