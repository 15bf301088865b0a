"""What a learner did, by module, question and skill: a few numbers each, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from mlcore.records import SkillRecord
from mlcore.retention import Trace


@dataclass
class ModuleProgress:
    opened: int = 0
    visits: int = 0  # that came to an end
    answered: int = 0
    right: float = 0.0
    now_answered: int = 0  # in the visit that goes on
    now_right: float = 0.0
    now_wrong: int = 0  # answers at the end of it, one after another
    ended_answered: int = 0  # in the latest visit that came to an end
    ended_right: float = 0.0
    seen: list[int] = field(default_factory=list)  # variants, the latest last
    ended: str = ""  # how the latest visit did
    ended_at: float = 0.0  # second
    done: bool = False
    last: int = 0  # entry of the log
    banned_until: int = 0
    put_off: int = 0  # entry of the log that wanted it later, until it is begun
    easiest: int = 1  # difficulties asked for
    hardest: int = 5

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        known = {column.name for column in fields(cls)}
        return cls(**{key: value for key, value in row.items() if key in known})

    def begin_visit(self) -> None:
        self.now_answered, self.now_right, self.now_wrong = 0, 0.0, 0

    def as_json(self) -> dict[str, Any]:
        """Only what differs from a module never opened."""
        new = vars(ModuleProgress())
        return {name: value for name, value in vars(self).items() if value != new[name]}


@dataclass
class QuestionProgress:
    times: int = 0
    score: float = 0.0  # the last
    last: int = 0  # entry of the log


@dataclass
class SkillProgress:
    answers: int = 0
    right: float = 0.0
    record: SkillRecord = field(default_factory=SkillRecord)  # whether it is held, and how long it is remembered

    @property
    def at(self) -> int:
        """Second of the last answer; 0 before the first."""
        return int(self.record.memory.at) if self.record.memory else 0

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> Self:
        answers, right, held, lessons, *memory = row
        return cls(answers, right, SkillRecord(held, lessons, Trace(*memory) if memory else None))

    def as_json(self) -> list[float]:
        """Return its numbers; of its memory, none before it was answered."""
        memory = self.record.memory
        kept = [memory.stability, memory.difficulty, memory.at] if memory else []
        return [self.answers, self.right, self.record.held, self.record.lessons, *kept]


@dataclass
class PlacementProgress:
    """A placement test: what was answered in it, and once it ended, how, and what it found."""

    answers: list[tuple[int, float, bool]] = field(default_factory=list)  # question, score, "I don't know yet"
    ended: str = ""
    known: dict[int, list[int]] = field(default_factory=dict)  # a skill that seems known -> modules done because of it
    at: int = 0  # second of its end
    is_anew: bool = False  # begun again, whatever was done before

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> Self:
        answers, ended, known, at, *rest = row
        placed = {int(skill): modules for skill, modules in known.items()}
        return cls([(question, score, passed) for question, score, passed in answers], ended, placed, at, any(rest))

    def as_json(self) -> list[Any]:
        return [self.answers, self.ended, self.known, self.at, *([True] if self.is_anew else [])]
