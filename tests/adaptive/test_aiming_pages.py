"""Where trainers set how often learners are meant to succeed: what they send, what is refused, what they are shown."""

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.directives import Directive
from courses.models import Course, Enrollment, User
from tests.adaptive.steered import AIM, BAN, asked, cohort_with, module
from tests.adaptive.test_steering_pages import said


@pytest.fixture
def of_ada(client: Client, grace: User, enrollment: Enrollment) -> str:
    """The page of a learner, seen by their trainer."""
    client.force_login(grace)
    return reverse("adaptive:steer_learner", args=[cohort_with(grace, enrollment).pk, enrollment.pk])


def test_a_trainer_sets_it_for_a_learner_without_choosing_a_module(
    client: Client, of_ada: str, enrollment: Enrollment
) -> None:
    client.post(of_ada, {"kind": AIM, "percent": "60"})
    added = client.post(of_ada, {"kind": AIM, "percent": "80", "note": "Take heart"})
    made = Directive.objects.get(ended_at=None)
    page = client.get(of_ada).content.decode()

    assert "Added: “Success to aim for: 8 of 10”. It counts from the next step on." in said(added)
    assert (made.enrollment, made.module, made.skill, made.percent) == (enrollment, None, None, 80)
    now, _, earlier = page.partition('id="earlier"')
    assert "Success to aim for: 8 of 10" in now
    assert "Success to aim for: 6 of 10" in earlier


@pytest.mark.parametrize(
    ("kind", "about", "percent", "words"),
    [
        (AIM, "", "", "Choose how many of 10 answers are to be right."),
        (AIM, "", "40", "Choose how many of 10 answers are to be right."),
        (AIM, "", "most", "Choose how many of 10 answers are to be right."),
        (AIM, "module", "80", "“Success to aim for” is about the whole course: leave this at “Choose one”."),
        (BAN, "module", "80", "Leave this empty, or choose “Success to aim for” above."),
        (BAN, "", "", "Choose a module; for “Counts as known” a skill."),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do_and_kept(
    client: Client, of_ada: str, course: Course, kind: str, about: str, percent: str, words: str
) -> None:
    thing = f"module-{module(course, 2).pk}" if about else ""

    response = client.post(of_ada, {"kind": kind, "about": thing, "percent": percent, "note": "As we said"})
    page = response.content.decode()

    assert response.status_code == 422
    assert words in page
    assert f'value="{kind}" selected' in page
    assert 'value="As we said"' in page
    assert (f'value="{percent}" selected' in page) == (percent in ("", "80"))
    assert not Directive.objects.exists()


def test_the_cohorts_has_no_effect_on_a_learner_with_their_own(
    client: Client, of_ada: str, grace: User, enrollment: Enrollment, course: Course
) -> None:
    cohort = enrollment.learner.cohorts.get()
    asked(grace, AIM, course, cohort, percent=75)
    words = "No effect here while “9 of 10” counts: that goes first."
    assert words not in client.get(of_ada).content.decode()

    asked(grace, AIM, course, enrollment, percent=90)

    page = client.get(of_ada).content.decode()
    assert "Success to aim for: 7.5 of 10" in page
    assert page.count(words) == 1
    assert words not in client.get(reverse("adaptive:steer_cohort", args=[cohort.pk, course.slug])).content.decode()
