"""What learners do again and again: sign up, take a course, go on to the next question."""

import re
from collections.abc import Callable

from playwright.sync_api import Page

from courses.enrolling import enroll
from courses.marking import Response
from courses.models import Course, Enrollment, Presentation, Question, User
from courses.versions import Content
from tests.factories import PASSWORD, present
from tests.journeys.answering import by_mouse, shown_on


def sign_up(page: Page, email: str, name: str) -> None:
    """Fill in the page for a new account that is open."""
    page.get_by_label("First name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page that is open."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()


def take(page: Page, course: Course) -> None:
    page.goto("/courses/")
    page.get_by_role("link", name=course.title).click()
    page.get_by_role("button", name="Take this course").click()
    page.wait_for_url("**/today/")


def go_on(page: Page) -> Presentation:
    """Go to the next question from wherever the learner is."""
    onward = page.get_by_role("link", name="Next question")
    if onward.count():
        onward.click()
    else:
        page.goto("/today/")
        page.get_by_role("button", name=re.compile("Begin|Continue|Start at the beginning")).click()
        page.wait_for_url(lambda url: "/today/" not in url)
        if "/questions/" not in page.url:
            page.get_by_role("button", name="Practice").click()
    page.wait_for_url(lambda url: "/questions/" in url and "/outcome/" not in url)
    return shown_on(page)


def answer(page: Page, responds: Callable[[Content], Response]) -> Presentation:
    """Answer the next question, and see what came of it."""
    shown = go_on(page)
    by_mouse(page, responds(shown.question_version.content))
    page.wait_for_url("**/outcome/")
    return shown


def ask(learner: User, course: Course, kind: str) -> Presentation:
    """Show the learner the first question of this kind, as the policy might."""
    question = Question.objects.filter(module__course=course, kind=kind).order_by("module__position", "pk").first()
    assert question
    return ask_this(enroll(learner, course), question)


def ask_this(enrollment: Enrollment, question: Question) -> Presentation:
    return present(enrollment, question.versions.first(), question.module.variants.first())


def address(shown: Presentation) -> str:
    return f"/questions/{shown.pk}/"
