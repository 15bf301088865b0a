"""Short words for what trainers ask for in tests."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from adaptive.directing import Ask, Reach, direct
from adaptive.directives import Directive, DirectiveKind
from adaptive.models import Recommendation
from adaptive.recommending import recommend_next
from courses.models import Cohort, Course, Enrollment, Module, Skill, User
from tests.adaptive.conftest import again

PIN, BAN, LOCK, DUE, WAIVER, AIM = list(DirectiveKind)[:6]
About = Course | Module | Skill


def cohort_with(trainer: User, *enrollments: Enrollment) -> Cohort:
    """A cohort of these learners in their courses, looked after by this trainer."""
    cohort = Cohort.objects.create(name="Spring")
    cohort.trainers.add(trainer)
    cohort.learners.add(*(enrollment.learner for enrollment in enrollments))
    cohort.courses.add(*(enrollment.course for enrollment in enrollments))
    return cohort


def asked(trainer: User, kind: DirectiveKind, about: About, to: Enrollment | Cohort, **more: Any) -> Directive:
    """Let the trainer ask this, of a learner or of a cohort."""
    if isinstance(to, Cohort):
        course = about if isinstance(about, Course) else about.course
        return direct(Reach(to, course), trainer, Ask(kind, about, **more))
    cohort = to.learner.cohorts.first() or cohort_with(trainer, to)
    return direct(Reach(cohort, to.course, to), trainer, Ask(kind, about, **more))


def in_days(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def module(course: Course, number: int) -> Module:
    return course.modules.get(slug=f"module-{number}")


def skill(course: Course, number: int) -> Skill:
    return course.skills.get(slug=f"skill-{number}")


def next_for(enrollment: Enrollment) -> Recommendation:
    return recommend_next(again(enrollment))


def offered(step: Recommendation) -> set[str]:
    """The modules that the step was chosen from."""
    modules = dict(step.enrollment.course.modules.values_list("pk", "slug"))
    return {modules[offer["module"]] for offer in step.candidates}
