"""Learners have the last word: what they ask for is respected by the very next offer."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.reason_words import RULES
from adaptive.recommending import recommend_next
from adaptive.stepping import Request, override
from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.adaptive.acting import finish_a_module
from tests.journeys.conftest import SignIn

EASY, HARD = 2, 4


@pytest.fixture
def enrollment(ada: User, course: Course) -> Enrollment:
    enroll(ada, course)
    return Enrollment.objects.with_edition().get(learner=ada)


@pytest.fixture
def page(enrollment: Enrollment, ada: User, signed_in: SignIn) -> Page:
    return signed_in(ada)


def latest(enrollment: Enrollment) -> Recommendation:
    return Recommendation.objects.of(enrollment).select_related("module", "variant")[0]


def offered_at(enrollment: Enrollment, difficulty: int) -> Recommendation:
    """Ask for easier or harder until this difficulty is on offer."""
    step = recommend_next(enrollment)
    while step.variant.difficulty != difficulty:
        step = override(enrollment, Request(Wish.TOO_EASY if step.variant.difficulty < difficulty else Wish.TOO_HARD))
    return step


def ask_for(page: Page, enrollment: Enrollment, words: str) -> Recommendation:
    """Press this on the page of the step, and return what is offered instead."""
    page.goto(reverse("adaptive:step", args=[enrollment.course.slug]))
    page.get_by_role("button", name=words).click()
    step = latest(enrollment)
    expect(page.locator("h1")).to_contain_text((step.variant and step.variant.title) or step.module.title)
    expect(page.locator(".module-aside p").first).to_have_text(sentence(step))
    return step


def test_another_way_is_the_same_module_in_another_modality(page: Page, enrollment: Enrollment) -> None:
    before = recommend_next(enrollment)

    step = ask_for(page, enrollment, "Show me another way")

    assert step.module == before.module
    assert step.variant.modality != before.variant.modality
    assert sentence(step) == RULES[Wish.ANOTHER_WAY]


def test_too_easy_is_answered_with_something_harder(page: Page, enrollment: Enrollment) -> None:
    offered_at(enrollment, EASY)

    step = ask_for(page, enrollment, "Too easy")

    assert step.variant.difficulty > EASY
    assert sentence(step) == RULES[Wish.TOO_EASY]
    expect(page.locator("#messages")).to_contain_text("Changed. What you asked for also counts for what comes later.")


def test_too_hard_is_answered_with_something_easier(page: Page, enrollment: Enrollment) -> None:
    offered_at(enrollment, HARD)

    step = ask_for(page, enrollment, "Too hard")

    assert step.variant.difficulty < HARD
    assert sentence(step) == RULES[Wish.TOO_HARD]


def put_aside(page: Page, enrollment: Enrollment, reason: str) -> Recommendation:
    """Refuse what is on offer for this reason, and return what is offered instead."""
    recommend_next(enrollment)
    page.goto(reverse("adaptive:step", args=[enrollment.course.slug]))
    page.get_by_text("Not this one").click()
    page.get_by_label("Why not?").select_option(reason)
    page.get_by_role("button", name="Put it aside").click()
    expect(page.locator("#messages")).not_to_be_empty()
    return latest(enrollment)


def test_not_this_one_brings_something_else_and_keeps_the_reason(page: Page, enrollment: Enrollment) -> None:
    before = recommend_next(enrollment)

    step = put_aside(page, enrollment, "other")

    expect(page.locator("#messages")).to_contain_text(str(RULES["given_back_otherwise"]))
    assert (step.module, step.variant == before.variant) == (before.module, False)
    asked = enrollment.interactions.get(kind="overrode")
    assert asked.response == {"wish": Wish.NOT_THIS_ONE, "reason": "other", "difficulty": before.variant.difficulty}


def test_who_knows_it_already_lands_at_its_questions(page: Page, enrollment: Enrollment) -> None:
    before = recommend_next(enrollment)

    step = put_aside(page, enrollment, "known")

    expect(page.locator("#messages")).to_contain_text(str(RULES["not-this-one-known"]))
    expect(page.locator(".question-submit")).to_be_visible()
    assert (step.module, step.variant) == (before.module, None)


def test_at_questions_alone_something_else_can_be_asked_for_too(page: Page, enrollment: Enrollment) -> None:
    put_aside(page, enrollment, "known")
    alone = latest(enrollment)

    page.get_by_role("link", name="Not quite right?").click()
    page.get_by_text("Not this one").click()
    page.get_by_role("button", name="Put it aside").click()

    expect(page.locator("#messages")).not_to_be_empty()
    assert latest(enrollment).pk != alone.pk
    assert (latest(enrollment).module, latest(enrollment).variant) != (alone.module, None)


def test_any_module_can_be_opened_from_the_outline(page: Page, enrollment: Enrollment) -> None:
    page.goto(reverse("courses:course", args=[enrollment.course.slug]))

    page.get_by_role("button", name="Open Dictionaries").click()

    expect(page.locator(".module-aside p").first).to_have_text(str(RULES[Wish.THIS_ONE]))
    assert latest(enrollment).module.title == "Dictionaries"


def test_whoever_clicks_twice_on_a_module_asks_for_it_once(page: Page, enrollment: Enrollment) -> None:
    page.goto(reverse("courses:course", args=[enrollment.course.slug]))

    page.get_by_role("button", name="Open Dictionaries").dblclick()

    expect(page.locator(".module-aside p").first).to_have_text(str(RULES[Wish.THIS_ONE]))
    assert enrollment.interactions.filter(kind="overrode").count() == 1


def test_whoever_clicks_twice_on_a_wish_gets_one_other_way(page: Page, enrollment: Enrollment) -> None:
    before = recommend_next(enrollment)
    page.goto(reverse("adaptive:step", args=[enrollment.course.slug]))

    page.get_by_role("button", name="Show me another way").dblclick()

    expect(page.locator(".module-aside p").first).to_have_text(str(RULES[Wish.ANOTHER_WAY]))
    assert enrollment.interactions.filter(kind="overrode").count() == 1
    assert latest(enrollment).module == before.module


def test_whoever_clicks_twice_on_a_review_asks_for_it_once(page: Page, enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    page.goto(reverse("adaptive:review"))

    page.get_by_role("button", name="Review", exact=False).first.dblclick()

    expect(page.locator(".question-submit")).to_be_visible()
    assert enrollment.interactions.filter(kind="overrode").count() == 1
