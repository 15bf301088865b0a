"""What a caller tells the tutor: an item that could be asked, and an answer that was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np

Name = str | int

LARGEST = 1e15  # of any number
MOST_NAMES = 16_384  # whose hashes are kept
MOST_SKILLS = 8  # of one item; further ones are not looked at


@lru_cache(MOST_NAMES)
def key_of(name: Name) -> int:
    """Hash a caller's name to 64 bits, the same on every machine. 5 and "5" are one name; 0 is never returned."""
    digest = blake2b(str(name).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


@dataclass(frozen=True)
class Item:
    """Something that can be asked: a question, or a module in one of its variants.

    `difficulty` is its author's, 1 (easy) to 5 (hard). Raises ValueError naming the malformed field.
    """

    item: Name
    skills: Sequence[Name] = ()
    difficulty: float | None = None
    modality: Name | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        _check_name("item", self.item)
        _check_names("skills", self.skills)
        check_number("difficulty", self.difficulty, 1.0, 5.0)
        if self.modality is not None:
            _check_name("modality", self.modality)

    @cached_property
    def item_key(self) -> int:
        return key_of(self.item)

    @cached_property
    def skill_keys(self) -> tuple[int, ...]:
        return tuple(key_of(skill) for skill in tuple(dict.fromkeys(self.skills))[:MOST_SKILLS])

    @cached_property
    def modality_key(self) -> int:
        return 0 if self.modality is None else key_of(self.modality)


@dataclass(frozen=True)
class Answer:
    """One scored answer. `correct` is 0 to 1 (partial credit), `seconds` the time it took, `at` a POSIX time.

    Raises ValueError naming the malformed field.
    """

    item: Name
    skills: Sequence[Name]
    correct: float
    difficulty: float | None = None
    seconds: float | None = None
    hints: int = 0
    modality: Name | None = None
    at: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.correct, bool | np.bool_):
            check_number("correct", self.correct, 0.0, 1.0, needed=True)
        check_number("seconds", self.seconds, 0.0)
        check_number("hints", self.hints, 0.0, needed=True)
        check_number("at", self.at, -LARGEST)
        self.question  # noqa: B018 - checks the other fields

    @cached_property
    def question(self) -> Item:
        return Item(self.item, self.skills, self.difficulty, self.modality)


def _check_name(field: str, name: object) -> None:
    if isinstance(name, bool) or not isinstance(name, str | int | np.integer):
        raise ValueError(f"{field}: expected a string or an integer, got {name!r:.80}")


def _check_names(field: str, names: object) -> None:
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        raise ValueError(f"{field}: expected a list of names, got {names!r:.80}")
    for name in names:
        _check_name(field, name)


def check_number(field: str, value: object, low: float, high: float = LARGEST, *, needed: bool = False) -> None:
    """Raise ValueError for what is no number from low to high; None is fine unless it is needed."""
    if value is None and not needed:
        return
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{field}: expected a number, got {value!r:.80}")
    if not low <= value <= high:
        raise ValueError(f"{field}: expected a number from {low:g} to {high:g}, got {value!r:.80}")


def check_count(field: str, value: object) -> None:
    """Raise ValueError for what is no whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= LARGEST:
        raise ValueError(f"{field}: expected a whole number from 0 to {LARGEST:g}, got {value!r:.80}")


def check_kind(field: str, value: object, kind: type) -> None:
    """Raise ValueError for what is of another kind."""
    if not isinstance(value, kind):
        raise ValueError(f"{field}: expected mlcore's {kind.__name__}, got {value!r:.80}")


def check_kinds(field: str, values: object, kind: type) -> None:
    """Raise ValueError for what is no list of nothing but this kind."""
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise ValueError(f"{field}: expected a list of mlcore's {kind.__name__}, got {values!r:.80}")
    for value in values:
        check_kind(field, value, kind)
