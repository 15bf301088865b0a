"""A question as plain data: what a version keeps, what marking reads, what pages show."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from courses.models import Question

Content = dict[str, Any]


def content_of(question: Question) -> Content:
    """Return everything a learner could see or be marked by. Choices and pairs carry the ids that answers refer to."""
    return {
        "kind": question.kind,
        "title": question.title,
        "prompt": question.prompt,
        "answer": _plain(question.answer.get_prep_value()[0]["value"]),
        "feedback": question.feedback,
        "hints": [hint["value"] for hint in question.hints.get_prep_value()],
        "solution": question.solution,
        "skills": sorted(skill.slug for skill in question.skills.all()),
        "difficulty": question.difficulty,
    }


def digest_of(content: Content) -> str:
    """Return a fingerprint that is equal exactly when the content is."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Turn a block's lists of `{type, value, id}` into lists of values that carry their id."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_id(entry) for entry in value]
    return value


def _with_id(entry: Any) -> Any:
    if not (isinstance(entry, dict) and entry.get("type") == "item"):
        return _plain(entry)
    value = entry["value"] if isinstance(entry["value"], dict) else {"text": entry["value"]}
    return {"id": entry["id"], **_plain(value)}
