"""Reading, practice, hint, answer, outcome, next: every kind of question, in every way to use a page."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from adaptive.progress import Wish
from adaptive.stepping import Request, override
from courses import marking
from courses.enrolling import enroll
from courses.marking import Response
from courses.models import Course, Enrollment, Question, QuestionKind, QuestionVersion, User
from tests.factories import present
from tests.journeys.answering import by_keyboard, by_mouse, shown_on, tab_to, without_javascript
from tests.journeys.conftest import SignIn

Answer = Callable[[Page, Response], None]
Press = Callable[[Page, str | re.Pattern[str]], None]


def click(page: Page, words: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("button", name=words).or_(page.get_by_role("link", name=words)).click()


def press_enter(page: Page, words: str | re.Pattern[str]) -> None:
    tab_to(page, page.locator("main").get_by_role("button", name=words).or_(page.get_by_role("link", name=words)))
    page.keyboard.press("Enter")


WAYS: dict[str, tuple[Answer, Press, dict[str, bool]]] = {
    "with a mouse": (by_mouse, click, {}),
    "by keyboard": (by_keyboard, press_enter, {}),
    "without JavaScript": (without_javascript, click, {"java_script_enabled": False}),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_can_be_answered(
    way: str, course: Course, ada: User, signed_in: SignIn, subtests: pytest.Subtests
) -> None:
    answer, press, options = WAYS[way]
    enrollment = enroll(ada, course)
    page = signed_in(ada, **options)
    for kind in QuestionKind.values:
        with subtests.test(kind=kind):
            version = waiting_in_practice(enrollment, kind)
            page.goto(reverse("adaptive:step", args=[course.slug]))

            press(page, "Practice")
            page.wait_for_url("**/questions/*/")
            shown = shown_on(page)
            press(page, "Hint 1 of")
            expect(page.locator("details.hint[open]")).to_be_visible()
            answer(page, marking.right_response(version.content))

            expect(page.locator("#feedback h3")).to_have_text("Right")
            expect(page.get_by_role("heading", name="What this changed")).to_be_visible()
            answered = shown.interactions.answers().get()
            assert (answered.score, answered.hints, answered.question_version) == (1.0, 1, version)
            press(page, re.compile("Next question|Continue"))
            page.wait_for_url(lambda url: "/outcome/" not in url)


def waiting_in_practice(enrollment: Enrollment, kind: str) -> QuestionVersion:
    """Put a question of this kind, with a hint, next in the practice of its module."""
    questions = Question.objects.filter(module__course=enrollment.course, kind=kind).exclude(hints="[]")
    question = questions.order_by("module__position", "pk").first()
    assert question
    fresh = Enrollment.objects.with_edition().get(pk=enrollment.pk)
    step = override(fresh, Request(Wish.THIS_ONE, question.module))
    version = question.versions.first()
    present(fresh, version, step.variant)
    return version
