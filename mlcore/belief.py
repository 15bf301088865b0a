"""What we believe of a learner: a few sufficient statistics whose size does not grow with the history."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import prod
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mlcore.episodes import Keys
from mlcore.interactions import Codes

Float32 = NDArray[np.float32]
Counts = NDArray[np.uint32]

SKILLS, ITEMS, MODALITIES = 32, 24, 6  # how many of the most recent ones are remembered
CONTEXT = 8  # dimensions of the learner's context vector
MOST_COUNTED = 65535

# The columns of `numbers`, `skill_numbers` and `item_numbers`.
ABILITY, ABILITY_VAR, RIGHT, WRONG, FAST, SLOW, LAST, PACE, PACE_VAR, PACES, LAST_PACE, HINTS = range(12)
S_RIGHT, S_WRONG, S_EFFECT, S_VAR, S_FAST = range(5)
I_RIGHT, I_WRONG, I_LAST = range(3)

_MAGIC = b"AdB1"
_HEAD = struct.Struct("<4sIIII3B")  # magic, checksum of all that follows it, tag, answered, last_at, slots used
_CHECKED_FROM = 8
_COUNTED = (S_RIGHT, S_WRONG)


@dataclass(frozen=True)
class Belief:
    """Beliefs about n learners; serving has one, training walks through thousands at once.

    An ability and an effect of a skill are posterior means and variances in logits; `context` is N(mean, covariance).
    FAST, SLOW, S_FAST and LAST are surprises (answer minus expectation), smoothed over a few answers or the last one.
    PACE is the mean of log seconds, HINTS the smoothed share of answers with hints. `*_seen` counts the learner's
    answers, `*_at` whole seconds; 0 means never.
    """

    tag: int  # of the checkpoint that formed it
    answered: Counts  # [n]
    last_at: Counts  # [n]
    numbers: Float32  # [n, 12]
    context: Float32  # [n, CONTEXT]
    covariance: Float32  # [n, CONTEXT, CONTEXT]
    skill_key: Keys  # [n, SKILLS]
    skill_seen: Counts  # [n, SKILLS]
    skill_at: Counts  # [n, SKILLS]
    skill_numbers: Float32  # [n, SKILLS, 5]
    item_key: Keys  # [n, ITEMS]
    item_seen: Counts  # [n, ITEMS]
    item_numbers: Float32  # [n, ITEMS, 3]
    modality_key: Keys  # [n, MODALITIES]
    modality_share: Float32  # [n, MODALITIES] of recent answers

    def __len__(self) -> int:
        return len(self.answered)

    def arrays(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _ARRAYS}

    def rows(self, chosen: Codes | slice) -> Belief:
        return replace(self, **{name: array[chosen] for name, array in self.arrays().items()})

    @staticmethod
    def stacked(several: Sequence[Belief]) -> Belief:
        """Return the beliefs of all of these, which are of one checkpoint, in their order."""
        columns = (np.concatenate([getattr(one, name) for one in several]) for name in _ARRAYS)
        return Belief(several[0].tag, *columns)

    def copy(self) -> Belief:
        return Belief(self.tag, *(array.copy() for array in self.arrays().values()))

    def put(self, chosen: Codes, others: Belief) -> None:
        """Write the others' rows into these, in place: for walks that own their arrays."""
        for name, array in self.arrays().items():
            array[chosen] = getattr(others, name)

    def to_bytes(self) -> bytes:
        """Serialize one learner's belief in less than 2,000 bytes. `from_bytes` gives back the very same numbers."""
        used = self.skill_seen[0] > 0, self.item_seen[0] > 0, self.modality_key[0] > 0
        counts = [int(mask.sum()) for mask in used]
        body = b"".join(array.tobytes() for array in self._packed(*used))
        facts = self.tag, self.answered[0], self.last_at[0], *counts
        checksum = crc32(_HEAD.pack(_MAGIC, 0, *facts)[_CHECKED_FROM:] + body)
        return _HEAD.pack(_MAGIC, checksum, *facts) + body

    def _packed(
        self, skills: NDArray[np.bool_], items: NDArray[np.bool_], modalities: NDArray[np.bool_]
    ) -> list[NDArray[np.generic]]:
        lower = np.tril_indices(CONTEXT)
        return [
            self.numbers[0],
            self.context[0],
            self.covariance[0][lower],
            self.skill_key[0, skills],
            self.skill_seen[0, skills],
            self.skill_at[0, skills],
            self.skill_numbers[0, skills][:, _COUNTED].astype(np.uint16),
            self.skill_numbers[0, skills][:, S_EFFECT:],
            self.item_key[0, items],
            self.item_seen[0, items],
            self.item_numbers[0, items][:, :I_LAST].astype(np.uint16),
            self.item_numbers[0, items][:, I_LAST],
            self.modality_key[0, modalities],
            self.modality_share[0, modalities],
        ]

    @staticmethod
    def from_bytes(data: bytes) -> Belief:
        """Read what `to_bytes` wrote. Raises ValueError when these are not such bytes."""
        if len(data) < _HEAD.size:
            raise ValueError("belief: too short")
        magic, checksum, tag, answered, last_at, *used = _HEAD.unpack_from(data)
        if magic != _MAGIC or any(count > most for count, most in zip(used, (SKILLS, ITEMS, MODALITIES), strict=True)):
            raise ValueError("belief: not a belief of this version")
        if checksum != crc32(data[_CHECKED_FROM:]):
            raise ValueError("belief: damaged")
        belief = blank(1, tag)
        belief.answered[0], belief.last_at[0] = answered, last_at
        _unpack(data[_HEAD.size :], belief, used)
        if not all(np.isfinite(array).all() for array in belief.arrays().values()):
            raise ValueError("belief: not finite")
        return belief


_ARRAYS = tuple(column.name for column in fields(Belief)[1:])


def blank(learners: int, tag: int) -> Belief:
    """Make beliefs that are all zeros, for `begin` and `from_bytes` to fill."""
    n = learners
    return Belief(
        tag=tag,
        answered=np.zeros(n, np.uint32),
        last_at=np.zeros(n, np.uint32),
        numbers=np.zeros((n, HINTS + 1), np.float32),
        context=np.zeros((n, CONTEXT), np.float32),
        covariance=np.zeros((n, CONTEXT, CONTEXT), np.float32),
        skill_key=np.zeros((n, SKILLS), np.uint64),
        skill_seen=np.zeros((n, SKILLS), np.uint32),
        skill_at=np.zeros((n, SKILLS), np.uint32),
        skill_numbers=np.zeros((n, SKILLS, S_FAST + 1), np.float32),
        item_key=np.zeros((n, ITEMS), np.uint64),
        item_seen=np.zeros((n, ITEMS), np.uint32),
        item_numbers=np.zeros((n, ITEMS, I_LAST + 1), np.float32),
        modality_key=np.zeros((n, MODALITIES), np.uint64),
        modality_share=np.zeros((n, MODALITIES), np.float32),
    )


def begin(learners: int, tag: int, ability: tuple[float, float], context: tuple[Float32, Float32]) -> Belief:
    """Make the beliefs about learners who have not answered yet, from (mean, variance) and (mean, covariance)."""
    belief = blank(learners, tag)
    belief.numbers[:, ABILITY], belief.numbers[:, ABILITY_VAR] = ability
    belief.context[:], belief.covariance[:] = context
    return belief


def _unpack(body: bytes, belief: Belief, used: Sequence[int]) -> None:
    skills, items, modalities = used
    reader = _Reader(body)
    belief.numbers[0] = reader.take(np.float32, HINTS + 1)
    belief.context[0] = reader.take(np.float32, CONTEXT)
    lower, triangle = np.tril_indices(CONTEXT), reader.take(np.float32, CONTEXT * (CONTEXT + 1) // 2)
    belief.covariance[0][lower] = triangle
    belief.covariance[0].T[lower] = triangle
    belief.skill_key[0, :skills] = reader.take(np.uint64, skills)
    belief.skill_seen[0, :skills] = reader.take(np.uint32, skills)
    belief.skill_at[0, :skills] = reader.take(np.uint32, skills)
    belief.skill_numbers[0, :skills, :S_EFFECT] = reader.take(np.uint16, skills, 2)
    belief.skill_numbers[0, :skills, S_EFFECT:] = reader.take(np.float32, skills, 3)
    belief.item_key[0, :items] = reader.take(np.uint64, items)
    belief.item_seen[0, :items] = reader.take(np.uint32, items)
    belief.item_numbers[0, :items, :I_LAST] = reader.take(np.uint16, items, 2)
    belief.item_numbers[0, :items, I_LAST] = reader.take(np.float32, items)
    belief.modality_key[0, :modalities] = reader.take(np.uint64, modalities)
    belief.modality_share[0, :modalities] = reader.take(np.float32, modalities)
    reader.finish()


class _Reader:
    """Takes arrays off a string of bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.offset = data, 0

    def take(self, kind: type[np.generic], *shape: int) -> NDArray[np.generic]:
        count = prod(shape)
        start, self.offset = self.offset, self.offset + count * np.dtype(kind).itemsize
        if self.offset > len(self.data):
            raise ValueError("belief: too short")
        return np.frombuffer(self.data, kind, count, start).reshape(shape)

    def finish(self) -> None:
        if self.offset != len(self.data):
            raise ValueError("belief: too long")
