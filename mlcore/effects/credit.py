"""What a way of learning is given credit for: later success, less what was expected. A fold of the log.

An answer to a skill a day or more after it was learned, with no lesson in between, is the test of how it was learned.
Success in the same visit counts a quarter: how well one does right after a lesson says little of how much stays
(Soderstrom and Bjork 2015, "Learning versus performance"). It counts nothing for when and in which order one practices,
as spacing and mixing make answers worse at first and better later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

QUESTIONS = "practice-questions"  # a step without a lesson: retrieval practice
SPACED, MASSED = "spaced", "massed"  # a skill that was practiced before: a day ago or more, or less
INTERLEAVED, BLOCKED = "interleaved", "blocked"  # likewise: after another skill, or right after itself
WAY, SPACING, ORDER = "way", "spacing", "order"
METHODS: Mapping[str, tuple[str, ...]] = {SPACING: (SPACED, MASSED), ORDER: (INTERLEAVED, BLOCKED)}

DAY = 86_400
EARLY = 0.25  # weight of success in the same visit
TAKEN_IN = 0.15  # of a surprise is in what is expected of the next answer on its skill: measured after 20 answers
DIGITS = 4


@dataclass
class ArmProgress:
    """What was earned under one arm. A reward is a score less what was expected."""

    answers: int = 0
    weight: float = 0.0
    total: float = 0.0  # weight times reward
    squares: float = 0.0  # reward squared

    def earn(self, reward: float, weight: float) -> None:
        self.answers += 1
        self.weight = round(self.weight + weight, DIGITS)
        self.total = round(self.total + weight * reward, DIGITS)
        self.squares = round(self.squares + reward**2, DIGITS)

    def plus(self, other: ArmProgress) -> ArmProgress:
        sums = (getattr(self, column.name) + getattr(other, column.name) for column in fields(self))
        return ArmProgress(*sums)


@dataclass
class Lesson:
    """How a skill was learned last; its test is still to come."""

    at: int = 0  # second of the first answer
    visit: int = 0
    arms: list[str] = field(default_factory=list)
    surprise: float = 0.0  # sum over the answers since


@dataclass(frozen=True)
class Answered:
    """An answer as far as rewards need it."""

    at: int  # second
    visit: int  # how many visits had begun
    modality: str  # of the lesson in this visit; empty without one
    surprise: float  # score less what was expected just before

    @property
    def way(self) -> str:
        return self.modality or QUESTIONS


def methods_of(last_practiced: int, at: int, was_just_on: bool) -> list[str]:
    """Return when and in which order a skill is practiced; nothing of one that was never practiced before."""
    if not last_practiced:
        return []
    return [SPACED if at - last_practiced >= DAY else MASSED, BLOCKED if was_just_on else INTERLEAVED]


def give_credit(
    earned: dict[str, ArmProgress], lessons: dict[int, Lesson], answer: Answered, methods: Mapping[int, Sequence[str]]
) -> None:
    """Fold one answer. `methods` are those of each skill that its question asks for; skills share its weight."""
    credits: dict[str, tuple[float, float]] = {}
    for skill, own in methods.items():
        lesson = lessons.get(skill)
        if lesson and is_test(lesson, answer):
            reward, weight, arms = answer.surprise + TAKEN_IN * lesson.surprise, 1.0 / len(methods), lesson.arms
        else:
            reward, weight, arms = answer.surprise, EARLY / len(methods), [answer.way]
        for arm in arms:
            total, whole = credits.get(arm, (0.0, 0.0))
            credits[arm] = total + weight * reward, whole + weight
        if lesson is None or lesson.visit != answer.visit:
            lesson = lessons[skill] = Lesson(answer.at, answer.visit, [answer.way, *own])
        lesson.surprise = round(lesson.surprise + answer.surprise, DIGITS)
    for arm, (total, whole) in credits.items():
        earned.setdefault(arm, ArmProgress()).earn(total / whole, whole)


def is_test(lesson: Lesson, answer: Answered) -> bool:
    """Whether an answer shows what is left of a lesson: in a later visit without one, a day or more after it."""
    return answer.visit != lesson.visit and not answer.modality and answer.at - lesson.at >= DAY
