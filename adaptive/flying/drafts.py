"""A course as it would be if its author published everything now, as the policy reads it. Nothing is written."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from adaptive.syllabus import QuestionEntry, Syllabus, Written, compose, syllabus_for
from courses.authoring.drafts import as_written
from courses.authoring.forms import defects_of
from courses.models import Course, Module, Question, Skill, Variant

NO_VERSION = 0  # of a question that was not published


@dataclass(frozen=True)
class Draft:
    """What would be taught, and the questions that nobody could answer as they are: they are left out."""

    syllabus: Syllabus
    unfinished: tuple[int, ...] = ()


def published(course: Course) -> Draft:
    """Return the course as learners meet it now."""
    return Draft(syllabus_for(course))


def read_draft(course: Course) -> Draft:
    """Return the course with every draft in it. The number of queries grows with the drafts only."""
    skills = _written(Skill.objects.filter(course=course).prefetch_related("prerequisites"))
    modules = _written(Module.objects.filter(course=course).prefetch_related("skills").order_by("position", "id"))
    variants = _written(Variant.objects.filter(module__course=course).order_by("difficulty", "modality", "id"))
    questions = _written(
        Question.objects.filter(module__course=course)
        .prefetch_related("skills")
        .select_related("module")
        .order_by("id")
    )
    unfinished = {question.pk for question in questions if _is_changed(question) and defects_of(question)}
    written = Written(
        skills=skills,
        requires={skill.pk: _ids(skill.prerequisites) for skill in skills},
        modules=modules,
        teaches={module.pk: _ids(module.skills) for module in modules},
        variants=sorted(variants, key=lambda variant: (variant.difficulty, variant.modality)),
        questions=_by_module([question for question in questions if question.pk not in unfinished]),
    )
    return Draft(compose(as_written(course), written), tuple(sorted(unfinished)))


def fingerprint(syllabus: Syllabus) -> str:
    """Return what tells two versions of a course apart, as far as learners' ways through it depend on it."""
    content = [[asdict(entry) for entry in entries.values()] for entries in (syllabus.skills, syllabus.modules)]
    for module in content[1]:
        for question in module["questions"]:
            del question["version"]  # a new wording is the same question
    return hashlib.sha256(json.dumps(content, default=sorted).encode()).hexdigest()[:16]


def _written(rows: Any) -> list[Any]:
    """Return rows as their author left them, without those that were taken back."""
    return [as_written(row) for row in rows.select_related("latest_revision") if _is_meant(row)]


def _is_meant(row: Any) -> bool:
    """It is published, or was written and never published yet."""
    return row.live or (row.first_published_at is None and row.latest_revision_id is not None)


def _is_changed(row: Any) -> bool:
    return row.has_unpublished_changes or not row.live


def _ids(related: Any) -> tuple[int, ...]:
    return tuple(sorted(one.pk for one in related.all()))


def _by_module(questions: Sequence[Question]) -> dict[int, list[QuestionEntry]]:
    entries: dict[int, list[QuestionEntry]] = defaultdict(list)
    for one in questions:
        kind = one.answer[0].block_type if one.answer else one.kind
        entries[one.module_id].append(QuestionEntry(one.pk, NO_VERSION, kind, _ids(one.skills), one.difficulty))
    return entries
