import pytest

from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.api.world import Caller, small_course


@pytest.fixture(autouse=True)
def fresh_process(own_cache: None, empty_memory: None) -> None:
    """Each test begins like a process that has just started."""


@pytest.fixture
def course(db: None) -> Course:
    return small_course()


@pytest.fixture
def enrollment(ada: User, course: Course) -> Enrollment:
    return enroll(ada, course)


@pytest.fixture
def caller(ada: User) -> Caller:
    return Caller(ada)
