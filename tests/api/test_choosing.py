"""Learners choose for themselves, and read what is due, as on the pages."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import clock
from courses.enrolling import enroll
from courses.models import Course, Enrollment, InteractionKind
from tests.api.learning import begin, right, send
from tests.api.world import Caller, Json, small_course

CHOOSE = "courses/python/choose/"


def wishes(enrollment: Enrollment) -> list[tuple[str, str]]:
    entries = enrollment.interactions.filter(kind=InteractionKind.OVERRODE).order_by("sequence")
    return [(entry.response["wish"], entry.module.slug) for entry in entries.select_related("module")]


def finish(caller: Caller, slug: str = "python") -> str:
    """Answer right until a module is done; return its slug."""
    while True:
        question = begin(caller, slug)
        if send(caller, question["id"], right(question["id"])).json()["finished"]:
            module: str = question["module"]["slug"]
            return module


@pytest.mark.parametrize("slug", ["module-0", "module-1"])
def test_a_module_that_is_chosen_is_on_offer(caller: Caller, enrollment: Enrollment, slug: str) -> None:
    came = caller.post(CHOOSE, {"module": slug})

    assert came.status_code == 200
    assert came.json()["recommendation"]["module"]["slug"] == slug
    assert came.json() == caller.post("courses/python/next/").json()
    assert wishes(enrollment) == [("this-one", slug)]


def test_what_was_done_can_be_reviewed(caller: Caller, enrollment: Enrollment) -> None:
    done = finish(caller)

    came = caller.post(CHOOSE, {"module": done, "purpose": "review"}).json()["recommendation"]

    assert (came["module"]["slug"], came["purpose"]) == (done, "review")
    assert wishes(enrollment) == [("review", done)]


def test_a_choice_with_a_key_is_made_once(caller: Caller, enrollment: Enrollment) -> None:
    sent = {"module": "module-1", "key": str(uuid.uuid4())}

    first, again = caller.post(CHOOSE, sent), caller.post(CHOOSE, sent)
    other = caller.post(CHOOSE, sent | {"module": "module-0"})
    since = caller.post(CHOOSE, {"module": "module-0"}).json()
    late = caller.post(CHOOSE, sent)

    assert (again.status_code, again.json()) == (200, first.json())
    assert other.status_code == 422
    assert (late.status_code, late.json()["next"]) == (409, since)
    assert wishes(enrollment) == [("this-one", "module-1"), ("this-one", "module-0")]


@pytest.mark.parametrize(
    ("sent", "blamed"),
    [
        ({}, {"module"}),
        ({"module": "nowhere"}, {"module"}),
        ({"module": "module-0", "purpose": "fun"}, {"purpose"}),
        ({"module": "module-0", "wish": "review"}, {"wish"}),
    ],
)
def test_a_choice_that_cannot_be_read_changes_nothing(
    caller: Caller, enrollment: Enrollment, sent: Json, blamed: set[str]
) -> None:
    assert caller.fields_refused_in(CHOOSE, sent) == blamed
    assert not wishes(enrollment)


def test_a_module_taken_back_cannot_be_chosen(caller: Caller, enrollment: Enrollment, course: Course) -> None:
    module = course.modules.get(slug="module-1")
    module.live = False
    module.save()

    assert caller.fields_refused_in(CHOOSE, {"module": "module-1"}) == {"module"}


def test_what_is_due_and_what_rests_is_told_as_on_the_page(caller: Caller, enrollment: Enrollment) -> None:
    course = {"slug": "python", "title": "Python"}
    with clock.set_to(clock.now() - timedelta(days=60)):
        long_ago = finish(caller)
    before = caller.get("reviews/").json()
    just_now = finish(caller)
    after = caller.get("reviews/").json()

    assert [(one["course"], one["module"]["slug"]) for one in before["due"]] == [(course, long_ago)]
    assert before["minutes"] == before["due"][0]["minutes"] > 0
    assert [one["module"]["slug"] for one in after["due"]] == ([long_ago] if just_now != long_ago else [])
    assert [one["module"]["slug"] for one in after["rested"]] == ([just_now] if just_now != long_ago else [long_ago])
    assert before["next_at"] is after["next_at"] is None


def test_what_comes_next_is_told_where_nothing_is_due(caller: Caller, enrollment: Enrollment) -> None:
    done = finish(caller)

    told = caller.get("reviews/").json()

    assert (told["due"], told["minutes"]) == ([], 0)
    assert [one["module"]["slug"] for one in told["rested"]] == [done]
    assert told["next_at"] > clock.now().isoformat()


def test_nothing_is_due_to_who_takes_no_course(caller: Caller) -> None:
    assert caller.get("reviews/").json() == {"due": [], "minutes": 0, "next_at": None, "rested": []}


def test_what_is_due_takes_as_many_queries_in_many_courses_as_in_one(caller: Caller, enrollment: Enrollment) -> None:
    def queries() -> int:
        caller.get("reviews/")
        with CaptureQueriesContext(connection) as captured:
            assert caller.get("reviews/").status_code == 200
        return len(captured)

    finish(caller)
    in_one = queries()
    for slug in ("spanish", "history"):
        enroll(enrollment.learner, small_course(slug))
        finish(caller, slug)

    assert queries() == in_one


def test_choosing_too_often_asks_to_wait(
    caller: Caller, enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.limiting._count", lambda key, seconds: 10_000)

    assert caller.post(CHOOSE, {"module": "module-0"}).status_code == 429
    assert caller.get("reviews/").status_code == 429
