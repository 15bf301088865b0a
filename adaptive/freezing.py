"""A syllabus as bytes, always the same for the same content, so that its hash tells whether a course was edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from adaptive.syllabus import ModuleEntry, QuestionEntry, SkillEntry, Syllabus, VariantEntry

FORMAT = 1
OF_COURSE = ("course_id", "slug", "title", "subject", "question_rest", "has_placement")
OF_SKILL = attrgetter("id", "slug", "title", "requires", "depth")
OF_MODULE = attrgetter("id", "slug", "title", "minutes", "place", "skills", "requires")
OF_VARIANT = attrgetter("id", "title", "modality", "difficulty", "minutes")
OF_QUESTION = attrgetter("id", "version", "kind", "skills", "difficulty")
HASHED = "sha256"  # among what is prepared of a syllabus


def sha256_of(syllabus: Syllabus) -> str:
    """Return the hash of all that the policy reads of a course, whoever takes it; reckoned once for each edition."""
    whole = syllabus.whole or syllabus
    if HASHED not in whole.prepared:
        whole.prepared[HASHED] = hashlib.sha256(frozen(whole)).hexdigest()
    return str(whole.prepared[HASHED])


def frozen(syllabus: Syllabus) -> bytes:
    """Return a whole syllabus as JSON, but for the number of its edition. Modules and skills keep their order."""
    content = {
        "format": FORMAT,
        "course": {name: getattr(syllabus, name) for name in OF_COURSE},
        "skills": [OF_SKILL(skill) for skill in syllabus.skills.values()],
        "modules": [_frozen_module(module) for module in syllabus.modules.values()],
        "modality_of": sorted(syllabus.modality_of.items()),
        "skill_of": sorted(syllabus.skill_of.items()),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def thawed(data: bytes) -> Syllabus:
    """Return the syllabus that was frozen, as edition 0: it is none that can be learned now."""
    content = json.loads(data)
    return Syllabus(
        **content["course"],
        edition=0,
        skills={row[0]: SkillEntry(*_thawed(row)) for row in content["skills"]},
        modules={module[0]: _thawed_module(module, *parts) for module, *parts in content["modules"]},
        modality_of=dict(content["modality_of"]),
        skill_of=dict(content["skill_of"]),
    )


def _frozen_module(module: ModuleEntry) -> list[Any]:
    variants = [(*OF_VARIANT(one), sorted(one.unmet)) for one in module.variants]
    return [OF_MODULE(module), variants, [(*OF_QUESTION(one), sorted(one.unmet)) for one in module.questions]]


def _thawed_module(module: list[Any], variants: list[list[Any]], questions: list[list[Any]]) -> ModuleEntry:
    ways = tuple(VariantEntry(*_thawed(row, frozenset(unmet))) for *row, unmet in variants)
    asked = tuple(QuestionEntry(*_thawed(row, frozenset(unmet))) for *row, unmet in questions)
    return ModuleEntry(*_thawed(module, ways, asked))


def _thawed(row: Sequence[Any], *others: Any) -> list[Any]:
    """Return a row with tuples for the lists in it, and these values after it."""
    return [*(tuple(value) if isinstance(value, list) else value for value in row), *others]
