"""What is written but not yet published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from courses.models import Course, Module, Question, Skill, Variant
from courses.models.content import Content

KINDS: tuple[type[Content], ...] = (Course, Skill, Module, Variant, Question)


@dataclass(frozen=True)
class Draft:
    """Something with changes that learners do not see yet."""

    title: str
    kind: str
    course: Course
    url: str
    written_at: datetime
    is_new: bool


def as_written(content: Any) -> Any:
    """Return content as its author last left it: its latest draft, or what is published when there is none."""
    if not content.has_unpublished_changes or content.latest_revision is None:
        return content
    return content.with_content_json(content.latest_revision.content)


def recent_drafts(limit: int) -> list[Draft]:
    """Return what was written last and is not published, newest first. Costs one query for each kind of content."""
    rows = [row for kind in KINDS for row in _unpublished(kind)[:limit]]
    rows.sort(key=lambda row: row.latest_revision.created_at, reverse=True)
    return [_as_draft(row) for row in rows[:limit]]


def _unpublished(kind: type[Content]) -> Any:
    path = {Course: (), Skill: ("course",), Module: ("course",)}.get(kind, ("module__course",))
    rows = kind._default_manager.filter(has_unpublished_changes=True, latest_revision__isnull=False)
    return rows.select_related("latest_revision", *path).order_by("-latest_revision__created_at")


def _as_draft(row: Any) -> Draft:
    return Draft(
        title=row.latest_revision.object_str,
        kind=str(row._meta.verbose_name),
        course=row.own_course,
        url=edit_url(row),
        written_at=row.latest_revision.created_at,
        is_new=not row.live,
    )


def edit_url(content: Any) -> str:
    """Where this is edited."""
    return reverse(f"wagtailsnippets_courses_{content._meta.model_name}:edit", args=[content.pk])
