"""Writing a course that was read from files to the database, so that ids, history and learner states stay."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from courses.formats.facts import Part, Thing, facts_of, order_of, parts_of
from courses.formats.markdown_folder import read_folder
from courses.formats.writing import bare_row, fill
from courses.formats.written import WrittenCourse
from courses.models import Course, LoadedContent, Question, Variant
from courses.versions import digest_of


@dataclass
class Summary:
    """What loading did, as paths of parts."""

    course: str
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unpublished: list[str] = field(default_factory=list)


class WouldOverwrite(Exception):
    """Somebody changed these in the browser since they were last loaded; nothing was changed."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = list(paths)
        super().__init__(", ".join(self.paths))


@dataclass
class Plan:
    """What is there, what was loaded last, and what is to be done."""

    course: Course | None
    rows: dict[str, Thing]
    records: dict[str, LoadedContent]
    summary: Summary
    overwritten: list[str] = field(default_factory=list)


def load_folder(folder: Path, overwrite: bool = False, dry_run: bool = False) -> Summary:
    """Load the course in a folder. Raises FolderHasMistakes or WouldOverwrite; then nothing is changed."""
    return load(read_folder(folder), overwrite, dry_run)


@transaction.atomic
def load(written: WrittenCourse, overwrite: bool = False, dry_run: bool = False) -> Summary:
    """Bring the database up to what is written."""
    parts = list(parts_of(written))
    plan = _plan(written.slug, parts)
    if plan.overwritten and not overwrite:
        raise WouldOverwrite(plan.overwritten)
    if not dry_run:
        _carry_out(plan, written, parts)
    return plan.summary


def _plan(slug: str, parts: list[Part]) -> Plan:
    course = Course.objects.select_for_update().filter(slug=slug).first()
    records = {record.path: record for record in course.loaded.all()} if course else {}
    plan = Plan(course, _rows(course) if course else {}, records, Summary(slug))
    for part in parts:
        _compare(plan, part)
    written = {part.path for part in parts}
    plan.summary.unpublished += [path for path in records if path not in written and _is_live(plan.rows.get(path))]
    return plan


def _compare(plan: Plan, part: Part) -> None:
    """Sort a part into the summary, and notice when an author's own change would be lost."""
    row = plan.rows.get(part.path)
    if row is None:
        plan.summary.created.append(part.path)
        return
    now = _facts_now(plan, part.path, row)
    if now == part.facts:
        plan.summary.unchanged.append(part.path)
        return
    plan.summary.changed.append(part.path)
    record = plan.records.get(part.path)
    has_newer_draft = record and row.latest_revision_id and row.latest_revision_id != record.revision
    if record is None or has_newer_draft or record.digest != digest_of(now):
        plan.overwritten.append(part.path)


def _facts_now(plan: Plan, path: str, row: Thing) -> dict[str, Any]:
    facts = facts_of(row)
    return facts | order_of(row, set(plan.records)) if isinstance(row, Course) else facts


def _carry_out(plan: Plan, written: WrittenCourse, parts: list[Part]) -> None:
    for part in parts:
        if part.path not in plan.rows:
            plan.rows[part.path] = bare_row(part, plan.rows, written.slug)
    to_write = {*plan.summary.created, *plan.summary.changed}
    for part in parts:
        if part.path in to_write:
            fill(plan.rows[part.path], part, plan.rows)
            _publish(plan.rows[part.path])
    for path in plan.summary.unpublished:
        plan.rows[path].unpublish()
    if "course" in to_write:
        _arrange(plan, written)
    _remember(plan, {part.path: part.facts for part in parts})


def _publish(thing: Thing) -> None:
    """Publish it as a revision of its own, so that the history shows the load."""
    thing.save_revision(clean=False, changed=True).publish()
    thing.refresh_from_db(fields=["live", "latest_revision"])


def _arrange(plan: Plan, written: WrittenCourse) -> None:
    """Put skills and modules in the order of the files."""
    for kind, slugs in (("skills", [s.slug for s in written.skills]), ("modules", [m.slug for m in written.modules])):
        for place, slug in enumerate(slugs, 1):
            row = plan.rows[f"{kind}/{slug}"]
            type(row)._default_manager.filter(pk=row.pk).exclude(position=place).update(position=place)


def _remember(plan: Plan, written: dict[str, Any]) -> None:
    """Note what each part is now, to compare with before the next load."""
    course, unchanged = plan.rows["course"], set(plan.summary.unchanged)
    for path in sorted({*written, *plan.summary.unpublished}):
        row = plan.rows[path]
        record = plan.records.get(path) or LoadedContent(course_id=course.pk, path=path)
        before = (record.pk, record.digest, record.revision)
        record.digest = digest_of(written[path] if path in written else facts_of(row))
        if not (path in unchanged and row.has_unpublished_changes):  # somebody's draft is still waiting
            record.revision = row.latest_revision_id
        if before != (record.pk, record.digest, record.revision) or not record.pk:
            record.save()


def _rows(course: Course) -> dict[str, Thing]:
    """Return every row of a course by its path."""
    rows: dict[str, Thing] = {"course": course}
    rows |= {f"skills/{skill.slug}": skill for skill in course.skills.prefetch_related("prerequisites")}
    modules = {module.pk: module for module in course.modules.prefetch_related("skills")}
    rows |= {f"modules/{module.slug}": module for module in modules.values()}
    for variant in Variant.objects.filter(module__in=modules):
        variant.module = modules[variant.module_id]
        rows[f"modules/{variant.module.slug}/{variant.modality}-{variant.difficulty}"] = variant
    for question in Question.objects.filter(module__in=modules).prefetch_related("skills"):
        question.module = modules[question.module_id]
        rows[f"modules/{question.module.slug}/questions/{question.slug}"] = question
    return rows


def _is_live(row: Thing | None) -> bool:
    return row is not None and row.live
