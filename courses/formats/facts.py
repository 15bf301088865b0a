"""Each part of a course as plain facts, from files and from the database, so that the two can be compared."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from courses.formats.ids import without_ids
from courses.formats.written import Media, WrittenCourse, WrittenModule, WrittenQuestion, WrittenVariant
from courses.models import Course, Module, Question, Skill, Variant
from courses.versions import content_of

Facts = dict[str, Any]
Thing = Course | Skill | Module | Variant | Question


@dataclass(frozen=True)
class Part:
    """One thing of a course that has a row of its own."""

    path: str
    facts: Facts
    source: Any  # the written part


def parts_of(course: WrittenCourse) -> Iterator[Part]:
    """Yield every part of a written course, each after those it stands on."""
    yield Part("course", _course_facts(course), course)
    for skill in course.skills:
        facts = {"title": skill.title, "description": skill.description, "requires": sorted(set(skill.requires))}
        yield Part(f"skills/{skill.slug}", facts | {"live": True}, skill)
    for module in course.modules:
        yield Part(f"modules/{module.slug}", _module_facts(module), module)
    for module in course.modules:
        for variant in module.variants:
            path = f"modules/{module.slug}/{variant.modality}-{variant.difficulty}"
            yield Part(path, _variant_facts(variant), variant)
        for question in module.questions:
            yield Part(f"modules/{module.slug}/questions/{question.slug}", _question_facts(question), question)


def facts_of(thing: Thing) -> Facts:
    """Return the facts of a row as it is published."""
    return _unix(_row_facts(thing)) | {"live": thing.live}


def order_of(course: Course, paths: set[str]) -> dict[str, list[str]]:
    """Return the order in which the course shows those skills and modules that came from files."""
    skills = [skill.slug for skill in course.skills.all() if skill.live and f"skills/{skill.slug}" in paths]
    modules = [module.slug for module in course.modules.all() if module.live and f"modules/{module.slug}" in paths]
    return {"skills": skills, "modules": modules}


def _course_facts(course: WrittenCourse) -> Facts:
    return {
        "title": course.title,
        "subject": course.subject,
        "language": course.language,
        "description": course.description,
        "skills": [skill.slug for skill in course.skills],
        "modules": [module.slug for module in course.modules],
        "live": True,
    }


def _module_facts(module: WrittenModule) -> Facts:
    return {
        "title": module.title,
        "summary": module.summary,
        "minutes": module.minutes,
        "skills": sorted(set(module.skills)),
        "live": True,
    }


def _variant_facts(variant: WrittenVariant) -> Facts:
    return {
        "title": variant.title,
        "minutes": variant.minutes,
        "body": variant.body,
        "media": _digest(variant.media),
        "media_url": variant.media_url,
        "captions": _digest(variant.captions),
        "live": True,
    }


def _question_facts(question: WrittenQuestion) -> Facts:
    return {
        "kind": question.kind,
        "title": question.title,
        "prompt": question.prompt,
        "answer": question.answer,
        "feedback": question.feedback,
        "hints": list(question.hints),
        "solution": question.solution,
        "skills": sorted(question.skills),
        "difficulty": question.difficulty,
        "live": True,
    }


def _row_facts(thing: Thing) -> Facts:
    if isinstance(thing, Question):
        content = content_of(thing)
        return content | {"answer": without_ids(content["answer"])}
    if isinstance(thing, Variant):
        plain = {name: getattr(thing, name) for name in ("title", "minutes", "body", "media_url")}
        return plain | {"media": _digest_of_file(thing.media), "captions": _digest_of_file(thing.captions)}
    if isinstance(thing, Module):
        skills = sorted(skill.slug for skill in thing.skills.all())
        return {"title": thing.title, "summary": thing.summary, "minutes": thing.minutes, "skills": skills}
    if isinstance(thing, Skill):
        requires = sorted(skill.slug for skill in thing.prerequisites.all())
        return {"title": thing.title, "description": thing.description, "requires": requires}
    return {name: getattr(thing, name) for name in ("title", "subject", "language", "description")}


def _digest(media: Media | None) -> str:
    return media.digest if media else ""


def _digest_of_file(file: Any) -> str:
    """Return the fingerprint of a stored file; one that is gone has none."""
    if not file or not file.storage.exists(file.name):
        return ""
    with file.storage.open(file.name) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _unix(value: Any) -> Any:
    """Return the same with plain line ends. Browsers send \\r\\n."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, dict):
        return {key: _unix(part) for key, part in value.items()}
    return [_unix(part) for part in value] if isinstance(value, list) else value
