"""The reason this exists: two people who know different things are led different ways, and everybody can see why."""

from collections.abc import Callable
from statistics import mean

import numpy as np
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.progress import Ending
from adaptive.wronging import wrong_response
from courses import marking
from courses.marking import Response
from courses.models import Cohort, Course, Enrollment, User
from courses.versions import Content
from tests.journeys.conftest import NewPage, SignIn
from tests.journeys.reasons import assert_true
from tests.journeys.walking import answer, sign_up, take

ANSWERS = 12
CHANCE = np.random.default_rng(5)


def wrong(content: Content) -> Response:
    return wrong_response(content, CHANCE)


def new_learner(page: Page, course: Course, name: str, responds: Callable[[Content], Response]) -> Enrollment:
    """Sign up, take the course, and answer."""
    page.goto("/accounts/signup/")
    sign_up(page, f"{name.lower()}@example.org", name)
    page.wait_for_url("**/today/")
    take(page, course)
    for _ in range(ANSWERS):
        answer(page, responds)
    return Enrollment.objects.with_edition().get(learner__first_name=name)


def offers_to(enrollment: Enrollment) -> list[Recommendation]:
    """The latest first."""
    return list(Recommendation.objects.of(enrollment).select_related("module", "variant"))


def difficulty_for(enrollment: Enrollment) -> float:
    """How difficult the questions were on average."""
    return mean(shown.question_version.content["difficulty"] for shown in enrollment.presentations.all())


def modules_known_by(enrollment: Enrollment) -> set[int]:
    endings = enrollment.interactions.filter(kind="finished", response={"because": Ending.KNOWN})
    return set(endings.values_list("module", flat=True))


def check_outline(page: Page, enrollment: Enrollment) -> None:
    """A module that is to be tried again is not called done."""
    endings = enrollment.interactions.filter(kind="finished", response__because__in=Ending.DONE)
    done = endings.values("module").distinct().count()
    page.goto(reverse("courses:course", args=[enrollment.course.slug]))
    expect(page.locator(".course-start")).to_contain_text(f"{done} of 12 modules")
    expect(page.locator(".list-row").filter(has_text="Done")).to_have_count(done)


def check_reasons(page: Page, enrollment: Enrollment) -> None:
    """Every page that gives the latest reason gives the stored one, and each stored one is true."""
    page.goto("/today/")
    latest = offers_to(enrollment)[0]
    expect(page.locator(".next-step-why")).to_have_text(sentence(latest))
    page.goto(reverse("adaptive:step", args=[enrollment.course.slug]))
    expect(page.locator(".module-aside p").first).to_have_text(sentence(latest))
    page.get_by_role("link", name="What was weighed").click()
    expect(page.locator("main")).to_contain_text(sentence(latest))
    for offer in offers_to(enrollment):
        assert_true(offer)


def check_trainer(page: Page, cohort: Cohort, enrollment: Enrollment, own_page: Page) -> None:
    """From the cohort to one learner: the same states that the learner sees, and every offer with its reason."""
    page.goto(reverse("analytics:cohort", args=[cohort.pk]))
    page.locator(".heat-map").get_by_role("link", name=enrollment.learner.name).click()
    expect(page.locator("h1")).to_contain_text(enrollment.learner.name)
    own_page.goto(reverse("adaptive:map", args=[enrollment.course.slug]))
    assert states_on(page) == states_on(own_page)
    shown = page.locator(".offer-why").all_inner_texts()
    assert shown == [f"“{sentence(offer)}”" for offer in offers_to(enrollment)][: len(shown)]


def states_on(page: Page) -> list[list[str]]:
    """Each skill of the list with its state."""
    return page.locator(".skill-list-row").evaluate_all(
        "rows => rows.map(row => ['a, b', '.mastery-badge'].map(part => row.querySelector(part).textContent.trim()))"
    )


@pytest.fixture
def cohort(grace: User, course: Course) -> Cohort:
    cohort = Cohort.objects.create(name="Autumn intake")
    cohort.trainers.add(grace)
    cohort.courses.add(course)
    return cohort


def test_two_new_learners_are_led_different_ways_for_true_reasons(
    new_page: NewPage, signed_in: SignIn, course: Course, cohort: Cohort, grace: User
) -> None:
    pages = new_page(), new_page()

    able = new_learner(pages[0], course, "Ada", marking.right_response)
    lost = new_learner(pages[1], course, "Bo", wrong)

    assert offers_to(able)[0].module.position > offers_to(lost)[0].module.position
    assert difficulty_for(able) > difficulty_for(lost)
    assert modules_known_by(able) > modules_known_by(lost) == set()
    for page, enrollment in zip(pages, (able, lost), strict=True):
        check_reasons(page, enrollment)
        check_outline(page, enrollment)
    cohort.learners.add(able.learner, lost.learner)
    trainer = signed_in(grace)
    for page, enrollment in zip(pages, (able, lost), strict=True):
        check_trainer(trainer, cohort, enrollment, page)
