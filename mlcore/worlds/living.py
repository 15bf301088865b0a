"""Learners live in a world under a policy, and what comes of it is written down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.worlds.policies.policy import Choice, Moment, Policy
from mlcore.worlds.world import HELD, Taken, World

NOT_JUDGED = -1


@dataclass(frozen=True)
class Lives:
    """How n learners came out."""

    start: Numbers  # [n] score before the first lesson
    end: Numbers  # [n] after the last
    lessons: Codes  # [n] taken, fewer for those who left
    unready: Codes  # [n] lessons for which a prerequisite was truly lacking
    violations: Codes  # [n] lessons outside what the policy itself held admissible; NOT_JUDGED where it has no gate


def live(world: World, policy: Policy, learners: int, horizon: int, seed: int) -> Lives:
    """Teach new learners `horizon` lessons. Learners are the same for every policy and horizon of a seed."""
    born, chance, drawn = np.random.default_rng(seed).spawn(3)
    first = state = world.begin(learners, born)
    memory = policy.begin(world.lessons, learners)
    taken, unready, violations = np.zeros((3, learners), np.int64)
    for step in range(horizon):
        choice = policy.choose(memory, Moment(step, horizon - step, state if policy.knows_truth else None), drawn)
        is_ready = _at(world.lessons.ready(world.mastery(state) >= HELD), choice.lesson)
        state, answers = world.teach(state, Taken.by_all(choice.lesson), chance)
        memory = policy.observe(memory, choice.lesson, answers)
        is_here = ~np.isnan(answers.correct).all(axis=1)
        taken += is_here
        unready += is_here & ~is_ready
        violations = violations + is_here * _violates(choice)
    return Lives(world.score(first), world.score(state), taken, unready, np.maximum(violations, NOT_JUDGED))


def _violates(choice: Choice) -> Codes:
    """1 for a lesson outside the policy's own gate, 0 for one inside; NOT_JUDGED without a gate.  [n]"""
    if choice.admissible is None:
        return np.full(len(choice.lesson), NOT_JUDGED)
    return (~_at(choice.admissible, choice.lesson)).astype(np.int64)


def _at(columns: Mask, lesson: Codes) -> Mask:
    """What stands in each row under its lesson.  [n]"""
    found: Mask = columns[np.arange(len(lesson)), lesson]
    return found
