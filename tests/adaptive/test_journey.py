"""A learner goes through a course with plain pages: no JavaScript, forms as a browser would send them."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Enrollment, User


class Forms(HTMLParser):
    """The forms of a page: where they go, and the fields that they come with."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and given.get("name") and self.forms:
            self.forms[-1][1][given["name"]] = given.get("value", "")

    def to(self, part: str) -> tuple[str, dict[str, str]]:
        return next((action, fields) for action, fields in self.forms if part in action)


@pytest.fixture
def browser(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def page(browser: Client, url: str) -> str:
    response = browser.get(url, follow=True)
    assert response.status_code == 200, url
    return response.content.decode()


def press(browser: Client, html: str, part: str, **more: str) -> str:
    action, fields = Forms(html).to(part)
    response = browser.post(action, fields | more, follow=True)
    assert response.status_code == 200, (action, response.status_code)
    return response.content.decode()


def test_a_course_from_the_catalog_to_its_end(browser: Client, ada: User, course: Course) -> None:
    html = press(browser, page(browser, reverse("courses:course", args=[course.slug])), "enroll")
    assert "Your next step" in html

    for _ in range(60):
        html = page(browser, reverse("adaptive:today"))
        html = press(browser, html, "next")
        if "practice" in html and "/answer/" not in html:
            html = press(browser, html, "practice")
        answer = re.search(r"What is (\d+)\?", html)
        assert answer
        html = press(browser, html, "answer", text=answer[1], confidence="certain")
        assert "Right" in html
        assert "What this changed" in html
        if Enrollment.objects.get().finished_at:
            break

    assert "Every module of this course is done." in html
    assert "done" in page(browser, reverse("adaptive:finished", args=[course.slug]))
    assert "Review" in page(browser, reverse("adaptive:review"))


@pytest.mark.parametrize("name", ["today", "review"])
def test_pages_of_one_person_ask_to_sign_in(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(f"adaptive:{name}")).status_code == 302


def test_the_first_page_shows_a_passer_by_what_there_is_to_learn(client: Client, course: Course) -> None:
    html = page(client, "/")

    assert course.title in html
    assert reverse("account_signup") in html


def test_every_page_of_a_learner_opens(browser: Client, enrollment: Enrollment) -> None:
    slug = enrollment.course.slug
    html = press(browser, page(browser, reverse("adaptive:today")), "next")
    why = re.search(r"/why/[0-9a-f-]+/", html)
    assert why

    for url in (why[0], *(reverse(f"adaptive:{name}", args=[slug]) for name in ("step", "map", "finished"))):
        page(browser, url)
    for url in (reverse("courses:catalog"), reverse("courses:course", args=[slug]), reverse("courses:me")):
        page(browser, url)
