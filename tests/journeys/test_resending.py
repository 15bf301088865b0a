"""An answer is never lost and never counts twice, whatever the network does."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from courses import marking
from courses.models import Course, Interaction, Presentation, User
from tests.adaptive.acting import wrong_response
from tests.journeys.answering import by_mouse
from tests.journeys.conftest import SignIn
from tests.journeys.walking import address, ask, sign_in

ANSWER = "**/answer/"


def right(shown: Presentation) -> marking.Response:
    return marking.right_response(shown.question_version.content)


def the_only_answer() -> Interaction:
    return Interaction.objects.answers().get()


def keys_sent(page: Page) -> list[str]:
    """The keys of the answers that this page sends from now on."""
    keys: list[str] = []
    page.on("request", lambda request: keys.append(request.headers.get("idempotency-key", "")))
    return keys


def test_an_answer_that_never_arrived_is_sent_again(course: Course, ada: User, signed_in: SignIn) -> None:
    shown = ask(ada, course, "single_choice")
    page = signed_in(ada)
    page.goto(address(shown))
    page.route(ANSWER, lambda route: route.abort("internetdisconnected"), times=1)

    by_mouse(page, right(shown))

    expect(page.locator("[data-unsent]")).to_contain_text("Your answer is kept on this device")
    page.wait_for_url("**/outcome/")
    assert the_only_answer().score == 1


def test_an_answer_whose_receipt_was_lost_counts_once(course: Course, ada: User, signed_in: SignIn) -> None:
    shown = ask(ada, course, "ordering")
    page = signed_in(ada)
    page.goto(address(shown))
    sent = keys_sent(page)

    def lose_the_receipt(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route(ANSWER, lose_the_receipt, times=1)
    by_mouse(page, right(shown))

    page.wait_for_url("**/outcome/")
    keys = [key for key in sent if key]
    assert keys == [str(the_only_answer().key)] * 2
    assert page.evaluate("Object.keys(localStorage)") == []


def test_an_answer_left_behind_is_sent_from_the_next_page(course: Course, ada: User, signed_in: SignIn) -> None:
    shown = ask(ada, course, "short_text")
    page = signed_in(ada)
    page.goto(address(shown))
    page.route(ANSWER, lambda route: route.abort("internetdisconnected"))
    by_mouse(page, right(shown))
    expect(page.locator("[data-unsent]")).to_be_visible()
    assert not Interaction.objects.answers().exists()
    page.close()

    later = page.context.new_page()
    later.goto("/courses/")

    expect(later.locator("[data-unsent]")).to_have_text("An answer from earlier was sent just now.")
    assert the_only_answer().score == 1


def test_what_is_left_behind_is_not_sent_for_somebody_else(
    course: Course, ada: User, noor: User, signed_in: SignIn
) -> None:
    shown = ask(ada, course, "numeric")
    page = signed_in(ada)
    page.goto(address(shown))
    page.route(ANSWER, lambda route: route.abort("internetdisconnected"))
    by_mouse(page, right(shown))
    expect(page.locator("[data-unsent]")).to_be_visible()
    page.close()

    page.context.clear_cookies()
    page.context.add_cookies(signed_in(noor).context.cookies())
    later = page.context.new_page()
    sent = keys_sent(later)
    later.goto("/courses/", wait_until="networkidle")

    assert not any(sent)
    assert not Interaction.objects.answers().exists()


def test_a_second_tab_sees_the_answer_that_counts(course: Course, ada: User, signed_in: SignIn) -> None:
    shown = ask(ada, course, "true_or_false")
    first = signed_in(ada)
    second = first.context.new_page()
    first.goto(address(shown))
    second.goto(address(shown))

    by_mouse(first, right(shown))
    first.wait_for_url("**/outcome/")
    by_mouse(second, wrong_response(shown.question_version.content))

    expect(second.locator("main")).to_contain_text("The first answer counts; here it is.")
    expect(second.locator("#feedback h3")).to_have_text("Right")
    assert the_only_answer().score == 1


@pytest.mark.parametrize("lost", ["sessionid", ""], ids=["the session", "every cookie"])
def test_who_was_signed_out_meanwhile_signs_in_and_the_answer_counts(
    course: Course, ada: User, signed_in: SignIn, lost: str
) -> None:
    shown = ask(ada, course, "single_choice")
    page = signed_in(ada)
    page.goto(address(shown))
    page.context.clear_cookies(**({"name": lost} if lost else {}))

    by_mouse(page, right(shown))
    page.wait_for_url("**/accounts/login/**")
    sign_in(page, ada.email)

    page.wait_for_url("**/outcome/")
    assert the_only_answer().score == 1


def test_without_javascript_the_question_comes_back_after_signing_in(
    course: Course, ada: User, signed_in: SignIn
) -> None:
    shown = ask(ada, course, "single_choice")
    page = signed_in(ada, java_script_enabled=False)
    page.goto(address(shown))
    page.context.clear_cookies(name="sessionid")

    by_mouse(page, right(shown))
    sign_in(page, ada.email)

    expect(page).to_have_url(re.compile(f"{shown.pk}/$"))
    by_mouse(page, right(shown))
    assert the_only_answer().score == 1
