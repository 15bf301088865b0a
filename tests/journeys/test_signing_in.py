"""Getting in, getting in again after forgetting, being kept out, and getting out."""

import re

from django.core import mail
from playwright.sync_api import Page, expect

from courses.models import Course, User
from tests.journeys.conftest import SignIn
from tests.journeys.walking import sign_in, sign_up

FAILURES = 5  # in five minutes, before somebody is kept out


def test_a_passer_by_who_wants_a_course_comes_back_to_it_after_signing_up(page: Page, course: Course) -> None:
    page.goto(f"/courses/{course.slug}/")
    page.get_by_role("link", name="Start learning").click()
    sign_up(page, "lin@example.org", "Lin")

    expect(page.get_by_role("button", name="Take this course")).to_be_visible()


def test_who_is_sent_to_sign_in_goes_on_where_they_wanted_to(page: Page, ada: User) -> None:
    page.goto("/review/")
    sign_in(page, ada.email)

    page.wait_for_url("**/review/")


def test_a_forgotten_password_is_replaced_by_mail(page: Page, ada: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(ada.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator("h1")).to_have_text("Look at your email")

    [letter] = mail.outbox
    assert letter.to == [ada.email]
    page.goto(re.search(r"https?://\S+", letter.body)[0])
    page.get_by_label("New password", exact=True).fill("staple battery correct")
    page.get_by_label("New password, once more").fill("staple battery correct")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.locator("h1")).to_have_text("Your password is changed")

    page.locator("main").get_by_role("link", name="Sign in").click()
    sign_in(page, ada.email, "staple battery correct")
    page.wait_for_url("**/today/")


def test_a_stranger_learns_nothing_from_asking_for_a_new_password(page: Page, ada: User) -> None:
    page.goto("/accounts/password/reset/")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_role("button", name="Send the link").click()

    expect(page.locator("h1")).to_have_text("Look at your email")


def test_after_several_failures_not_even_the_right_password_opens(page: Page, ada: User) -> None:
    page.goto("/accounts/login/")
    for _ in range(FAILURES):
        sign_in(page, ada.email, "a wrong one")
        expect(page.locator("main")).to_contain_text("not correct")

    sign_in(page, ada.email)

    expect(page.locator("main")).to_contain_text("Too many failed login attempts. Try again later.")


def test_signing_out_closes_every_door(ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada)
    page.goto("/today/")
    page.locator("summary.menu-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")

    page.goto("/today/")

    expect(page.locator("h1")).to_have_text("Sign in")


def test_an_email_address_is_taken_once(page: Page, ada: User) -> None:
    page.goto("/accounts/signup/")
    sign_up(page, ada.email.upper(), "Ada")

    expect(page.locator("main")).to_contain_text("already")
    assert User.objects.count() == 1
