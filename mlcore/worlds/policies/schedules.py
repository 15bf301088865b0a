"""Schedules of repetition, for things without prerequisites."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import Answers, Lessons

NEVER = -1.0


@dataclass(frozen=True)
class Boxes:
    """Where each skill stands (0: not met yet), and when it was met last."""

    lessons: Lessons
    box: Codes  # [n, s]
    last: Numbers  # [n, s] step, or NEVER
    step: int


def _begin(lessons: Lessons, learners: int) -> Boxes:
    shape = learners, lessons.skills
    return Boxes(lessons, np.zeros(shape, np.int64), np.full(shape, NEVER), 0)


@dataclass(frozen=True)
class Leitner:
    """A right answer moves a card up a box, a wrong one down; higher boxes are looked into less often.

    Source: Leitner, "So lernt man lernen", 1972, as the queueing network of Reddy, Labutov, Banerjee & Joachims,
    "Unbounded human learning", KDD 2016: box k is drawn in proportion to 1 / sqrt(k). Its authors tune the share of new
    cards; a half does best over the worlds of memory together.
    """

    name: str = "leitner"
    knows_truth: bool = False
    new: float = 0.5

    def begin(self, lessons: Lessons, learners: int) -> Boxes:
        return _begin(lessons, learners)

    def choose(self, memory: Boxes, moment: Moment, rng: np.random.Generator) -> Choice:
        rows = np.arange(len(memory.box))
        weights = np.zeros_like(memory.last)
        for box in range(1, int(memory.box.max(initial=0)) + 1):
            waiting = np.where(memory.box == box, memory.last, np.inf)
            weights[rows, waiting.argmin(axis=1)] += np.isfinite(waiting.min(axis=1)) / np.sqrt(box)
        old = weights.sum(axis=1, keepdims=True)
        weights *= (1.0 - self.new) / np.where(old > 0, old, 1.0)
        is_new = memory.box == 0
        weights[rows, is_new.argmax(axis=1)] += self.new * is_new.any(axis=1)
        return Choice.draw(weights[:, memory.lessons.skill], rng)

    def observe(self, memory: Boxes, lesson: Codes, answers: Answers) -> Boxes:
        rows, skill = np.arange(len(lesson)), memory.lessons.skill[lesson]
        box, last = memory.box.copy(), memory.last.copy()
        about = (answers.skill == skill[:, None]) & (answers.correct == 1.0)
        step = np.where(about.any(axis=1), 1, -1)
        box[rows, skill] = np.maximum(box[rows, skill] + step, 1)
        last[rows, skill] = memory.step
        return replace(memory, box=box, last=last, step=memory.step + 1)


@dataclass(frozen=True)
class FixedIntervals(Leitner):
    """A skill is due 4, 8, 16 ... lessons after it was met, whatever was answered; what is due longest comes first.

    Source: graduated intervals, fixed in advance (Pimsleur, "A memory schedule", Modern Language Journal 51, 1967).
    """

    name: str = "fixed_intervals"
    first: float = 4.0

    def choose(self, memory: Boxes, moment: Moment, rng: np.random.Generator) -> Choice:
        overdue = memory.step - memory.last - self.first * 2.0 ** (memory.box - 1)
        is_new = memory.box == 0
        late = 1e6  # what is due comes before what is new, and that before what is not due yet
        wanted = np.where(overdue >= 0, late + overdue, overdue - late)
        scores = np.where(is_new, -np.arange(memory.lessons.skills, dtype=np.float64), wanted)
        return Choice.best(scores[:, memory.lessons.skill], rng)

    def observe(self, memory: Boxes, lesson: Codes, answers: Answers) -> Boxes:
        every = np.ones_like(answers.correct)
        return super().observe(memory, lesson, replace(answers, correct=every))
