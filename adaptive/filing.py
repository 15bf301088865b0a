"""Courses as they were: filed by their content when somebody learns by it, so that choices can be made again later.

Each content is stored once, however many editions and steps it serves. A process files a course once for each edition,
and twice a day where people go on learning by it; in between, that costs no statement.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from adaptive.freezing import frozen, sha256_of, thawed
from adaptive.keeping import Latest
from adaptive.models import LearnerState, Recommendation
from adaptive.snapshots import Snapshot
from adaptive.syllabus import Syllabus, syllabus_for
from courses import clock
from courses.models import Course

FILED = "filed"  # among what is prepared of a syllabus
LEVEL = 9  # of compression
MOST_KEPT = 16  # courses as they were, in the memory of one process
KEPT_FOR = timedelta(days=1)  # that what nobody speaks of stays since it was filed: a request may just be at it
RENEWED_AFTER = KEPT_FOR / 2  # a process that learns by it on and on files it again

_kept: Latest[str, Syllabus] = Latest(MOST_KEPT)


class SnapshotGone(Exception):
    """What was kept of a course is not there."""


class SnapshotAltered(Exception):
    """What was kept of a course is not what was stored."""


@dataclass(frozen=True, eq=False)
class _Filed:
    """Notes that a snapshot is stored for good: called when its transaction is."""

    syllabus: Syllabus
    at: datetime

    def __call__(self) -> None:
        self.syllabus.prepared[FILED] = self.at


def file_away(syllabus: Syllabus) -> None:
    """Store a course as the policy reads it. If it is there, it is held, until this transaction ends, and kept on."""
    whole, now = syllabus.whole or syllabus, clock.now()
    if _is_filed(whole, now):
        return
    data = zlib.compress(frozen(whole), LEVEL)
    row = Snapshot(sha256=sha256_of(whole), course_id=whole.course_id, data=data, named_at=now)
    Snapshot.objects.bulk_create([row], update_conflicts=True, unique_fields=["sha256"], update_fields=["named_at"])
    transaction.on_commit(_Filed(whole, now))


def _is_filed(syllabus: Syllabus, now: datetime) -> bool:
    """Whether it was lately: for good, or in this transaction, as long as that was not taken back.

    Django forgets such deeds with a savepoint.
    """
    deeds = (deed for _, deed, *_ in connection.run_on_commit if isinstance(deed, _Filed))
    times = [deed.at for deed in deeds if deed.syllabus is syllabus] + [syllabus.prepared.get(FILED)]
    return any(at is not None and now - at < RENEWED_AFTER for at in times)


def syllabus_with(sha256: str, course: Course) -> Syllabus:
    """Return the course as it was when it had this hash. Raises SnapshotGone, and SnapshotAltered."""
    current = syllabus_for(course)
    if sha256_of(current) == sha256:
        return current
    return _kept.get(sha256, lambda: _read(sha256))


def _read(sha256: str) -> Syllabus:
    stored = Snapshot.objects.filter(pk=sha256).values_list("data", flat=True).first()
    if stored is None:
        raise SnapshotGone(sha256)
    try:
        data = zlib.decompress(bytes(stored))
    except zlib.error as problem:
        raise SnapshotAltered(sha256) from problem
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SnapshotAltered(sha256)
    return thawed(data)


def let_go() -> int:
    """Delete the snapshots that no step and no learner state speaks of any more; return how many."""
    old = Snapshot.objects.filter(named_at__lt=clock.now() - KEPT_FOR)
    courses = Course.objects.filter(pk__in=old.values("course")).select_related("edition").order_by("pk")
    return sum(old.filter(course=course).exclude(pk__in=_spoken_of(course)).delete()[0] for course in courses)


def _spoken_of(course: Course) -> set[str]:
    """Return the hashes that are still needed: that of the course as it is now among them."""
    steps = Recommendation.objects.filter(enrollment__course=course).values_list("inputs__syllabi", flat=True)
    states = LearnerState.objects.filter(enrollment__course=course).values_list("syllabi", flat=True)
    named: Iterable[Any] = (one for rows in (steps, states) for one in rows.order_by().distinct().iterator())
    return {sha256_of(syllabus_for(course)), *(sha256 for spans in named for _, sha256 in spans or ())}


def forget() -> None:
    """Empty this process's memory."""
    _kept.clear()
