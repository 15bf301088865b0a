"""Courses drawn at random: which skills there are, and which build on which. Every pupil has a row of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlcore.interactions import Mask, Numbers
from mlcore.worlds.world import Lessons

PASSED_ON = 0.5  # of a skill's weight, to each that it builds on or that builds on it
TREE = 0.4  # chance of a course in which every skill builds on at most one
DENSEST, MOST_NEEDED = 0.45, 4.0  # share of earlier skills that one builds on, and about how many at most
STATIC = 7  # columns of Courses.described


@dataclass(frozen=True)
class Courses:
    """The courses of n pupils, padded to s skills, in teaching order."""

    builds_on: Mask  # [n, s, s] skill of the row on skill of the column
    real: Mask  # [n, s] False where padded
    difficulty: Numbers  # [n, s] 1 (easy) to 5 (hard), as its author has it

    def __len__(self) -> int:
        return len(self.real)

    @cached_property
    def at_one_remove(self) -> Mask:
        """Skill of the row on one that builds on that of the column.  [n, s, s]"""
        edges = self.builds_on.astype(np.float32)
        at_one_remove: Mask = edges @ edges > 0
        return at_one_remove

    @cached_property
    def siblings(self) -> Mask:
        """Skills that build on the same.  [n, s, s]"""
        edges = self.builds_on.astype(np.float32)
        siblings: Mask = edges @ edges.transpose(0, 2, 1) > 0
        return siblings

    @cached_property
    def described(self) -> Numbers:
        """What is known of each skill before anybody has answered, without ids.  [n, s, STATIC]"""
        edges = self.builds_on.astype(np.float64)
        needs, needed = edges.sum(2), edges.sum(1)
        columns = [
            needs / 3.0,
            needed / 3.0,
            (reach(edges) - 1.0) / 3.0,
            (reach(edges.transpose(0, 2, 1)) - 1.0) / 3.0,
            needs == 0,
            (self.difficulty - 3.0) / 2.0,
            np.broadcast_to(np.log(self.real.sum(1, keepdims=True)) / 3.0, needs.shape),
        ]
        return np.stack(columns, 2) * self.real[:, :, None]


def of_lessons(lessons: Lessons, learners: int) -> Courses:
    """The same course for each of so many learners; a skill is as difficult as its lessons on average."""
    count = np.maximum(np.bincount(lessons.skill, minlength=lessons.skills), 1)
    difficulty = np.bincount(lessons.skill, lessons.difficulty, minlength=lessons.skills) / count
    real = np.ones((learners, lessons.skills), bool)
    shape = learners, lessons.skills, lessons.skills
    return Courses(np.broadcast_to(lessons.prerequisites, shape), real, np.tile(difficulty, (learners, 1)))


def reach(edges: Numbers) -> Numbers:
    """1, and PASSED_ON of the reach of every skill that an edge [n, s, s] leads to; edges make no circles.  [n, s]"""
    identity = np.eye(edges.shape[1])
    total: Numbers = np.linalg.inv(identity - PASSED_ON * edges).sum(2)
    return total


def draw_courses(rng: np.random.Generator, size: tuple[int, int], skills: tuple[int, int], linked: bool) -> Courses:
    """Draw `size` = (courses, pupils of each) with so many skills, fewest and most; `linked`: some build on others."""
    courses, pupils = size
    fewest, most = skills
    real = np.arange(most) < rng.integers(fewest, most + 1, courses)[:, None]
    edges = np.stack([_draw_edges(rng, most) if linked else np.zeros((most, most), bool) for _ in range(courses)])
    edges &= real[:, :, None]
    difficulty = np.clip(3.0 + rng.normal(0.0, 1.0, (courses, most)), 1.0, 5.0)
    return Courses(*(np.repeat(part, pupils, axis=0) for part in (edges, real, difficulty)))


def _draw_edges(rng: np.random.Generator, skills: int) -> Mask:
    edges = np.zeros((skills, skills), bool)
    is_tree, density = rng.random() < TREE, rng.uniform(0.1, DENSEST)
    for skill in range(1, skills):
        if is_tree:
            edges[skill, rng.integers(0, skill)] = rng.random() < 0.9
        else:
            edges[skill, :skill] = rng.random(skill) < density * min(1.0, MOST_NEEDED / skill)
    return edges
