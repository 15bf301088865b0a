"""What an answer costs in statements: as many for a long history as for a short one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.enrolling import enroll
from courses.models import Enrollment, User
from lms.house.bench_world import learner_with
from tests.api.learning import begin, right, send
from tests.api.world import Caller, small_course

MOST_STATEMENTS = 16  # sign in, read the question, answer, believe, choose; with the transaction's own


@pytest.fixture(autouse=True)
def fresh_process(empty_memory: None) -> None:
    """Each test begins like a process that has just started."""


def statements_of_an_answer(enrollment: Enrollment) -> int:
    """Count those of the second answer: the first one may find this process new."""
    caller = Caller(enrollment.learner)
    question = begin(caller)
    question = send(caller, question["id"], right(question["id"])).json()["next"]["question"]
    response = right(question["id"])
    with CaptureQueriesContext(connection) as captured:
        assert send(caller, question["id"], response).status_code == 201
    return len(captured)


def test_an_answer_takes_few_statements(ada: User) -> None:
    assert statements_of_an_answer(enroll(ada, small_course())) <= MOST_STATEMENTS


@pytest.mark.django_db
def test_an_answer_takes_no_more_statements_after_a_long_history() -> None:
    course = small_course(modules=40)  # so many that no module was tried often enough to end after one more answer

    assert statements_of_an_answer(learner_with(600, course, seed=1)) <= MOST_STATEMENTS
