"""An author builds a module, mends what is wrong with it, and changes it while a learner is in the middle."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.enrolling import enroll
from courses.models import Course, Question, User
from tests.factories import make_course, present
from tests.journeys.conftest import SignIn

BODY = "Seven apples for **two** people.\n\n## Step: Share\n\nThree each.\n\n## Step: What is left\n\nOne."


@pytest.fixture(autouse=True)
def world(transactional_db: None) -> None:
    """A small course of numbers."""
    make_course(modules=2, questions=2)


@pytest.fixture
def course(world: None) -> Course:
    return Course.objects.get()


@pytest.fixture
def page(signed_in: SignIn, noor: User) -> Iterator[Page]:
    """A page of noor's. It is left before the browser closes: the editor says good-bye to the server."""
    page = signed_in(noor)
    yield page
    page.goto("/accounts/logout/")


def publish(page: Page) -> None:
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.locator("button[name=action-publish]").click()


def test_an_author_builds_a_module_and_mends_its_question(page: Page, course: Course) -> None:
    page.goto("/authoring/")
    page.get_by_role("link", name=course.title).click()

    page.get_by_role("link", name="Add a module").click()
    page.fill("#id_title", "Sharing")
    page.get_by_label("Skill-1").check()
    publish(page)
    branch = page.locator(".authoring-branch", has=page.get_by_role("heading", name="Sharing"))
    expect(branch).to_contain_text("Has no variant, so there is nothing to learn from.")
    expect(branch).to_contain_text("Has no question, so nobody can practice.")

    branch.get_by_role("link", name="Add a variant").click()
    page.select_option("#id_modality", "worked-example")
    page.fill("#id_body", BODY)
    publish(page)
    expect(branch).to_contain_text("Worked example")

    branch.locator("summary").click()
    branch.get_by_role("link", name="Single choice").click()
    write_choices(page)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".help-warning")).to_contain_text("No choice is right.")
    publish(page)
    expect(page.locator("#panel-answer-content").get_by_text("No choice is right.")).to_be_visible()

    page.check("[name='answer-0-value-choices-0-value-right']")
    look_at_preview(page)
    publish(page)
    expect(branch).to_contain_text("What does 7 // 2 give?")
    assert Question.objects.get(module__title="Sharing").versions.count() == 1


def write_choices(page: Page) -> None:
    page.fill("#id_title", "What does `7 // 2` give?")
    for place, text in enumerate(("`3`", "`3.5`", "`4`")):
        page.fill(f"[name='answer-0-value-choices-{place}-value-text']", text)
    page.fill("[name='answer-0-value-choices-1-value-feedback']", "That is what one slash gives.")


def look_at_preview(page: Page) -> None:
    page.get_by_label("Toggle preview").click()
    preview = page.frame_locator("iframe[data-w-preview-target=iframe]").last
    expect(preview.locator(".choice-row")).to_have_count(3)
    page.wait_for_load_state("networkidle")  # a mode that is chosen while the preview loads is forgotten
    page.get_by_label("Preview mode").select_option("wrong")
    expect(preview.locator(".feedback")).to_contain_text("That is what one slash gives.")


def test_a_learner_in_the_middle_is_not_disturbed(page: Page, signed_in: SignIn, ada: User, course: Course) -> None:
    question = Question.objects.get(module__slug="module-1", slug="question-1")
    shown = present(enroll(ada, course), question.versions.get(), question.module.variants.first())
    edit = reverse("wagtailsnippets_courses_question:edit", args=[question.pk])

    page.goto(edit)
    page.fill("#id_title", "What is one?")
    publish(page)
    page.wait_for_url("**/authoring/course/**")
    learner = signed_in(ada)
    learner.goto(reverse("adaptive:question", args=[shown.pk]))

    expect(learner.locator("#content")).to_contain_text("What is 1?")
    assert question.versions.first().content["title"] == "What is one?"


def test_an_author_takes_a_change_back(page: Page, course: Course) -> None:
    question = Question.objects.get(module__slug="module-1", slug="question-1")
    page.goto(reverse("wagtailsnippets_courses_question:edit", args=[question.pk]))
    page.fill("#id_title", "What is one?")
    publish(page)
    page.wait_for_url("**/authoring/course/**")

    page.goto(reverse("wagtailsnippets_courses_question:history", args=[question.pk]))
    page.locator("tr", has_text="Created").last.get_by_role("button", name="Actions").click()
    page.locator("a[href*='/revert/']:visible").click()
    expect(page.locator("#id_title")).to_have_value("What is 1?")
    publish(page)
    page.wait_for_url("**/authoring/course/**")

    question.refresh_from_db()
    assert question.title == "What is 1?"
    assert question.versions.count() == 3


def test_modules_change_places_by_keyboard(page: Page, course: Course) -> None:
    page.goto(reverse("authoring_tree", args=[course.pk]))

    page.get_by_role("button", name="Move down: Module 1").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".authoring-branch-title").first).to_contain_text("Module 2")
    expect(page.get_by_role("button", name="Move down: Module 1")).to_be_disabled()
