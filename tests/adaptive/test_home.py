"""Where people land: each at their own place, with a name that is no address."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from adaptive import serving, steering
from adaptive.directives import DirectiveKind
from courses.enrolling import enroll
from courses.models import Enrollment, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.steered import asked
from tests.factories import make_course


@pytest.mark.parametrize(
    ("who", "place"),
    [("ada", "adaptive:today"), ("grace", "analytics:cohorts"), ("noor", "wagtailadmin_home"), ("root", "admin:index")],
)
def test_everybody_begins_at_their_own_place(
    client: Client, request: pytest.FixtureRequest, who: str, place: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse("home")).headers["Location"] == reverse(place)


def test_a_trainer_who_learns_begins_with_today(client: Client, enrollment: Enrollment) -> None:
    User.objects.filter(pk=enrollment.learner_id).update(is_trainer=True)
    client.force_login(enrollment.learner)

    assert client.get(reverse("home")).headers["Location"] == reverse("adaptive:today")


def test_a_day_without_reviews_says_when_the_next_one_comes(client: Client, enrollment: Enrollment) -> None:
    client.force_login(enrollment.learner)
    assert "Nothing is due today" in client.get(reverse("adaptive:today")).content.decode()

    learn(again(enrollment), lambda number: True, answers=4)
    html = client.get(reverse("adaptive:today")).content.decode()

    due = timezone.localtime() + timedelta(days=2.3065)  # FSRS's usual stability of what was recalled well at once
    assert f"The next review comes on {date_format(due, 'DATE_FORMAT')}" in html


@pytest.mark.django_db
def test_the_bar_of_the_first_page_offers_to_sign_in_and_to_sign_up(client: Client) -> None:
    bar = client.get(reverse("home")).content.decode().split("</header>")[0]

    assert reverse("account_login") in bar
    assert reverse("account_signup") in bar


@pytest.mark.parametrize("page", ["adaptive:today", "admin:index"])
def test_who_gave_no_name_is_not_called_by_their_address(client: Client, root: User, page: str) -> None:
    User.objects.filter(pk=root.pk).update(first_name="", last_name="")
    client.force_login(root)

    html = client.get(reverse(page)).content.decode()

    assert "root" in html
    assert "root@example.org" not in html


@pytest.mark.parametrize(("who", "has_cohorts"), [("ada", False), ("grace", True)])
def test_trainers_find_their_cohorts_in_the_bar_of_a_phone(
    client: Client, request: pytest.FixtureRequest, who: str, has_cohorts: bool
) -> None:
    client.force_login(request.getfixturevalue(who))

    bar = client.get(reverse("adaptive:today")).content.decode().split('class="bottom-bar"')[1]

    assert (reverse("analytics:cohorts") in bar) == has_cohorts


def test_today_takes_as_many_statements_for_many_courses_as_for_few(client: Client, ada: User, grace: User) -> None:
    client.force_login(ada)
    counts = []
    for number in range(7):
        enrollment = again(enroll(ada, make_course(slug=f"course-{number}")))
        asked(grace, DirectiveKind.PIN, enrollment.course.modules.get(position=0), enrollment)
        learn(enrollment, lambda number: True, answers=2)
        client.get(reverse("adaptive:today"))
        serving.forget()
        steering.forget()
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("adaptive:today")).content.decode()
        counts.append(len(captured))

    assert page.count("Course-") >= 7
    assert counts[1:] == counts[1:2] * 6
    assert counts[1] <= 14
