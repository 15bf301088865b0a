import pytest
from django.core.cache import cache

from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.api.world import Caller, small_course


@pytest.fixture(autouse=True)
def _no_limits_used_up() -> None:
    cache.clear()


@pytest.fixture
def course(db: None) -> Course:
    return small_course()


@pytest.fixture
def enrollment(ada: User, course: Course) -> Enrollment:
    return enroll(ada, course)


@pytest.fixture
def caller(ada: User) -> Caller:
    return Caller(ada)
