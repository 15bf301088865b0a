"""What marking says about an answer. Every text in it is Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

Verdict = Literal["right", "partly", "not yet"]


@dataclass(frozen=True)
class Part:
    """One thing that was answered: a choice, a pair, an item or a gap."""

    id: str
    label: str  # what was asked; empty where the question itself asks it
    given: str  # what the learner gave; empty for a right choice that was left out
    is_right: bool
    feedback: str = ""
    expected: str = ""  # what would have been right; empty where that was given


@dataclass(frozen=True)
class Mark:
    """How good an answer is, and why."""

    score: float  # 0 to 1, and 1 only when everything is right
    is_right: bool
    verdict: Verdict
    feedback: tuple[Part, ...]
    right_answer: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        parts = [{name: getattr(part, name) for name in PART_NAMES} for part in self.feedback]
        plain = {name: getattr(self, name) for name in MARK_NAMES}
        return plain | {"feedback": parts, "right_answer": list(self.right_answer)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mark:
        parts = tuple(Part(**part) for part in data["feedback"])
        return cls(**(data | {"feedback": parts, "right_answer": tuple(data["right_answer"])}))


PART_NAMES = tuple(part.name for part in fields(Part))
MARK_NAMES = tuple(part.name for part in fields(Mark))


def mark_of(score: float, feedback: Iterable[Part], right_answer: Iterable[str]) -> Mark:
    """Return the mark for a score."""
    is_right = score == 1
    verdict: Verdict = "right" if is_right else "partly" if score > 0 else "not yet"
    return Mark(float(score), is_right, verdict, tuple(feedback), tuple(right_answer))


def share_right(parts: Iterable[Part]) -> float:
    """Return how many of the parts are right, 0 to 1."""
    rights = [part.is_right for part in parts]
    return sum(rights) / len(rights) if rights else 0.0
