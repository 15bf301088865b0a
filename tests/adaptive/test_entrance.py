"""The button that leads into a course says what comes: to begin, to go on, or to review."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.stepping import open_step
from courses import clock
from courses.models import Course, Enrollment, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.factories import make_course


@pytest.fixture
def browser(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def words_on(client: Client, course: Course) -> set[str]:
    """What the button says on Today and on the page of the course."""
    addresses = (reverse("adaptive:today"), reverse("courses:course", args=[course.slug]))
    pages = [client.get(address).content.decode() for address in addresses]
    return {page.split('<button class="button button-primary">')[1].split("<svg")[0].strip() for page in pages}


def test_a_course_nobody_has_begun_says_begin(browser: Client, enrollment: Enrollment) -> None:
    assert words_on(browser, enrollment.course) == {"Begin"}


def test_a_lesson_that_was_only_opened_is_not_begun(browser: Client, enrollment: Enrollment) -> None:
    open_step(enrollment)

    assert words_on(browser, enrollment.course) == {"Begin"}


def test_one_answer_is_enough_to_continue(browser: Client, enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: False, answers=1)

    assert words_on(browser, enrollment.course) == {"Continue"}


def test_who_skips_the_placement_test_still_begins(browser: Client, ada: User) -> None:
    course = make_course(modules=6, questions=4, slug="chain")
    Enrollment.objects.create(learner=ada, course=course)
    browser.post(reverse("adaptive:stop_placement", args=["chain"]))

    assert words_on(browser, course) == {"Begin"}


@pytest.mark.parametrize(("days_ago", "words"), [(0, "Continue"), (60, "Review")])
def test_a_course_that_is_done_says_review_once_something_is_due(
    days_ago: int, words: str, browser: Client, ada: User
) -> None:
    enrollment = again(Enrollment.objects.create(learner=ada, course=make_course(modules=1)))
    with clock.set_to(clock.now() - timedelta(days=days_ago)):
        learn(enrollment, lambda number: True, answers=20)

    assert words_on(browser, enrollment.course) == {words}


def test_looking_back_too_early_leads_on_with_the_same_word(browser: Client, enrollment: Enrollment) -> None:
    def page() -> str:
        return browser.get(reverse("adaptive:finished", args=[enrollment.course.slug])).content.decode()

    before = page()
    learn(enrollment, lambda number: True, answers=1)

    assert ">Begin</a>" in before
    assert ">Continue</a>" in page()


def test_the_word_costs_no_query_of_its_own(
    browser: Client, enrollment: Enrollment, django_assert_max_num_queries: Any
) -> None:
    learn(enrollment, lambda number: True, answers=1)

    def queries() -> int:
        with django_assert_max_num_queries(14) as captured:
            browser.get(reverse("courses:course", args=[enrollment.course.slug]))
        return len(captured)

    queries()
    before = queries()
    learn(again(enrollment), lambda number: True, answers=8)

    assert queries() == before
