"""The question page says where one is and how to leave; the outcome shows the choices again."""

from django.test import Client
from django.urls import reverse

from adaptive.stepping import practice
from adaptive.visiting import place_of
from courses.models import Enrollment, Presentation
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again


def asked_next(enrollment: Enrollment) -> Presentation:
    question = practice(again(enrollment))
    assert question
    return question


def test_the_page_counts_the_questions_of_this_visit(client: Client, enrollment: Enrollment) -> None:
    client.force_login(enrollment.learner)
    for number in (1, 2):
        asked = asked_next(enrollment)
        page = client.get(reverse("adaptive:question", args=[asked.pk])).content.decode()

        assert f"Question {number} of up to 6 in this visit" in page
        assert reverse("adaptive:step", args=[enrollment.course.slug]) in page.split("question-exit")[1]
        respond(asked, right=False)


def test_a_new_visit_counts_from_one(enrollment: Enrollment) -> None:
    first = asked_next(enrollment)
    asked = first
    while asked.module_id == first.module_id:
        respond(asked, right=False)
        asked = asked_next(enrollment)
        place = place_of(asked)
        assert place
        if place.number == 1:
            break

    assert place
    assert place.number == 1
