"""Somebody new finds out where to start: by keyboard, with a mouse, and without JavaScript."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from courses import marking
from courses.models import Course, Enrollment, InteractionKind, User
from tests.journeys.answering import fill_by_keyboard, shown_on, tab_to
from tests.journeys.conftest import SignIn
from tests.journeys.test_every_page import WIDTHS, problems_at
from tests.journeys.walking import take

ASKED = re.compile(r"/questions/[0-9a-f-]{36}/$")


def press(page: Page, words: str) -> None:
    """Go to a button by Tab alone, and press it."""
    tab_to(page, page.locator("main").get_by_role("button", name=words))
    page.keyboard.press("Enter")


def test_by_keyboard_from_the_offer_to_the_first_step(course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada)
    take(page, course)
    expect(page.get_by_role("heading", name="Find out where to start")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Up to 8 questions")

    press(page, "Find out where to start")
    page.wait_for_url(ASKED)
    seen: list[str] = []
    while ASKED.search(page.url):
        assert page.url not in seen
        seen.append(page.url)
        expect(page.locator(".question-place")).to_have_text(f"Question {len(seen)} of up to 8")
        before = page.url
        fill_by_keyboard(page, marking.right_response(shown_on(page).question_version.content))
        press(page, "Submit")
        page.wait_for_url(lambda url, before=before: url != before)

    expect(page.get_by_role("heading", name="What it told")).to_be_visible()
    assert Enrollment.objects.get().interactions.filter(kind=InteractionKind.PLACED).count() == 1
    press(page, "Start here")
    page.wait_for_url("**/learn/python-foundations/")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False], ids=["with a mouse", "without JavaScript"])
def test_left_resumed_and_stopped(has_script: bool, course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada, java_script_enabled=has_script)
    take(page, course)
    page.get_by_role("button", name="Find out where to start").click()
    page.get_by_role("button", name="I don't know yet").click()
    expect(page.locator(".question-place")).to_have_text("Question 2 of up to 8")
    waiting = page.url

    page.goto("/today/")
    page.get_by_role("button", name="Go on").click()
    assert page.url == waiting
    page.get_by_role("button", name="Stop here").click()

    expect(page.get_by_role("heading", name="Where to start", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("This is what 1 answer told us.")
    page.goto("/today/")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_left_for_a_lesson_it_ends_and_is_taken_again(course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada, reduced_motion="reduce")
    take(page, course)
    page.get_by_role("button", name="Find out where to start").click()
    page.get_by_role("button", name="I don't know yet").click()
    expect(page.locator(".question-place")).to_have_text("Question 2 of up to 8")
    page.goto("/today/")
    expect(page.locator("main")).to_contain_text("shown once the placement test has ended")
    problems = problems_on(page)

    page.goto(f"/courses/{course.slug}/")
    page.get_by_role("button", name=re.compile("^Open ")).nth(2).click()
    expect(page.locator("#messages")).to_contain_text("The placement test ended here.")
    problems += problems_on(page)
    page.locator("#messages").get_by_role("link", name="See what it told").click()
    expect(page.locator("main")).to_contain_text("This is what 1 answer told us.")
    problems += problems_on(page)

    page.get_by_role("link", name="Take the test again").click()
    expect(page.get_by_role("heading", name="Find out where you stand")).to_be_visible()
    problems += problems_on(page)
    page.get_by_role("button", name="Take the placement test").click()
    expect(page.locator(".question-place")).to_have_text("Question 1 of up to 8")
    assert problems == []


def test_the_offer_and_its_questions_are_accessible(course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada, reduced_motion="reduce")
    take(page, course)
    problems = problems_on(page)

    page.goto(f"/learn/{course.slug}/placement/")
    problems += problems_on(page)
    page.get_by_role("button", name="Find out where to start").click()
    page.wait_for_url(ASKED)
    problems += problems_on(page)

    assert problems == []


def problems_on(page: Page) -> list[str]:
    page.evaluate(Axe().axe_script)
    return [problem for width in WIDTHS for problem in problems_at(page, width)]
