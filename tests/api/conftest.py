import pytest
from django.core.cache import cache
from pytest_django import Settings

from adaptive import serving, syllabus
from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.api.world import Caller, small_course


@pytest.fixture(autouse=True)
def _nothing_in_memory(settings: Settings) -> None:
    """Each test begins like a process that has just started, with a cache that a busy machine does not slow down."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api"}}
    cache.clear()
    serving.forget()
    syllabus.forget()


@pytest.fixture
def course(db: None) -> Course:
    return small_course()


@pytest.fixture
def enrollment(ada: User, course: Course) -> Enrollment:
    return enroll(ada, course)


@pytest.fixture
def caller(ada: User) -> Caller:
    return Caller(ada)
