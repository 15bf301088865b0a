"""What is kept of learners, whatever checkpoint it was kept under: what they did does not depend on it."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from adaptive.models import LearnerState
from courses.models import Enrollment


def with_kept(enrollments: QuerySet[Enrollment], **kept: str) -> QuerySet[Any]:
    """Annotate enrollments with what stands at these paths in the state that has seen most of each.

    A new checkpoint has no state of anybody until they come back, and of those who have left it never will.
    """
    states = LearnerState.objects.filter(enrollment=OuterRef("pk")).order_by("-seen_up_to", "-changed_at")
    return enrollments.annotate(**{name: Subquery(states.values(path)[:1]) for name, path in kept.items()})
