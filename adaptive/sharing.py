"""Whom the recurrent policy teaches: a share of the learners of a course, drawn by chance, and always the same ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from adaptive.policies import CoursePolicy
from adaptive.sequencing import LiveSequencer, sequencer_then
from courses.models import Enrollment


@dataclass(frozen=True)
class Use:
    """That a course lets the recurrent policy with this sha256 teach a share of its learners."""

    sequencer: str
    share: float
    round: int = 0  # of drawing them

    def is_for(self, enrollment: Enrollment) -> bool:
        """Whether this learner is among them: each is with the chance `share`, whoever the others are."""
        told = f"{enrollment.course_id} {self.round} {enrollment.learner_id}"
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8]) < self.share * 2.0**64


def use_in(course_id: int | OuterRef) -> Subquery:
    """Return what is in use in a course, as a column of another query; None where it teaches nobody."""
    rows = CoursePolicy.objects.filter(course=course_id, share__gt=0.0)
    return Subquery(rows.values(told=JSONObject(sequencer="sequencer", share="share", round="round"))[:1])


def use_from(column: Mapping[str, Any] | None) -> Use | None:
    return Use(**column) if column else None


def teaches(use: Use | None, enrollment: Enrollment) -> LiveSequencer | None:
    """Return the recurrent policy if it teaches this learner, and can."""
    return sequencer_then(use.sequencer) if use and use.is_for(enrollment) else None
