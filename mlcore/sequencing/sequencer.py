"""The recurrent policy in numpy: what a lesson on each skill would add, judged from the lessons and answers so far.

Every skill of a learner has a memory. After each lesson all of them are moved on by the same gated unit (Cho et al.
2014), which reads what the answers showed of the skill, the memories of what it builds on, of what builds on it, and
of all skills. So the same few weights serve every course, whatever its size, and ids are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from mlcore.belief import Float32
from mlcore.interactions import Codes
from mlcore.sequencing.courses import STATIC, Courses
from mlcore.sequencing.law import Shown

HIDDEN = 32
READ = 11  # columns of `read`
VIEWS = 4  # memories that each skill sees: its own, and the means of three kinds of others


@dataclass(frozen=True)
class Neighbors:
    """Whose memories are averaged for each skill; rows add up to 1, or to 0 where there is nobody.  [n, s, s] each"""

    before: Float32  # what it builds on
    after: Float32  # what builds on it
    everyone: Float32

    @classmethod
    def of(cls, courses: Courses) -> Self:
        edges, real = courses.builds_on.astype(np.float32), courses.real.astype(np.float32)
        everyone = np.broadcast_to(real[:, None, :], edges.shape)
        return cls(*(_averaging(part) for part in (edges, edges.transpose(0, 2, 1), everyone)))


@dataclass(frozen=True)
class Memory:
    """What the sequencer knows of n learners."""

    courses: Courses
    neighbors: Neighbors
    described: Float32  # [n, s, STATIC]
    hidden: Float32  # [n, s, h]


@dataclass(frozen=True)
class Sequencer:
    """Weights [inputs, outputs] and biases [outputs] by the name of what they make."""

    start: Float32  # [STATIC, h]
    start_bias: Float32
    read: Float32  # [READ + STATIC + VIEWS * h, h]
    read_bias: Float32
    gates: Float32  # [h, 3 h] of what was read: reset, update, new
    gates_bias: Float32
    kept: Float32  # [h, 3 h] of the memory
    kept_bias: Float32
    judge: Float32  # [STATIC + VIEWS * h, h]
    judge_bias: Float32
    gain: Float32  # [h, 1]
    gain_bias: Float32  # [1]

    def begin(self, courses: Courses) -> Memory:
        """Meet learners who have not had a lesson."""
        described = courses.described.astype(np.float32)
        hidden = np.tanh(described @ self.start + self.start_bias)
        return Memory(courses, Neighbors.of(courses), described, hidden)

    def gains(self, memory: Memory) -> Float32:
        """Return what a lesson on each skill would add, in units of a good one; -inf where padded.  [n, s]"""
        seen = np.concatenate([self._views(memory), memory.described], axis=2)
        gain = (_silu(seen @ self.judge + self.judge_bias) @ self.gain + self.gain_bias)[:, :, 0]
        return np.where(memory.courses.real, gain, -np.inf)

    def observe(self, memory: Memory, lesson: Codes, shown: Shown) -> Memory:
        """Return the memory after a lesson on a skill [n] and its answers. The old one is untouched."""
        columns = read(memory.courses, lesson, shown)
        seen = np.concatenate([columns, self._views(memory), memory.described], axis=2)
        told = _silu(seen @ self.read + self.read_bias) @ self.gates + self.gates_bias
        held = memory.hidden @ self.kept + self.kept_bias
        h = memory.hidden.shape[2]
        reset, update = (_sigmoid(told[..., part] + held[..., part]) for part in (slice(h), slice(h, 2 * h)))
        new = np.tanh(told[..., 2 * h :] + reset * held[..., 2 * h :])
        return replace(memory, hidden=(1.0 - update) * new + update * memory.hidden)

    def _views(self, memory: Memory) -> Float32:
        """Its own memory beside the averages of its neighbors'.  [n, s, VIEWS * h]"""
        hidden, near = memory.hidden, memory.neighbors
        return np.concatenate([hidden, near.before @ hidden, near.after @ hidden, near.everyone @ hidden], axis=2)

    def arrays(self) -> dict[str, Float32]:
        return {column.name: getattr(self, column.name) for column in fields(self)}


def read(courses: Courses, lesson: Codes, shown: Shown) -> Float32:
    """Return what a lesson [n] and its answers tell of each skill, without ids.  [n, s, READ]"""
    row, skills = np.arange(len(lesson)), courses.real.shape[1]
    right, wrong = shown.right, shown.wrong
    columns = [
        np.arange(skills) == lesson[:, None],
        right / 2.0,
        wrong / 2.0,
        right + wrong > 0,
        (right > 0) & (wrong == 0),
        (wrong > 0) & (right == 0),
        courses.builds_on[row, :, lesson],
        courses.builds_on[row, lesson],
        courses.at_one_remove[row, :, lesson],
        courses.at_one_remove[row, lesson],
        courses.siblings[row, lesson],
    ]
    return np.stack(columns, axis=2).astype(np.float32)


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of a `Sequencer` with memories of this size."""
    views = STATIC + VIEWS * hidden
    return {
        "start": (STATIC, hidden),
        "start_bias": (hidden,),
        "read": (READ + views, hidden),
        "read_bias": (hidden,),
        "gates": (hidden, 3 * hidden),
        "gates_bias": (3 * hidden,),
        "kept": (hidden, 3 * hidden),
        "kept_bias": (3 * hidden,),
        "judge": (views, hidden),
        "judge_bias": (hidden,),
        "gain": (hidden, 1),
        "gain_bias": (1,),
    }


def _averaging(edges: Float32) -> Float32:
    averaging: Float32 = edges / np.maximum(edges.sum(2, keepdims=True), 1.0)
    return averaging


def _sigmoid(x: Float32) -> Float32:
    half = np.float32(0.5) * x
    squeezed: Float32 = np.float32(0.5) + np.float32(0.5) * np.tanh(half)
    return squeezed


def _silu(x: Float32) -> Float32:
    return x * _sigmoid(x)
