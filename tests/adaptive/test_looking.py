"""Who asks for the head of a page only, as checkers of links do, leaves nothing behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from adaptive.models import Recommendation
from adaptive.recommending import recommend_next
from adaptive.rule_conditions import When
from adaptive.rules import Firing, Then
from adaptive.stepping import practice
from courses.models import Course, Enrollment, User
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again
from tests.adaptive.ruled import ruled
from tests.adaptive.steered import cohort_with

OURS = ("courses", "adaptive", "analytics", "sessions")


@pytest.fixture
def new(client: Client, wide: Enrollment, noor: User) -> Enrollment:
    """A learner for whom nothing was chosen yet, and a rule that waits for their first step."""
    ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)
    client.force_login(wide.learner)
    return wide


def all_rows() -> dict[str, list[Any]]:
    models = (model for app in OURS for model in apps.get_app_config(app).get_models())
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def pages_of(course: Course) -> Iterator[str]:
    yield from (reverse(f"adaptive:{name}") for name in ("today", "review"))
    yield from (reverse(f"adaptive:{name}", args=[course.slug]) for name in ("step", "map", "finished", "placement"))
    yield reverse("courses:course", args=[course.slug])


def test_the_head_of_a_page_is_that_of_the_page_and_writes_nothing(
    client: Client, new: Enrollment, subtests: pytest.Subtests
) -> None:
    before, wrote = all_rows(), set()

    for page in pages_of(new.course):
        with subtests.test(page=page):
            head = client.head(page)
            assert all_rows() == before
            assert (head.status_code, head.content) == (client.get(page).status_code, b"")
            wrote |= {name for name, rows in all_rows().items() if rows != before[name]}
            before = all_rows()

    assert {"adaptive.Recommendation", "adaptive.Firing", "adaptive.LearnerState"} <= wrote  # or it could not fail


@pytest.mark.parametrize("name", ["step", "map", "today"])
def test_a_step_that_was_only_asked_for_is_chosen_when_somebody_looks(
    client: Client, new: Enrollment, name: str
) -> None:
    page = reverse(f"adaptive:{name}", args=[] if name == "today" else [new.course.slug])
    client.head(page)
    assert not Recommendation.objects.exists()

    client.get(page)

    assert (Recommendation.objects.count(), Firing.objects.count()) == (1, 1)


def test_nor_do_the_heads_of_what_came_of_an_answer_and_why(
    client: Client, new: Enrollment, grace: User, subtests: pytest.Subtests
) -> None:
    cohort = cohort_with(grace, new)
    asked = practice(again(new))
    answered = respond(asked, right=True)
    waiting = answered.next_question or practice(again(new))
    step = recommend_next(again(new))
    new.states.all().delete()
    pages = [
        reverse("adaptive:outcome", args=[asked.pk]),
        reverse("adaptive:question", args=[waiting.pk]),
        reverse("adaptive:why", args=[step.pk]),
        reverse("adaptive:why_for_trainer", args=[cohort.pk, new.pk, step.pk]),
    ]

    for page in pages:
        with subtests.test(page=page):
            client.force_login(grace if "trainer" in page else new.learner)
            before = all_rows()
            assert client.head(page).status_code == 200
            assert all_rows() == before


def test_the_head_of_what_is_not_there_says_so(client: Client, new: Enrollment) -> None:
    assert client.head(reverse("adaptive:step", args=["nowhere"])).status_code == 404
    client.logout()
    assert client.head(reverse("adaptive:today")).status_code == 302


def test_the_api_writes_nothing_for_a_head(client: Client, new: Enrollment, subtests: pytest.Subtests) -> None:
    headers = {"Authorization": f"Token {Token.objects.create(user=new.learner).key}"}
    slug = new.course.slug

    for path in (f"courses/{slug}/next/", f"courses/{slug}/state/", f"courses/{slug}/placement/", "courses/"):
        with subtests.test(path=path):
            before = all_rows()
            assert client.head(f"/api/v1/{path}", headers=headers).status_code in (200, 405)
            assert all_rows() == before
