"""The recurrent policy (RL^2, `mlcore.sequencing`) on its own: inside a gate, the lesson that would add most.

As it is served, it is one term of a score that leaves something to chance: see `product`.

The gate is that of the tracers: prerequisites that are as likely known as not. So whatever the network makes of a
course that looks like nothing in its training, no lesson is given before those that it builds on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes
from mlcore.sequencing import sequencer as sequencing
from mlcore.sequencing.courses import of_lessons
from mlcore.sequencing.law import Shown
from mlcore.sequencing.sequencer import Sequencer
from mlcore.tracing import KNOWN_BEFORE
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.tracing import ENOUGH, Traced, traced
from mlcore.worlds.world import Answers, Lessons


@dataclass(frozen=True)
class Sequenced:
    """What the gate traces, and what the network remembers."""

    traced: Traced
    memory: sequencing.Memory


@dataclass(frozen=True)
class Recurrent:
    """`Sequencer` in the seat of a policy. Of lessons that differ only in modality one is drawn."""

    sequencer: Sequencer
    name: str = "rl2_alone"
    knows_truth: bool = False

    def begin(self, lessons: Lessons, learners: int) -> Sequenced:
        known = np.full((learners, lessons.skills), KNOWN_BEFORE)
        return Sequenced(Traced(lessons, known), self.sequencer.begin(of_lessons(lessons, learners)))

    def choose(self, memory: Sequenced, moment: Moment, rng: np.random.Generator) -> Choice:
        ready = memory.traced.ready(ENOUGH)
        gains = self.sequencer.gains(memory.memory)[:, memory.traced.lessons.skill]
        return Choice.best(np.where(ready, gains.astype(np.float64), -np.inf), rng, ready)

    def observe(self, memory: Sequenced, lesson: Codes, answers: Answers) -> Sequenced:
        skills = memory.traced.lessons.skill[lesson]
        after = self.sequencer.observe(memory.memory, skills, shown_by(answers, memory.traced.lessons.skills))
        return Sequenced(traced(memory.traced, lesson, answers), after)


def shown_by(answers: Answers, skills: int) -> Shown:
    """Count the answers of each learner on each skill."""
    right, wrong = np.zeros((2, len(answers.skill), skills))
    row = np.broadcast_to(np.arange(len(answers.skill))[:, None], answers.skill.shape)
    np.add.at(right, (row, answers.skill), answers.correct == 1.0)
    np.add.at(wrong, (row, answers.skill), answers.correct == 0.0)
    return Shown(right, wrong)
