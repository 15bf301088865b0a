"""A learner takes up a course."""

from django.db import transaction

from courses.models import Cohort, Course, Enrollment, User


class NotOpen(Exception):
    """The course is not published, so nobody can take it up yet."""


@transaction.atomic
def enroll(learner: User, course: Course) -> Enrollment:
    """Return the learner's enrollment, made now if there was none. Enrolling twice changes nothing."""
    if not course.live:
        raise NotOpen
    return Enrollment.objects.get_or_create(learner=learner, course=course)[0]


@transaction.atomic
def join(learner: User, cohort: Cohort) -> list[Enrollment]:
    """Add the learner to the cohort and enroll them in its published courses."""
    cohort.learners.add(learner)
    return [enroll(learner, course) for course in cohort.courses.filter(live=True)]
