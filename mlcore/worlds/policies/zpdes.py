"""A bandit inside a zone of proximal development: practice what success has lately been growing in.

Source: Clement, Roy, Oudeyer & Lopes, "Multi-armed bandits for intelligent tutoring systems", Journal of Educational
Data Mining 7, 2015 (arXiv 1310.3174), ZPDES: the reward of an activity is the success of its later half of the last
answers less that of the earlier half; its quality is a moving average of rewards; lessons are drawn by quality with a
share of exploration. The zone opens a skill when success on its prerequisites is high enough, and closes it when its
own is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import Answers, Lessons

NEW_QUALITY, LEAST_QUALITY = 0.5, 0.05


@dataclass(frozen=True)
class Zone:
    """The last answers on each skill, the oldest first, nan before there were any; and the quality of each skill."""

    lessons: Lessons
    answers: Numbers  # [n, s, remembered]
    quality: Numbers  # [n, s]


@dataclass(frozen=True)
class ZPDES:
    """Its numbers are those of no world: a short memory, as few lessons are given."""

    name: str = "zpdes"
    knows_truth: bool = False
    remembered: int = 4  # answers
    kept: float = 0.7  # of a quality, when a reward comes in
    exploring: float = 0.2
    opens: float = 0.6  # success on a prerequisite
    closes: float = 0.9  # own success

    def begin(self, lessons: Lessons, learners: int) -> Zone:
        shape = learners, lessons.skills
        return Zone(lessons, np.full((*shape, self.remembered), np.nan), np.full(shape, NEW_QUALITY))

    def choose(self, memory: Zone, moment: Moment, rng: np.random.Generator) -> Choice:
        ready = memory.lessons.ready(_success(memory.answers) >= self.opens)
        done = _success(memory.answers) >= self.closes
        zone = ready & ~done[:, memory.lessons.skill]
        zone = np.where(zone.any(axis=1, keepdims=True), zone, ready)
        quality = memory.quality[:, memory.lessons.skill] * zone
        best = quality / quality.sum(axis=1, keepdims=True)
        evenly = zone / zone.sum(axis=1, keepdims=True)
        return Choice.draw((1.0 - self.exploring) * best + self.exploring * evenly, rng, ready)

    def observe(self, memory: Zone, lesson: Codes, answers: Answers) -> Zone:
        rows, skill = np.arange(len(lesson)), memory.lessons.skill[lesson]
        latest = memory.answers.copy()
        for asked, correct in zip(answers.skill.T, answers.correct.T, strict=True):
            given = ~np.isnan(correct)
            who, what = rows[given], asked[given]
            latest[who, what] = np.column_stack([latest[who, what, 1:], correct[given]])
        half = self.remembered // 2
        scores = np.nan_to_num(latest[rows, skill])
        reward = scores[:, half:].mean(axis=1) - scores[:, :half].mean(axis=1)
        quality = memory.quality.copy()
        moved = self.kept * quality[rows, skill] + (1.0 - self.kept) * reward
        quality[rows, skill] = np.maximum(moved, LEAST_QUALITY)
        return replace(memory, answers=latest, quality=quality)


def _success(answers: Numbers) -> Numbers:
    """Share of the remembered answers that were right; 0 before there were two.  [n, s]"""
    given: Mask = ~np.isnan(answers)
    count = given.sum(axis=2)
    right = np.nan_to_num(answers).sum(axis=2)
    return np.where(count >= 2, right / np.maximum(count, 1), 0.0)
