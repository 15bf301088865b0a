"""An answer is kept exactly once, whatever happens on its way."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adaptive.models import Outcome
from courses.models import Enrollment, Interaction, Presentation, User
from tests.api.learning import begin, body, right, send, wrong
from tests.api.world import Caller, Json


@pytest.fixture
def question(caller: Caller, enrollment: Enrollment) -> Json:
    return begin(caller)


def answers_of(enrollment: Enrollment) -> list[Interaction]:
    return list(enrollment.interactions.answers())


def test_a_right_answer_is_marked_explained_and_followed(caller: Caller, question: Json) -> None:
    came = send(caller, question["id"], right(question["id"]), seconds=12.5, confidence="certain")

    result = came.json()
    assert came.status_code == 201
    assert result["mark"]["is_right"]
    assert result["explanation"] == "General secret feedback."
    assert result["moves"][0]["skill"]["slug"].startswith("skill-")
    assert result["moves"][0]["after"]["answers"] == 1
    assert (result["next"]["question"] is None) != (result["next"]["recommendation"] is None)


def test_what_was_sent_beside_the_answer_is_kept(caller: Caller, enrollment: Enrollment, question: Json) -> None:
    at = "2026-03-02T09:00:00Z"
    send(
        caller,
        question["id"],
        right(question["id"]),
        seconds=12.5,
        confidence="guessing",
        client_sequence=7,
        client_at=at,
    )

    kept = answers_of(enrollment)[0]
    assert (kept.seconds_spent, kept.confidence, kept.client_sequence) == (12.5, 1, 7)
    assert kept.client_at is not None
    assert kept.client_at.isoformat() == "2026-03-02T09:00:00+00:00"


def test_the_same_answer_again_gets_the_same_result(caller: Caller, enrollment: Enrollment, question: Json) -> None:
    key, response = uuid.uuid4(), right(question["id"])

    first, second = send(caller, question["id"], response, key), send(caller, question["id"], response, key)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(answers_of(enrollment)) == 1


def test_the_same_result_comes_back_after_many_more_answers(caller: Caller, question: Json) -> None:
    key, response = uuid.uuid4(), right(question["id"])
    first = send(caller, question["id"], response, key).json()
    following = first["next"]["question"]
    while following:
        following = send(caller, following["id"], right(following["id"])).json()["next"]["question"]

    assert send(caller, question["id"], response, key).json() == first


def test_another_key_meets_the_answer_that_stands(caller: Caller, enrollment: Enrollment, question: Json) -> None:
    first = send(caller, question["id"], right(question["id"]))

    second = send(caller, question["id"], wrong(question["id"]))

    assert second.status_code == 409
    assert second.json()["result"] == first.json()
    assert len(answers_of(enrollment)) == 1


def test_a_key_is_good_for_one_answer(caller: Caller, enrollment: Enrollment, question: Json) -> None:
    key = uuid.uuid4()
    following = send(caller, question["id"], right(question["id"]), key).json()["next"]["question"]

    assert send(caller, question["id"], wrong(question["id"]), key).status_code == 422
    assert send(caller, following["id"], right(following["id"]), key).status_code == 422
    assert len(answers_of(enrollment)) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"response": {}}, "response"),
        (
            {"response": {"choice": ["a"], "text": {}, "gaps": 3, "order": None, "pairs": [], "choices": "x"}},
            "response",
        ),
        ({"response": "c0"}, "response"),
        ({"response": None}, "response"),
        ({"key": "7"}, "key"),
        ({"key": None}, "key"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": "soon"}, "seconds"),
        ({"seconds": 1e9}, "seconds"),
        ({"confidence": "very"}, "confidence"),
        ({"client_sequence": -1}, "client_sequence"),
        ({"client_sequence": 2**63}, "client_sequence"),
        ({"client_at": "yesterday"}, "client_at"),
        ({"score": 1.0}, "score"),
        ({"sequence": 1}, "sequence"),
        ({"enrollment": 1}, "enrollment"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(
    caller: Caller, enrollment: Enrollment, question: Json, sent: Json, field: str
) -> None:
    refused = caller.post(f"presentations/{question['id']}/answer/", body(right(question["id"])) | sent)

    assert refused.status_code == 400
    assert list(refused.json()["fields"]) == [field]
    assert not answers_of(enrollment)


def test_somebody_elses_question_is_not_there(question: Json, grace: User, root: User) -> None:
    for other in (grace, root):
        assert send(Caller(other), question["id"], right(question["id"])).status_code == 404


def test_whoever_is_too_quick_is_told_when_to_come_back(
    caller: Caller, question: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.limiting._count", lambda key, seconds: 10_000)

    paused = send(caller, question["id"], right(question["id"]))

    assert paused.status_code == 429
    assert 0 < int(paused.headers["Retry-After"]) <= 60
    assert not Outcome.objects.exists()


def test_a_whole_step_ends_and_leads_to_the_next(caller: Caller, enrollment: Enrollment, question: Json) -> None:
    came: Json = {}
    following: Json | None = question
    while following:
        came = send(caller, following["id"], right(following["id"])).json()
        following = came["next"]["question"]

    assert came["finished"] == "known"
    assert caller.post("courses/python/next/").json()["recommendation"] == came["next"]["recommendation"]


KEYS = [uuid.UUID(int=n + 1) for n in range(3)]
DELIVERIES = st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(DELIVERIES)
def test_deliveries_in_any_order_and_number_leave_one_answer(
    caller: Caller, enrollment: Enrollment, deliveries: list[tuple[uuid.UUID, bool]]
) -> None:
    """The first delivery decides; every later one hears of it, and nothing else changes."""
    Interaction.objects.all().delete()
    Presentation.objects.all().delete()
    Enrollment.objects.update(last_sequence=0)
    question = begin(caller)["id"]
    responses = {True: right(question), False: wrong(question)}

    came = [(key, is_right, send(caller, question, responses[is_right], key)) for key, is_right in deliveries]

    first_key, first_is_right, first = came[0]
    assert first.status_code == 201
    for key, is_right, response in came[1:]:
        expected = 409 if key != first_key else 200 if is_right == first_is_right else 422
        assert response.status_code == expected
        if expected != 422:
            assert response.json().get("result", response.json()) == first.json()
    sequences = list(enrollment.interactions.values_list("sequence", flat=True))
    assert len(answers_of(enrollment)) == 1
    assert sequences == list(range(1, len(sequences) + 1))
