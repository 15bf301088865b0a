"""A trainer steers, by hand and by keyboard, on a desk and on a phone; and the learner's next page respects it."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from adaptive.directives import Directive
from adaptive.progress import Wish
from adaptive.stepping import Request, override
from courses.models import Cohort, Course, Enrollment
from tests.journeys.cohort import ada_enrolled, build_cohort, person
from tests.journeys.conftest import SignIn, load_demo_course
from tests.journeys.snapshots import Snapshots
from tests.journeys.test_every_page import WIDTHS, problems_at


@pytest.fixture(autouse=True)
def world(transactional_db: None, snapshots: Snapshots) -> None:
    """The demo course with a cohort at work in it."""
    snapshots.bring("a cohort at work", lambda: (load_demo_course(), build_cohort()))


def titles() -> list[str]:
    return list(Course.objects.get().modules.order_by("position").values_list("title", flat=True))


def learners_page() -> str:
    return reverse("analytics:learner", args=[Cohort.objects.get().pk, ada_enrolled().pk])


def open_form(page: Page) -> None:
    """Unfold the form, by keyboard."""
    page.locator("details:has(form.steering-form) > summary").focus()
    page.keyboard.press("Enter")


def add(page: Page, what: str, title: str, **more: str) -> None:
    """Fill in the form that is shown, and send it with the Enter key of its last field."""
    page.get_by_label("What", exact=True).select_option(label=what)
    page.get_by_label("Module or skill").select_option(label=title)
    for label, text in more.items():
        page.get_by_label(label, exact=False).fill(text)
    page.get_by_label("Note").press("Enter")


def has_no_problems(page: Page, width: int) -> None:
    page.evaluate(Axe().axe_script)
    assert problems_at(page, width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_trainer_steers_from_the_learners_page(width: int, signed_in: SignIn) -> None:
    override(Enrollment.objects.with_edition().get(pk=ada_enrolled().pk), Request(Wish.NOT_THIS_ONE))
    page = signed_in(person("grace"), viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.goto(learners_page())
    open_form(page)
    has_no_problems(page, width)

    add(page, "Offer first", titles()[8], Note="You need it on Monday.")

    expect(page.locator("#messages")).to_contain_text("Still closed, as it builds on")
    expect(page.locator(".steering")).to_contain_text(f"Offer first: {titles()[8]}")
    has_no_problems(page, width)
    while page.get_by_role("button", name="Count as known").count():
        page.get_by_role("button", name="Count as known").first.click()
        expect(page.locator("#messages")).to_contain_text("Added: “Counts as known")
    learner = signed_in(person("ada"))
    learner.goto(reverse("adaptive:today"))
    expect(learner.locator("main")).to_contain_text("Your trainer asked for this first: “You need it on Monday.”")
    page.get_by_role("button", name=f"End “Offer first: {titles()[8]}”").press("Enter")
    expect(page.locator("#messages")).to_contain_text(f"Ended: “Offer first: {titles()[8]}”")
    expect(page.locator("section[aria-labelledby=earlier]")).to_contain_text(f"Offer first: {titles()[8]}")
    learner.reload()
    expect(learner.locator("main")).not_to_contain_text("Your trainer asked for this first")


def test_a_trainer_sets_how_often_a_learner_is_to_succeed_and_the_learner_reads_it(signed_in: SignIn) -> None:
    page = signed_in(person("grace"), java_script_enabled=False)
    page.goto(reverse("adaptive:steer_learner", args=[Cohort.objects.get().pk, ada_enrolled().pk]))

    expect(page.get_by_label("Answers right")).to_be_hidden()
    page.get_by_label("What", exact=True).select_option(label="Success to aim for")
    expect(page.get_by_label("Module or skill")).to_be_hidden()
    page.get_by_label("Note").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose how many of 10 answers are to be right.")
    page.get_by_label("Answers right").select_option(label="9 of 10: to regain courage")
    page.get_by_label("Note").fill("Small steps")
    page.get_by_label("Note").press("Enter")

    expect(page.locator(".steering")).to_contain_text("Success to aim for: 9 of 10")
    step = override(Enrollment.objects.with_edition().get(pk=ada_enrolled().pk), Request(Wish.NOT_THIS_ONE))
    learner = signed_in(person("ada"), viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    learner.goto(reverse("adaptive:why", args=[step.pk]))
    expect(learner.locator("main")).to_contain_text("about 9 of 10 answers right: “Small steps”")
    has_no_problems(learner, 390)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_form_that_is_refused_says_why_and_keeps_what_was_filled_in(width: int, signed_in: SignIn) -> None:
    page = signed_in(person("grace"), viewport={"width": width, "height": 900}, reduced_motion="reduce")
    cohort = Cohort.objects.get()
    page.goto(reverse("adaptive:steer_cohort", args=[cohort.pk, Course.objects.get().slug]))

    add(page, "Not before", titles()[5], Note="On Thursday")

    expect(page.get_by_role("alert")).to_contain_text("“Not before” needs a day.")
    expect(page.get_by_label("Note")).to_have_value("On Thursday")
    has_no_problems(page, width)
    page.get_by_label("Until").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    page.get_by_label("Note").press("Enter")
    expect(page.locator("#messages")).to_contain_text("It counts from the next step on.")
    learner = signed_in(person("ada"), viewport={"width": width, "height": 900})
    learner.goto(reverse("courses:course", args=[Course.objects.get().slug]))
    learner.get_by_role("button", name=f"Open {titles()[5]}").click()
    expect(learner.locator("#messages")).to_contain_text(f"Your trainer opens “{titles()[5]}” on ")


def test_it_all_works_without_javascript(signed_in: SignIn) -> None:
    page = signed_in(person("grace"), java_script_enabled=False)
    page.goto(reverse("analytics:cohort", args=[Cohort.objects.get().pk]))
    page.locator("details:has(form.steering-form) > summary").click()

    add(page, "Never offer", titles()[3])
    page.wait_for_url("**/steering/**")
    page.get_by_role("button", name="End “Never offer").click()
    page.get_by_text("Nothing is asked of the whole cohort.").wait_for()

    assert Directive.objects.get().ended_by == person("grace")


def test_a_trainer_asks_for_a_placement_test_anew_and_the_learner_takes_it(signed_in: SignIn) -> None:
    page = signed_in(person("grace"), viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page.goto(learners_page())
    page.get_by_text("Ask for it anew").click()
    page.get_by_label("Why you ask").fill("Let us see before the exam.")
    page.get_by_role("button", name="Ask Ada").click()
    expect(page.locator("#messages")).to_contain_text("finds the test at their next visit")

    learner = signed_in(person("ada"), reduced_motion="reduce")
    learner.goto(reverse("adaptive:today"))
    expect(learner.locator("main")).to_contain_text("Let us see before the exam.")
    has_no_problems(learner, 390)
    learner.get_by_role("button", name="Take the placement test").click()
    learner.get_by_role("button", name="I don't know yet").click()
    expect(learner.locator(".question-place")).to_have_text("Question 2 of up to 8")

    page.reload()
    expect(page.get_by_role("region", name="Placement test")).to_contain_text("1 of up to 8 questions is answered")
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)
