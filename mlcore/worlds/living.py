"""Learners live in a world under a policy, and what comes of it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.worlds.policies.policy import Choice, Memory, Moment, Policy
from mlcore.worlds.world import HELD, Answers, State, Taken, World

NOT_JUDGED = -1


@dataclass(frozen=True)
class Lives:
    """How n learners came out."""

    start: Numbers  # [n] score before the first lesson
    end: Numbers  # [n] after the last
    lessons: Codes  # [n] taken, fewer for those who left
    unready: Codes  # [n] lessons for which a prerequisite was truly lacking
    violations: Codes  # [n] lessons outside what the policy itself held admissible; NOT_JUDGED where it has no gate


@dataclass(frozen=True)
class Step:
    """One lesson of n learners: how they stood, what was chosen from what was remembered, and what came of it."""

    before: State
    memory: Memory
    choice: Choice
    answers: Answers
    after: State


def live(world: World, policy: Policy, learners: int, horizon: int, seed: int) -> Lives:
    """Teach new learners `horizon` lessons. Learners are the same for every policy and horizon of a seed."""
    start = end = np.zeros(learners)
    taken, unready, violations = np.zeros((3, learners), np.int64)
    for number, step in enumerate(steps(world, policy, learners, horizon, seed)):
        lesson = step.choice.lesson
        is_ready = _at(world.lessons.ready(world.mastery(step.before) >= HELD), lesson)
        is_here = ~np.isnan(step.answers.correct).all(axis=1)
        taken += is_here
        unready += is_here & ~is_ready
        violations = violations + is_here * _violates(step.choice)
        start = start if number else world.score(step.before)
        end = world.score(step.after)
    return Lives(start, end, taken, unready, np.maximum(violations, NOT_JUDGED))


def steps(world: World, policy: Policy, learners: int, horizon: int, seed: int) -> Iterator[Step]:
    """Teach as `live` does, and tell of each lesson."""
    born, chance, drawn = np.random.default_rng(seed).spawn(3)
    state = world.begin(learners, born)
    memory = policy.begin(world.lessons, learners)
    for number in range(horizon):
        choice = policy.choose(memory, Moment(number, horizon - number, state if policy.knows_truth else None), drawn)
        after, answers = world.teach(state, Taken.by_all(choice.lesson), chance)
        yield Step(state, memory, choice, answers, after)
        state, memory = after, policy.observe(memory, choice.lesson, answers)


def _violates(choice: Choice) -> Codes:
    """1 for a lesson outside the policy's own gate, 0 for one inside; NOT_JUDGED without a gate.  [n]"""
    if choice.admissible is None:
        return np.full(len(choice.lesson), NOT_JUDGED)
    return (~_at(choice.admissible, choice.lesson)).astype(np.int64)


def _at(columns: Mask, lesson: Codes) -> Mask:
    """What stands in each row under its lesson.  [n]"""
    found: Mask = columns[np.arange(len(lesson)), lesson]
    return found
