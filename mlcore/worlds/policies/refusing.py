"""What the learners of a world refused or chose, and what may be offered then: by the product's `mlcore.refusals`.

A skill is a module, and its lessons are the ways to learn it. There are no questions without a lesson, so that nothing
is offered in the place of a lesson that is too hard but another lesson.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from mlcore.interactions import Codes, Mask
from mlcore.refusals import BANNED_FOR, EASIEST, HARDEST, Refusal, Unwanted, Wish, levels_after, refuse, take_back
from mlcore.worlds.world import Lessons

OF_A_LESSON = 2  # entries of the log besides those of its answers: it was opened, and finished


@dataclass(frozen=True)
class Lesson:
    """A lesson as a way to learn its skill; way 0 would be questions alone."""

    number: int
    modality: str
    difficulty: int

    @property
    def id(self) -> int:
        return self.number + 1


@dataclass(frozen=True)
class Heard:
    """What one learner said so far."""

    entries: int = 0  # of their log
    refused: tuple[Refusal, ...] = ()
    banned: Mapping[int, int] = field(default_factory=dict)  # skill -> entry until which it is not wanted
    levels: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # skill -> easiest and hardest asked for
    asked: tuple[str, int] | None = None  # the wish that the next offer must respect, and the lesson it was about

    def about(self, skill: int) -> Unwanted:
        refused = [one for one in self.refused if one.module == skill]
        return Unwanted(refused, self.entries, self.banned.get(skill, 0), *self.levels.get(skill, (EASIEST, HARDEST)))

    def after_lesson(self, answers: int) -> Heard:
        return replace(self, entries=self.entries + OF_A_LESSON + answers, asked=None)

    def after_wish(self, wish: str, lesson: int, lessons: Lessons) -> Heard:
        """Return what is known after a refusal of this lesson; or after its skill was chosen."""
        skill, entry = int(lessons.skill[lesson]), self.entries + 1
        if wish == Wish.THIS_ONE:
            banned = {other: until for other, until in self.banned.items() if other != skill}
            refused = tuple(take_back(self.refused, skill))
            return replace(self, entries=entry, refused=refused, banned=banned, asked=(wish, lesson))
        levels = levels_after(wish, _lesson(lessons, lesson).difficulty, self.levels.get(skill, (EASIEST, HARDEST)))
        banned = {skill: entry + BANNED_FOR} if wish == Wish.NOT_THIS_ONE else {}
        return Heard(
            entry,
            tuple(refuse(self.refused, Refusal(skill, lesson + 1, entry, wish))),
            {**self.banned, **banned},
            {**self.levels, skill: levels},
            (wish, lesson),
        )


def may_offer(heard: Heard, lessons: Lessons, ready: Mask) -> tuple[Codes, bool]:
    """Return which of the lessons that are ready [l] may be offered, and whether the learner asked for them.

    First what they asked for, then what they did not refuse, and where nothing is left what they refused longest ago.
    What they choose themselves need not be ready.
    """
    asked = _asked_for(heard, lessons)
    if asked:
        return _numbers(asked), True
    if not heard.refused:
        return np.flatnonzero(ready), False
    by_skill = {
        int(skill): _ways(lessons, ready & (lessons.skill == skill)) for skill in np.unique(lessons.skill[ready])
    }
    near = {skill: heard.about(skill).near(ways) for skill, ways in by_skill.items()}
    wanted = [skill for skill, ways in near.items() if not heard.about(skill).keeps_out(ways)]
    found = [way for skill in wanted for way in _unrefused(heard.about(skill), near[skill])]
    if not found:
        skill = min(near, key=lambda one: heard.about(one).at)
        found = [_given_back(heard, skill, by_skill[skill])]
    return _numbers(found), False


def _asked_for(heard: Heard, lessons: Lessons) -> list[Lesson]:
    if heard.asked is None:
        return []
    wish, lesson = heard.asked
    skill, refused = int(lessons.skill[lesson]), _lesson(lessons, lesson)
    every, unwanted = _ways(lessons, lessons.skill == skill), heard.about(skill)
    fitting = unwanted.fitting(every)
    match wish:
        case Wish.THIS_ONE:
            return _unrefused(unwanted, unwanted.near(every))
        case Wish.ANOTHER_WAY:
            return unwanted.otherwise(fitting, every, refused)
        case Wish.TOO_EASY:
            return unwanted.not_refused(fitting)
        case Wish.TOO_HARD:
            return unwanted.not_refused(fitting) or unwanted.no_harder(every, refused)
    return []


def _given_back(heard: Heard, skill: int, ways: list[Lesson]) -> Lesson:
    """Return the one of all refused ways to learn a skill that may come back first: what was refused just now, last."""
    just_refused = heard.asked and heard.asked[1]
    unwanted = heard.about(skill)
    return min(ways, key=lambda way: (way.number == just_refused, *unwanted.reluctance(way)))


def _ways(lessons: Lessons, among: Mask) -> list[Lesson]:
    """Return those of these lessons [l]."""
    return [_lesson(lessons, int(n)) for n in np.flatnonzero(among)]


def _unrefused(unwanted: Unwanted, ways: list[Lesson]) -> list[Lesson]:
    return unwanted.not_refused(ways) or unwanted.refused_longest_ago(ways)


def _lesson(lessons: Lessons, number: int) -> Lesson:
    return Lesson(number, f"modality {lessons.modality[number]}", round(float(lessons.difficulty[number])))


def _numbers(ways: list[Lesson]) -> Codes:
    return np.array(sorted(way.number for way in ways), np.int64)
