"""Where a learner stands in all of their courses, and what is on offer there, with the statements of one course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import OuterRef, Q, Subquery

from adaptive.adapting import Standing, standing_from, standing_of
from adaptive.models import LearnerState, Recommendation
from adaptive.recommending import still_on_offer
from adaptive.serving import live_tutors
from adaptive.steering import steerings_of
from courses.models import Enrollment


def standings_of(enrollments: Sequence[Enrollment]) -> Iterator[Standing]:
    """Yield where one learner stands in each of their courses, as standing_of does, in the same order.

    Only where there is something new, a course costs statements of its own.
    """
    lives = live_tutors({one.course_id for one in enrollments})
    steerings = steerings_of(enrollments)
    served = Q(checkpoint__in={live.checkpoint for live in lives.values()} - {None}) | Q(checkpoint=None)
    stored = LearnerState.objects.filter(served, enrollment__in=[one.pk for one in enrollments])
    states = {(state.enrollment_id, state.checkpoint_id): state for state in stored}
    for enrollment in enrollments:
        live = lives[enrollment.course_id]
        state = states.get((enrollment.pk, live.checkpoint))
        is_current = state is not None and state.seen_up_to >= enrollment.last_sequence
        standing = standing_from(enrollment, live, state, steerings[enrollment.pk]) if is_current else None
        yield standing if standing and standing.state is state else standing_of(enrollment, live)


def steps_on_offer(standings: Sequence[Standing]) -> Iterator[Recommendation | None]:
    """Yield the step on offer in each course, as step_on_offer does, in the same order. One statement."""
    own = Enrollment.objects.filter(pk__in=[one.enrollment.pk for one in standings])
    of_one = Recommendation.objects.filter(enrollment=OuterRef("pk")).order_by("-made_at")
    latest = own.values(step=Subquery(of_one.values("pk")[:1]))
    steps = {step.enrollment_id: step for step in Recommendation.objects.filter(pk__in=latest)}
    for standing in standings:
        yield still_on_offer(steps.get(standing.enrollment.pk), standing)
