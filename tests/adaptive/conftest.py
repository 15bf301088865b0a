"""A learner in a small course, with the shipped checkpoint, and nothing remembered from the test before."""

import pytest

from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.factories import make_course, make_module, make_skill


@pytest.fixture(autouse=True)
def fresh_process(own_cache: None, empty_memory: None) -> None:
    """Each test begins like a process that has just started."""


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def enrollment(ada: User, course: Course) -> Enrollment:
    return again(enroll(ada, course))


@pytest.fixture
def wide(ada: User) -> Enrollment:
    """A course whose five modules are all open from the start."""
    course = make_course(modules=0, slug="wide")
    for place in range(5):
        make_module(course, make_skill(course, f"skill-{place + 1}", place), place, questions=4)
    return again(Enrollment.objects.create(learner=ada, course=course))


def again(enrollment: Enrollment) -> Enrollment:
    """The enrollment as the next request would read it."""
    return Enrollment.objects.with_edition().get(pk=enrollment.pk)
