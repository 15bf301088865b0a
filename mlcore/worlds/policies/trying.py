"""The product's bandit over ways of learning, for the learners of a world: what lessons earned, and what follows.

Whoever takes the course at the same time tells of its modalities, too, and so do those who took it before; nobody is in
a cohort. Each lesson comes with its questions and there are none without one, so rewards are those of success right
after a lesson (`mlcore.effects.credit`), and nothing is ever earned by when and in which order skills are practiced.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mlcore.effects.believing import Effect, believed, effects_by, evidence_in, means_of, summed, tries_of
from mlcore.effects.credit import METHODS, WAY, Answered, ArmProgress, Lesson, give_credit, methods_of
from mlcore.effects.hierarchy import fit
from mlcore.interactions import UNKNOWN, Codes, Numbers
from mlcore.worlds.world import Answers, Lessons

Earned = Mapping[str, ArmProgress]  # by one learner, under each arm


@dataclass(frozen=True)
class Tried:
    """What n learners did and earned, and what everybody together tells of the modalities."""

    lessons: Lessons
    earlier: Sequence[Earned]  # by those who took the course before
    earned: Sequence[Earned]  # [n]
    learned: Sequence[Mapping[int, Lesson]]  # [n] by skill
    practiced: Sequence[Mapping[int, int]]  # [n] second of the last answer on each skill
    just_on: Sequence[frozenset[int]]  # [n] skills of the latest lesson
    visits: int = 0
    shared: Mapping[str, Effect] = field(default_factory=dict)

    @property
    def factors(self) -> dict[str, list[str]]:
        ways = [way_of(modality) for modality in np.unique(self.lessons.modality)]
        return {WAY: ways} | {factor: list(arms) for factor, arms in METHODS.items()}


def untried(lessons: Lessons, learners: int, earlier: Sequence[Earned]) -> Tried:
    """Return what is known before the first lesson."""
    nobody: list[dict[int, int]] = [{}] * learners
    none = Tried(lessons, earlier, [{}] * learners, [{}] * learners, nobody, [frozenset()] * learners)
    return replace(none, shared=_shared(none))


def worth_trying(tried: Tried, row: int, at: float, rng: np.random.Generator) -> Numbers:
    """Return what effects, and a draw of what is not known of them, add to the score of each lesson.  [l]"""
    effects = believed(tried.earned[row], tried.factors, tried.shared)
    means, tries = means_of(effects), tries_of(effects, random.Random(int(rng.integers(2**63))))
    arms = [
        [way_of(modality), *_methods(tried, row, int(skill), at)]
        for skill, modality in zip(tried.lessons.skill, tried.lessons.modality, strict=True)
    ]
    return summed(arms, means) + summed(arms, tries)


def after_lesson(tried: Tried, lesson: Codes, answers: Answers, told: tuple[Numbers, float]) -> Tried:
    """Give credit for a lesson. `told` is how far its answers [n, q] went beyond expectations, and its second."""
    surprise, at = told
    rows = [_credited(tried, row, int(lesson[row]), (answers, surprise, at)) for row in range(len(lesson))]
    earned, learned, practiced, just_on = (list(column) for column in zip(*rows, strict=True))
    after = replace(
        tried, earned=earned, learned=learned, practiced=practiced, just_on=just_on, visits=tried.visits + 1
    )
    return replace(after, shared=_shared(after))


def way_of(modality: int) -> str:
    return f"modality {modality}"


def _credited(
    tried: Tried, row: int, lesson: int, told: tuple[Answers, Numbers, float]
) -> tuple[Earned, Mapping[int, Lesson], Mapping[int, int], frozenset[int]]:
    answers, surprise, at = told
    given = ~np.isnan(surprise[row])
    if not given.any():
        return tried.earned[row], tried.learned[row], tried.practiced[row], tried.just_on[row]
    earned = {arm: replace(own) for arm, own in tried.earned[row].items()}
    learned = {skill: replace(own) for skill, own in tried.learned[row].items()}
    practiced, way = dict(tried.practiced[row]), way_of(int(tried.lessons.modality[lesson]))
    skills = [int(skill) for skill in answers.skill[row, given]]
    for skill, one in zip(skills, surprise[row, given], strict=True):
        answered = Answered(int(at), tried.visits + 1, way, float(one))
        give_credit(earned, learned, answered, {skill: _methods(tried, row, skill, at)})
        practiced[skill] = int(at)
    return earned, learned, practiced, frozenset(skills)


def _methods(tried: Tried, row: int, skill: int, at: float) -> list[str]:
    return methods_of(tried.practiced[row].get(skill, 0), int(at), skill in tried.just_on[row])


def _shared(tried: Tried) -> dict[str, Effect]:
    """Return what all learners tell of each modality, as the product finds it every hour."""
    everybody, ways = [*tried.earlier, *tried.earned], tried.factors[WAY]
    if not any(everybody):
        return {}
    return effects_by(fit(evidence_in(everybody, ways, np.full(len(everybody), UNKNOWN))), ways)
