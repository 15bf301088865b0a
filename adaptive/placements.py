"""What became of placement tests, for trainers who look on: one learner's in full, a cohort's as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from adaptive.kept_states import with_kept
from adaptive.placement import MOST_QUESTIONS, SkillVerdict, is_worth_it, verdicts
from adaptive.placing import finding
from adaptive.progress import Ending, Progress
from adaptive.progress_rows import PlacementProgress
from adaptive.syllabus import syllabus_for, syllabus_of
from courses.models import Course, Enrollment

ROWS = 500  # read at once
NOT_BEGUN, UNDER_WAY, WITHOUT, NONE = "not_begun", "under_way", "without", "none"
STAGES: Mapping[str, Promise] = {
    Ending.PLACED: _("taken"),
    Ending.SKIPPED: _("skipped"),
    UNDER_WAY: _("begun"),
    NOT_BEGUN: _("not begun yet"),
    WITHOUT: _("began the course without it"),
    NONE: _("the course has none"),
}


@dataclass(frozen=True)
class Placement:
    """One learner's placement test."""

    stage: str  # of STAGES
    at: datetime | None  # when it ended
    answered: int
    right: int
    passed: int  # "I don't know yet"
    was_stopped: bool | None  # by the learner, before it was sure; None where that was not written down
    skills: Mapping[str, Sequence[SkillVerdict]]  # "known", "unsure", "unknown"
    modules: Sequence[str]  # titles of those that still count as done because of it

    most: int = MOST_QUESTIONS


def placement_of(enrollment: Enrollment, progress: Progress) -> Placement:
    """Return what became of a learner's test, and what it found. At most one query, and none before it ended."""
    syllabus, test = syllabus_of(enrollment), progress.placement
    stage = _stage(test, enrollment.last_sequence) if test.ended or is_worth_it(syllabus) else NONE
    found = finding(enrollment) if test.ended else None
    return Placement(
        stage,
        found.at if found else None,
        len(test.answers),
        sum(score == 1.0 for _question, score, _has_passed in test.answers),
        sum(has_passed for _question, _score, has_passed in test.answers),
        found.response.get("stopped") if found else None,
        verdicts(syllabus, found) if found else {},
        [one.title for one in syllabus.modules.values() if progress.module(one.id).ended == Ending.PLACED],
    )


@dataclass(frozen=True)
class Counted:
    """How many learners of a cohort are at each stage of their placement test."""

    stages: Mapping[str, int]

    @property
    def figures(self) -> list[tuple[int, Promise]]:
        """The numbers that say whether the test is used, for components/figures.html."""
        words = {Ending.PLACED: _("took it"), Ending.SKIPPED: _("skipped it"), NOT_BEGUN: _("have not begun")}
        return [(self.stages.get(stage, 0), said) for stage, said in words.items()]

    @property
    def under_way(self) -> int:
        return self.stages.get(UNDER_WAY, 0)

    @property
    def without(self) -> int:
        return self.stages.get(WITHOUT, 0)


def placements_in(course: Course, enrollments: QuerySet[Enrollment]) -> Counted | None:
    """Count the learners at each stage; None where the course has no placement test. One query."""
    if not is_worth_it(syllabus_for(course)):
        return None
    rows = with_placement(enrollments).only("last_sequence").order_by().iterator(ROWS)
    return Counted(Counter(placement_in(row)[1] for row in rows))


def with_placement(enrollments: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """Enrollments, each with what is kept of its placement test by the state that has seen most."""
    return with_kept(enrollments, placement="progress__placement")


def placement_in(enrollment: Enrollment) -> tuple[PlacementProgress, str]:
    """Return what is kept of the test of an enrollment that `with_placement` found, and its stage."""
    kept = getattr(enrollment, "placement", None)
    test = PlacementProgress.from_json(kept) if kept else PlacementProgress()
    return test, _stage(test, enrollment.last_sequence)


def _stage(test: PlacementProgress, entries: int) -> str:
    """Return the stage of who has so many entries in their log."""
    if test.ended or test.answers or test.is_anew:
        return test.ended or UNDER_WAY
    return WITHOUT if entries else NOT_BEGUN
