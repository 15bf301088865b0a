"""Turning each part of a written course into a row."""

import json
import uuid
from typing import Any

from django.core.files.base import ContentFile

from courses.formats.facts import Part, Thing
from courses.formats.ids import as_blocks, with_ids
from courses.formats.written import Media, WrittenCourse, WrittenModule, WrittenQuestion, WrittenSkill, WrittenVariant
from courses.models import Course, Module, Question, Skill, Variant
from courses.versions import content_of

Rows = dict[str, Thing]


def bare_row(part: Part, rows: Rows, course_slug: str) -> Thing:
    """Make the row of a new part, not yet published, so that others can point to it."""
    row = _new_row(part, rows, course_slug)
    row.live = False
    row.save()
    return row


def fill(row: Any, part: Part, rows: Rows) -> None:
    """Set everything that is written, without saving."""
    source = part.source
    if isinstance(source, WrittenCourse):
        _set(row, source, "title", "subject", "language", "description")
    elif isinstance(source, WrittenSkill):
        _set(row, source, "title", "description")
        row.prerequisites = _skills(source.requires, rows)
    elif isinstance(source, WrittenModule):
        _set(row, source, "title", "summary", "minutes")
        row.skills = _skills(source.skills, rows)
    elif isinstance(source, WrittenVariant):
        _set(row, source, "title", "minutes", "body", "media_url")
        _store(row.media, source.media)
        _store(row.captions, source.captions)
    elif isinstance(source, WrittenQuestion):
        _fill_question(row, source, rows)


def _new_row(part: Part, rows: Rows, course_slug: str) -> Thing:
    source, course = part.source, rows.get("course")
    if isinstance(source, WrittenCourse):
        return Course(slug=course_slug, title=source.title, subject=source.subject)
    if isinstance(source, WrittenSkill):
        return Skill(course=course, slug=source.slug, title=source.title)
    if isinstance(source, WrittenModule):
        return Module(course=course, slug=source.slug, title=source.title)
    module = rows["/".join(part.path.split("/")[:2])]
    if isinstance(source, WrittenVariant):
        return Variant(module=module, modality=source.modality, difficulty=source.difficulty)
    return Question(module=module, slug=source.slug, title=source.title, kind=source.kind)


def _fill_question(question: Question, source: WrittenQuestion, rows: Rows) -> None:
    same_kind = bool(question.answer) and question.answer[0].block_type == source.kind
    old = content_of(question)["answer"] if same_kind else {}
    block_id = question.answer[0].id if same_kind else str(uuid.uuid4())
    answer = {"type": source.kind, "value": as_blocks(with_ids(source.answer, old)), "id": block_id}
    hints = [{"type": "hint", "value": hint, "id": str(uuid.uuid4())} for hint in source.hints]
    _set(question, source, "title", "prompt", "feedback", "solution", "difficulty")
    question.answer, question.hints = json.dumps([answer]), json.dumps(hints)
    question.skills = _skills(source.skills, rows)


def _skills(slugs: tuple[str, ...], rows: Rows) -> list[Thing]:
    return [rows[f"skills/{slug}"] for slug in dict.fromkeys(slugs)]


def _set(row: Any, source: Any, *names: str) -> None:
    for name in names:
        setattr(row, name, getattr(source, name))


def _store(file: Any, media: Media | None) -> None:
    """Keep a file beside the variant. Another content gets another name, so that nobody is shown an old one."""
    if media is None:
        file.name = ""
        return
    stem, dot, suffix = media.name.rpartition(".")
    name = f"{stem}-{media.digest[:10]}{dot}{suffix}"
    if not (file and file.name.endswith(f"/{name}") and file.storage.exists(file.name)):
        file.save(name, ContentFile(media.content), save=False)
