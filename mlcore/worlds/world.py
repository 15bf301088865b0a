"""What every world has: lessons to choose from, learners whose state is known, and what a lesson does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers

State = Any  # what a world keeps of n learners; only the world that made it can read it

HELD = 0.5  # from this mastery on a learner truly has a skill


@dataclass(frozen=True)
class Lessons:
    """What a course offers, as far as anybody may know it. Skills and lessons stand in teaching order."""

    skill: Codes  # [l] what each lesson is about
    prerequisites: Mask  # [s, s] skill of the row builds on skill of the column
    difficulty: Numbers  # [l] 1 (easy) to 5 (hard)
    modality: Codes  # [l]
    kind: Codes  # [l] type of its questions
    seconds: float = 86_400.0  # from one lesson to the next

    @classmethod
    def one_for_each(cls, prerequisites: Mask, difficulty: Numbers | None = None, seconds: float = 86_400.0) -> Self:
        """A lesson for each skill, all of one modality and one type of question."""
        skills = len(prerequisites)
        nothing = np.zeros(skills, np.int64)
        middling = np.full(skills, 3.0)
        return cls(
            np.arange(skills), prerequisites, middling if difficulty is None else difficulty, nothing, nothing, seconds
        )

    def __len__(self) -> int:
        return len(self.skill)

    @property
    def skills(self) -> int:
        return len(self.prerequisites)

    @property
    def needs(self) -> Mask:
        """Skills that a lesson builds on.  [l, s]"""
        return self.prerequisites[self.skill]

    def ready(self, known: Mask) -> Mask:
        """Lessons all of whose prerequisites are among the known skills [n, s]; one of a first skill always is.  [n, l]

        With `known` by a learner's record these are the admissible lessons.
        """
        missing = (~known).astype(np.int64) @ self.needs.T.astype(np.int64)
        ready: Mask = missing == 0
        return ready


@dataclass(frozen=True)
class Answers:
    """Up to q answers of each of n learners to one lesson; `correct` is nan where none was given."""

    item: Codes  # [n, q]
    skill: Codes  # [n, q]
    correct: Numbers  # [n, q] 1, 0 or nan


class World(Protocol):
    """A model of n learners at once. States are never changed in place; moments are lessons taken."""

    @property
    def name(self) -> str: ...

    @property
    def lessons(self) -> Lessons: ...

    @property
    def items(self) -> int:
        """Number of different questions."""
        ...

    def begin(self, learners: int, rng: np.random.Generator) -> State:
        """Draw learners as they come."""
        ...

    def teach(self, state: State, taken: Taken, rng: np.random.Generator) -> tuple[State, Answers]:
        """Give each learner a lesson and ask the questions that belong to it."""
        ...

    def mastery(self, state: State) -> Numbers:
        """How far each skill is held now, 0 to 1: the truth that an estimate should find.  [n, s]"""
        ...

    def score(self, state: State) -> Numbers:
        """What the learners would reach in the final test, 0 to 1.  [n]"""
        ...

    def gains(self, state: State) -> Numbers:
        """What the next lesson would add to what the score is made of, in expectation.  [n, l]"""
        ...


@dataclass(frozen=True)
class Taken:
    """The lesson of each learner, and whether it sticks: one that does not takes time and asks, but teaches nothing."""

    lesson: Codes  # [n]
    sticks: Mask  # [n]

    @classmethod
    def by_all(cls, lesson: Codes) -> Self:
        """Lessons that all stick."""
        return cls(lesson, np.ones(len(lesson), bool))


def builds_on(skills: int, links: Sequence[tuple[int, int]]) -> Mask:
    """Prerequisites from pairs (earlier skill, later skill).  [s, s]

    Raises ValueError where the later one does not come later in teaching order.
    """
    prerequisites = np.zeros((skills, skills), bool)
    for earlier, later in links:
        if not 0 <= earlier < later < skills:
            raise ValueError(f"skill {later} cannot build on skill {earlier}: skills stand in teaching order")
        prerequisites[later, earlier] = True
    return prerequisites


def asked_about(skill: Codes, questions: int) -> tuple[Codes, Codes]:
    """The items and the skills of `questions` questions on each of these skills [n, k].  [n, k * questions] each"""
    skills = np.repeat(skill, questions, axis=1)
    return skills * questions + np.tile(np.arange(questions), skill.shape[1]), skills
