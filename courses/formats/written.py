"""A course as it stands in files: plain data, before it meets the database."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Media:
    """A file that belongs to a variant."""

    name: str
    content: bytes
    digest: str


@dataclass(frozen=True)
class WrittenSkill:
    slug: str
    title: str
    description: str
    requires: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class WrittenVariant:
    path: str
    modality: str
    difficulty: int
    title: str
    minutes: int
    body: str
    media: Media | None = None
    media_url: str = ""
    captions: Media | None = None


@dataclass(frozen=True)
class WrittenQuestion:
    slug: str
    line: int
    kind: str
    title: str
    prompt: str
    answer: dict[str, Any]  # as in a version's content, without ids
    feedback: str
    hints: tuple[str, ...]
    solution: str
    check: str
    skills: tuple[str, ...]
    skills_line: int
    difficulty: int


@dataclass(frozen=True)
class WrittenModule:
    path: str
    slug: str
    title: str
    summary: str
    minutes: int
    skills: tuple[str, ...]
    skills_line: int
    variants: tuple[WrittenVariant, ...] = ()
    questions: tuple[WrittenQuestion, ...] = ()


@dataclass(frozen=True)
class WrittenCourse:
    slug: str
    title: str
    subject: str
    language: str
    description: str
    skills: tuple[WrittenSkill, ...] = ()
    modules: tuple[WrittenModule, ...] = field(default=())
