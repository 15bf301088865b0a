"""An author lets made-up learners fly through a course, mends what they found, and lets them fly again."""

import subprocess

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import Course, User
from tests.adaptive.planted import PLANTED, sound_course
from tests.journeys.conftest import SignIn

PATIENCE = 240_000  # milliseconds: a busy machine may take ten times as long as an idle one


@pytest.fixture(autouse=True)
def world(transactional_db: None) -> None:
    """A course of one module that teaches what no question practices."""
    PLANTED["skill_without_questions"](sound_course(modules=1))


@pytest.fixture
def course(world: None) -> Course:
    return Course.objects.get()


@pytest.mark.timeout(600)
def test_an_author_flies_mends_and_flies_again(
    course: Course, noor: User, signed_in: SignIn, worker: subprocess.Popen[bytes]
) -> None:
    page = signed_in(noor)
    page.goto(reverse("authoring_tree", args=[course.pk]))
    page.get_by_role("link", name="Test flight").click()

    page.get_by_role("button", name="Let 500 learners fly").click()
    expect(page.get_by_role("heading", name="A flight is under way")).to_be_visible()

    expect(page.get_by_role("heading", name="1 thing to mend")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".flight-finding")).to_contain_text("Skill without questions")
    expect(page.locator(".flight-finding")).to_contain_text("none of 12 questions practices it")
    expect(page.get_by_role("img", name="Learners by the work they needed")).to_be_visible()

    module = course.modules.get()
    module.skills.set(module.skills.exclude(slug="skill-9"))
    module.save_revision()
    page.reload()
    expect(page.locator(".flight-message")).to_contain_text("The course has changed since")
    page.get_by_role("button", name="Fly again").click()

    expect(page.get_by_role("heading", name="Ready to publish")).to_be_visible(timeout=PATIENCE)
    page.goto("/accounts/logout/")
