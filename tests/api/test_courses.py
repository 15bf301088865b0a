"""What there is to learn."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses.models import Course, Enrollment, Question, User, Variant
from tests.api.world import Caller, small_course
from tests.factories import present


def test_courses_say_whether_you_are_enrolled(caller: Caller, enrollment: Enrollment) -> None:
    small_course("history")

    listed = caller.get("courses/").json()

    assert {row["slug"]: row["is_enrolled"] for row in listed["results"]} == {"history": False, "python": True}


def test_drafts_are_for_authors(caller: Caller, course: Course, noor: User) -> None:
    Course.objects.filter(pk=course.pk).update(live=False)

    assert caller.get("courses/python/").status_code == 404
    assert Caller(noor).get("courses/python/").status_code == 200


def test_an_outline_has_modules_with_their_ways_of_learning(caller: Caller, course: Course) -> None:
    outline = caller.get("courses/python/").json()

    first = outline["modules"][0]
    assert [module["slug"] for module in outline["modules"]] == ["module-0", "module-1"]
    assert first["skills"] == [{"slug": "skill-0", "title": "Skill 0"}]
    assert [(way["modality"], way["difficulty"]) for way in first["variants"]] == [("text", 2), ("worked-example", 3)]


def test_an_outline_costs_the_same_however_long_it_is(
    caller: Caller, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small_course("history", modules=7)

    for slug in ("python", "history"):
        with django_assert_num_queries(5):
            assert caller.get(f"courses/{slug}/").status_code == 200


def test_enrolling_twice_changes_nothing(caller: Caller, course: Course, ada: User) -> None:
    first, second = caller.post("courses/python/enroll/"), caller.post("courses/python/enroll/")

    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())
    assert Enrollment.objects.of(ada).count() == 1


def test_a_draft_takes_nobody_up(course: Course, noor: User) -> None:
    Course.objects.filter(pk=course.pk).update(live=False)

    assert Caller(noor).post("courses/python/enroll/").status_code == 409


def test_a_shown_question_tells_nothing_of_its_key(caller: Caller, enrollment: Enrollment) -> None:
    for question in Question.objects.filter(module__slug="module-0"):
        shown = present(enrollment, question.versions.first())

        seen = caller.get(f"presentations/{shown.pk}/")

        assert seen.json()["question"]["kind"] == question.kind
        assert not any(word in seen.content.decode() for word in ("ecret", '"right"', "is_true", "tolerance"))


def test_a_lesson_can_be_read_by_who_takes_the_course(caller: Caller, enrollment: Enrollment, noor: User) -> None:
    way = caller.get("courses/python/").json()["modules"][0]["variants"][0]

    assert caller.get(f"variants/{way['id']}/").json() == way | {"body": "Read **this**.", "video": "", "captions": ""}
    assert Caller(noor).get(f"variants/{way['id']}/").status_code == 404


@pytest.mark.parametrize("hide", ["variant", "module"])
def test_a_lesson_that_is_not_published_is_not_there(caller: Caller, enrollment: Enrollment, hide: str) -> None:
    variant = Variant.objects.first()
    row = {"variant": variant, "module": variant.module}[hide]
    type(row).objects.filter(pk=row.pk).update(live=False)

    assert caller.get(f"variants/{variant.pk}/").status_code == 404


def test_pages_of_a_list_have_bounds(caller: Caller, course: Course) -> None:
    assert caller.get("courses/?limit=100000").json()["count"] == 1


def test_a_session_needs_its_csrf_token(ada: User, course: Course) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)

    assert browser.get("/api/v1/courses/").status_code == 200
    assert browser.post("/api/v1/courses/python/enroll/").status_code == 403
