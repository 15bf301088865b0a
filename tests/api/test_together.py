"""Many requests at once, each on a connection of its own: one answer, one result, a log without gaps."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from adaptive.models import Outcome
from courses.enrolling import enroll
from courses.models import Enrollment, OutboxEntry, User
from tests.api.learning import begin, right, send, wrong
from tests.api.world import Caller, small_course

TOGETHER = 8
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time anyway"),
]


@pytest.fixture
def learning(transactional_db: None) -> tuple[Caller, Enrollment]:
    learner = User.objects.create_user("ada@example.org", "x")
    return Caller(learner), enroll(learner, small_course(modules=1))


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Do it in so many threads, which all begin together; return what came."""
    barrier = Barrier(TOGETHER)

    def one(number: int) -> Any:
        barrier.wait(20)
        try:
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(one, range(TOGETHER)))


def has_no_gaps(enrollment: Enrollment) -> bool:
    enrollment.refresh_from_db()
    sequences = list(enrollment.interactions.order_by("sequence").values_list("sequence", flat=True))
    outbox = OutboxEntry.objects.filter(interaction__enrollment=enrollment).count()
    return sequences == list(range(1, enrollment.last_sequence + 1)) and outbox == len(sequences)


def test_two_tabs_and_six_more_leave_one_answer(learning: tuple[Caller, Enrollment]) -> None:
    caller, enrollment = learning
    question = begin(caller)["id"]
    responses = [right(question), wrong(question)]

    came = at_once(lambda number: send(Caller(enrollment.learner), question, responses[number % 2]))

    first = next(response for response in came if response.status_code == 201)
    assert Counter(response.status_code for response in came) == {201: 1, 409: TOGETHER - 1}
    assert all(response.json()["result"] == first.json() for response in came if response.status_code == 409)
    assert enrollment.interactions.answers().count() == Outcome.objects.count() == 1
    assert has_no_gaps(enrollment)


@pytest.mark.parametrize("has_key", [True, False])
def test_one_wish_in_eight_tabs_is_one_wish(learning: tuple[Caller, Enrollment], has_key: bool) -> None:
    caller, enrollment = learning
    step = caller.post("courses/python/next/").json()["recommendation"]["id"]
    sent = {"wish": "too-hard"} | ({"key": str(uuid.uuid4())} if has_key else {})

    came = at_once(lambda number: Caller(enrollment.learner).post(f"recommendations/{step}/override/", sent))

    codes = {200: TOGETHER} if has_key else {200: 1, 409: TOGETHER - 1}
    assert Counter(response.status_code for response in came) == codes
    assert len({response.json().get("next", response.json())["recommendation"]["id"] for response in came}) == 1
    assert enrollment.interactions.filter(kind="overrode").count() == 1
    assert has_no_gaps(enrollment)


def test_one_answer_delivered_eight_times_is_one_answer(learning: tuple[Caller, Enrollment]) -> None:
    caller, enrollment = learning
    question, key = begin(caller)["id"], uuid.uuid4()
    response = right(question)

    came = at_once(lambda number: send(Caller(enrollment.learner), question, response, key))

    assert Counter(response.status_code for response in came) == {201: 1, 200: TOGETHER - 1}
    assert len({response.content for response in came}) == 1
    assert enrollment.interactions.answers().count() == 1
    assert has_no_gaps(enrollment)


def test_a_lost_response_is_made_good_by_sending_again(learning: tuple[Caller, Enrollment]) -> None:
    caller, enrollment = learning
    question, key = begin(caller)["id"], uuid.uuid4()
    response = right(question)
    at_once(lambda number: send(Caller(enrollment.learner), question, response, key) if number % 2 else None)

    again = send(caller, question, response, key)

    assert again.status_code == 200
    assert again.json()["sequence"] == enrollment.interactions.answers().get().sequence
    assert has_no_gaps(enrollment)


def test_eight_requests_for_the_next_step_get_the_same(learning: tuple[Caller, Enrollment]) -> None:
    _, enrollment = learning

    came = at_once(lambda number: Caller(enrollment.learner).post("courses/python/next/"))

    assert Counter(response.status_code for response in came) == {200: TOGETHER}
    assert len({response.json()["recommendation"]["id"] for response in came}) == 1


def test_eight_who_open_a_step_get_one_question(learning: tuple[Caller, Enrollment]) -> None:
    caller, enrollment = learning
    step = caller.post("courses/python/next/").json()["recommendation"]["id"]

    came = at_once(lambda number: Caller(enrollment.learner).post(f"recommendations/{step}/opened/"))

    assert len({response.json()["question"]["id"] for response in came}) == 1
    assert enrollment.interactions.count() == 1
    assert has_no_gaps(enrollment)
