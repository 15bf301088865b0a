"""An author changes a question while learners are at it: everybody keeps the version that they were shown."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.enrolling import join
from courses.marking import right_response
from courses.models import Cohort, Course, Question, User
from tests.journeys.answering import by_mouse, shown_on
from tests.journeys.conftest import SignIn
from tests.journeys.walking import address, ask_this, go_on

OLD, NEW = "What does this line show?", "What exactly does this line show on the screen?"


@pytest.fixture
def question(course: Course) -> Question:
    """The only question of its module, which is the first one of the course."""
    question = Question.objects.filter(module__position=1, title=OLD).first()
    assert question
    for other in question.module.questions.exclude(pk=question.pk):
        other.unpublish()
    return question


def edit(page: Page, question: Question, title: str) -> None:
    """Find the question from the author's first page, change its title and publish it."""
    page.goto("/authoring/")
    page.get_by_role("link", name=question.module.course.title).click()
    page.get_by_role("link", name=question.title, exact=True).first.click()
    page.locator("[name=title]").fill(title)
    page.get_by_role("button", name="More actions").click()
    page.locator("[name=action-publish]").click()
    expect(page.locator(".messages")).to_contain_text("published")


def test_an_edit_reaches_only_those_who_were_not_asked_yet(
    course: Course, question: Question, ada: User, grace: User, noor: User, signed_in: SignIn
) -> None:
    bo = User.objects.create_user("bo@example.org", first_name="Bo")
    cleo = User.objects.create_user("cleo@example.org", first_name="Cleo")
    cohort = Cohort.objects.create(name="Autumn intake")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    [of_ada], [of_bo], _ = (join(learner, cohort) for learner in (ada, bo, cleo))
    first, second = ask_this(of_ada, question), ask_this(of_bo, question)
    response = right_response(first.question_version.content)
    page_of_ada, page_of_bo, page_of_cleo = signed_in(ada), signed_in(bo), signed_in(cleo)
    page_of_ada.goto(address(first))
    by_mouse(page_of_ada, response)
    page_of_ada.wait_for_url("**/outcome/")
    page_of_bo.goto(address(second))

    edit(signed_in(noor), question, NEW)

    by_mouse(page_of_bo, response)
    expect(page_of_bo.locator("#feedback h3")).to_have_text("Right")
    expect(page_of_bo.locator("h1")).to_have_text(OLD)
    assert second.interactions.answers().get().question_version.number == 1
    go_on(page_of_cleo)
    expect(page_of_cleo.locator("h1")).to_have_text(NEW)
    assert shown_on(page_of_cleo).question_version.number == 2
    trainer = signed_in(grace)
    trainer.goto(reverse("analytics:learner", args=[cohort.pk, of_ada.pk]))
    expect(trainer.locator("section[aria-labelledby=answers] tbody")).to_contain_text(OLD)
    expect(trainer.locator("section[aria-labelledby=answers] tbody")).to_contain_text("version 1")
