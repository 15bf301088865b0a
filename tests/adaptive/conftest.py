"""A learner in a small course, with the shipped checkpoint, and nothing remembered from the test before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.factories import make_course, make_module, make_skill

DEMO = Path(__file__).resolve().parents[2] / "courses" / "demo" / "python-foundations"


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


@pytest.fixture
def chain(db: None) -> Course:
    """Six skills in a row, with questions enough for two placement tests."""
    return make_course(modules=6, questions=8, slug="chain")


@pytest.fixture
def newcomer(ada: User, chain: Course) -> Enrollment:
    return again(Enrollment.objects.create(learner=ada, course=chain))


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo course, loaded once: what a test adds to it is rolled back after the test, and it after the last one."""
    around_all = transaction.atomic()
    with django_db_blocker.unblock():
        around_all.__enter__()
        call_command("load_course", str(DEMO), verbosity=0)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around_all.__exit__(None, None, None)


@pytest.fixture
def demo(loaded: None, db: None) -> Course:
    return Course.objects.get(slug=DEMO.name)


def again(enrollment: Enrollment) -> Enrollment:
    """The enrollment as the next request would read it."""
    return Enrollment.objects.with_edition().get(pk=enrollment.pk)
