"""The next step: the same until something happens, with its reason, and open to objection."""

import uuid

import pytest

from courses.models import Course, Enrollment, InteractionKind, Question
from tests.api.learning import begin, right, send
from tests.api.world import Caller


def test_the_next_step_stays_until_something_happens(caller: Caller, enrollment: Enrollment) -> None:
    first, second = caller.post("courses/python/next/"), caller.post("courses/python/next/")

    assert first.status_code == 200
    assert first.json() == second.json()
    assert first.json()["question"] is None
    assert first.json()["recommendation"]["reason"]


def test_an_opened_step_has_its_question_until_it_is_answered(caller: Caller, enrollment: Enrollment) -> None:
    question = begin(caller)
    again = begin(caller)

    assert question == again == caller.post("courses/python/next/").json()["question"]
    assert enrollment.interactions.filter(kind=InteractionKind.OPENED).count() == 1


@pytest.mark.parametrize("wish", ["too-easy", "too-hard", "another-way", "not-this-one"])
def test_an_objection_is_heard_once(caller: Caller, enrollment: Enrollment, wish: str) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]

    heard = caller.post(f"recommendations/{offered['id']}/override/", {"wish": wish, "reason": "later"})
    again = caller.post(f"recommendations/{offered['id']}/override/", {"wish": wish})

    assert heard.status_code == 200
    assert heard.json()["recommendation"]["id"] != offered["id"]
    assert (again.status_code, again.json()["next"]) == (409, heard.json())
    assert enrollment.interactions.filter(kind=InteractionKind.OVERRODE).count() == 1


@pytest.mark.parametrize("sent", [{}, {"wish": "skip"}, {"wish": "too-easy", "module": 1}, {"wish": "x" * 999}])
def test_a_wish_must_be_one_of_four(caller: Caller, enrollment: Enrollment, sent: dict[str, object]) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]

    assert caller.post(f"recommendations/{offered['id']}/override/", sent).status_code == 400
    assert not enrollment.interactions.exists()


def test_a_step_with_questions_does_not_end_by_saying_so(caller: Caller, enrollment: Enrollment) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]

    refused = caller.post(f"recommendations/{offered['id']}/finished/")

    assert (refused.status_code, refused.json()["next"]["recommendation"]) == (409, offered)


def test_a_step_without_questions_ends_by_saying_so(caller: Caller, enrollment: Enrollment) -> None:
    for question in Question.objects.all():
        question.live = False
        question.save()
    offered = caller.post("courses/python/next/").json()["recommendation"]

    opened = caller.post(f"recommendations/{offered['id']}/opened/").json()
    after = caller.post(f"recommendations/{offered['id']}/finished/")

    assert opened["question"] is None
    assert after.status_code == 200
    assert after.json()["recommendation"]["id"] != offered["id"]


def test_a_course_without_modules_says_so(caller: Caller, enrollment: Enrollment, course: Course) -> None:
    for module in course.modules.all():
        module.live = False
        module.save()

    assert caller.post("courses/python/next/").status_code == 409


def test_a_choice_can_be_looked_into(caller: Caller, enrollment: Enrollment) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]

    why = caller.get(f"recommendations/{offered['id']}/").json()

    assert {key: why[key] for key in offered} == offered
    assert sum(candidate["propensity"] for candidate in why["candidates"]) == pytest.approx(1, abs=1e-6)
    for candidate in why["candidates"]:
        assert candidate["score"] == pytest.approx(sum(candidate["terms"].values()), abs=1e-4)


def test_hints_count_once_and_end(caller: Caller, enrollment: Enrollment) -> None:
    question = begin(caller)["id"]

    for _ in range(2):
        assert caller.post(f"presentations/{question}/hint/", {"number": 1}).json()["text"] == "Secret hint."
    assert caller.post(f"presentations/{question}/hint/", {"number": 2}).status_code == 400
    send(caller, question, right(question), uuid.uuid4())
    assert enrollment.interactions.answers().get().hints == 1


def test_what_is_believed_follows_the_answers(caller: Caller, enrollment: Enrollment) -> None:
    before = {row["skill"]["slug"]: row for row in caller.get("courses/python/state/").json()["skills"]}
    question = begin(caller)["id"]
    moved = send(caller, question, right(question)).json()["moves"][0]
    after = {row["skill"]["slug"]: row for row in caller.get("courses/python/state/").json()["skills"]}

    slug = moved["skill"]["slug"]
    assert before[slug]["level"] == "not_started"
    assert after[slug] == moved["after"] | {"skill": moved["skill"]}
    assert after[slug]["interval"][0] < after[slug]["mean"] < after[slug]["interval"][1]


def test_an_objection_with_a_key_can_be_sent_again(caller: Caller, enrollment: Enrollment) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]
    path, sent = f"recommendations/{offered['id']}/override/", {"wish": "too-hard", "key": str(uuid.uuid4())}

    heard, again = caller.post(path, sent), caller.post(path, sent)
    other = caller.post(path, sent | {"wish": "too-easy"})

    assert (again.status_code, again.json()) == (200, heard.json())
    assert other.status_code == 422
    assert enrollment.interactions.filter(kind=InteractionKind.OVERRODE).count() == 1


def test_an_objection_to_what_is_no_longer_on_offer_changes_nothing(caller: Caller, enrollment: Enrollment) -> None:
    offered = caller.post("courses/python/next/").json()["recommendation"]
    path = f"recommendations/{offered['id']}/override/"
    since = caller.post(path, {"wish": "not-this-one", "reason": "interest"}).json()

    refused = caller.post(path, {"wish": "too-hard", "key": str(uuid.uuid4())})

    assert (refused.status_code, refused.json()["next"]) == (409, since)
    assert [entry.response["wish"] for entry in enrollment.interactions.filter(kind="overrode")] == ["not-this-one"]
