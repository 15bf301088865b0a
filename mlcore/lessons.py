"""Lessons for the network: real learners in pseudo-courses, where only some of the others have answered before.

A pseudo-course hides most of what is known of a course: its difficulties come from a cohort of random size, its
pupils are other learners. So the network learns what a difficulty judged from three answers is worth, nobody's own
answers are in the statistics they are predicted with (cross-fitting), and a new course is nothing new to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mlcore.belief import Float32
from mlcore.calibration import Population
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes
from mlcore.features import FEATURES
from mlcore.inference import Foresight, Knowledge, Step, foresee, walk
from mlcore.interactions import Codes, Numbers
from mlcore.memory import whole_seconds
from mlcore.variety import Variety, vary
from mlcore.weights import silent

FREEZES = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 80)  # answers after which beliefs are frozen
FROZEN_LOOKS = 6  # freezes in one lesson
AHEAD = 10  # answers predicted from a frozen belief
STRIDES = (1, 1, 1, 3, 5)  # of these: the next ones, or every third or fifth, for the far future differs from the near


@dataclass(frozen=True)
class Lesson:
    """Pupils of one pseudo-course, as what the network is fed and what it should say. Padded where mask is 0."""

    features: Float32  # [l, t, f] of answer t, given all before
    logit: Float32  # [l, t] the classic's
    correct: Float32  # [l, t]
    mask: Float32  # [l, t]
    freezes: Codes  # [j]
    frozen_features: Float32  # [l, j, AHEAD, f] of answers freeze, freeze + stride, ..., given the first `freeze` ones
    frozen_logit: Float32  # [l, j, AHEAD]
    frozen_correct: Float32  # [l, j, AHEAD]
    frozen_mask: Float32  # [l, j, AHEAD]


@dataclass(frozen=True)
class LessonPlan:
    """How large lessons are, and how much is known of their courses."""

    pupils: int = 256
    lengths: tuple[int, ...] = (30, 60, 60, 100, 160)  # answers of a pupil at most, drawn for each lesson
    cohorts: tuple[int, ...] = (0, 8, 20, 60, 150, 400, 1500)  # learners who answered before
    variety: Variety = field(default_factory=Variety)
    cohort_chances: tuple[float, ...] = (0.06, 0.08, 0.14, 0.14, 0.12, 0.11, 0.35)


def pseudo_course(course: Episodes, population: Population, plan: LessonPlan, rng: np.random.Generator) -> Lesson:
    """Draw a cohort and pupils from a course, and make a lesson of them."""
    shuffled = rng.permutation(course.learners)
    pupils = min(plan.pupils, max(course.learners // 3, 1))
    size = min(int(rng.choice(plan.cohorts, p=plan.cohort_chances)), course.learners - pupils)
    course = vary(course.of_learners(shuffled[: pupils + size]), plan.variety, rng)
    calibration = fit_difficulty(course.of_learners(np.arange(pupils, pupils + size)), population)
    knowledge = Knowledge(silent(1), calibration)
    taught = course.of_learners(np.arange(pupils)).first(int(rng.choice(plan.lengths)))
    return lesson_of(taught, knowledge, _freezes(rng), int(rng.choice(STRIDES)))


def lesson_of(pupils: Episodes, knowledge: Knowledge, freezes: Codes, stride: int = 1) -> Lesson:
    """Make a lesson of all answers of these learners; after a freeze, of every `stride`-th answer."""
    shape = pupils.learners, int(pupils.lengths.max(initial=1))
    lesson = _blank(shape, freezes)
    for step, now in enumerate(walk(knowledge, pupils)):
        _write(lesson.features, lesson.logit, (now.learners, step), now.foresight)
        lesson.correct[now.learners, step] = pupils.outcomes.correct[now.rows]
        lesson.mask[now.learners, step] = 1.0
        for place in np.flatnonzero(freezes == step):
            _look_ahead(lesson, int(place), now, pupils, (knowledge, stride))
    return lesson


def _freezes(rng: np.random.Generator) -> Codes:
    return np.sort(rng.choice(FREEZES, FROZEN_LOOKS, replace=False))


def _blank(shape: tuple[int, int], freezes: Codes) -> Lesson:
    frozen = (shape[0], len(freezes), AHEAD)
    one, many = np.zeros(shape, np.float32), np.zeros(frozen, np.float32)
    f = len(FEATURES)
    return Lesson(
        features=np.zeros((*shape, f), np.float32),
        logit=one,
        correct=one.copy(),
        mask=one.copy(),
        freezes=freezes,
        frozen_features=np.zeros((*frozen, f), np.float32),
        frozen_logit=many,
        frozen_correct=many.copy(),
        frozen_mask=many.copy(),
    )


def _look_ahead(lesson: Lesson, place: int, now: Step, pupils: Episodes, how: tuple[Knowledge, int]) -> None:
    """Fill in what the beliefs of this step say of the next answers."""
    knowledge, stride = how
    left = pupils.lengths[now.learners] - int(lesson.freezes[place])
    ahead = np.minimum((left + stride - 1) // stride, AHEAD)
    owner = np.repeat(np.arange(len(now.rows)), ahead)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(ahead) - ahead, ahead)
    rows = now.rows[owner] + stride * offset
    prompts = knowledge.calibration.weigh(pupils.questions.rows(rows))
    foresight = foresee(knowledge, now.belief, prompts, whole_seconds(pupils.outcomes.at[rows]), owner)
    where = (now.learners[owner], np.full(len(owner), place), offset)
    _write(lesson.frozen_features, lesson.frozen_logit, where, foresight)
    lesson.frozen_correct[where] = pupils.outcomes.correct[rows]
    lesson.frozen_mask[where] = 1.0


def _write(features: Float32, logit: Float32, where: tuple[Codes | int, ...], foresight: Foresight) -> None:
    features[where] = foresight.features
    logit[where] = foresight.known.logit


def spread(lessons: list[Lesson]) -> tuple[Numbers, Numbers]:
    """Return mean and standard deviation of each feature over answers.  [f], [f]"""
    rows = np.concatenate([lesson.features[lesson.mask > 0] for lesson in lessons])
    return rows.mean(0), rows.std(0)
