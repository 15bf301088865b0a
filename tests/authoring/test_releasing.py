"""What learners have met stays, and whoever changes it is told."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from courses.answering import Submission, record_answer
from courses.enrolling import enroll
from courses.models import Question, Skill, User
from tests.authoring.forms import question_form
from tests.factories import present


@pytest.fixture
def answered(question: Question, ada: User) -> Question:
    enrollment = enroll(ada, question.module.course)
    shown = present(enrollment, question.versions.get(), question.module.variants.first())
    record_answer(Submission(shown, {"text": "1"}, uuid.uuid4()))
    return question


def test_a_question_with_answers_cannot_be_deleted(desk: Client, answered: Question) -> None:
    address = reverse("wagtailsnippets_courses_question:delete", args=[answered.pk])

    asked, done = desk.get(address), desk.post(address)

    assert "It has 1 answer." in asked.content.decode()
    assert done.status_code == 409
    assert Question.objects.filter(pk=answered.pk).exists()


@pytest.mark.parametrize("kind", ["course", "module", "variant", "skill"])
def test_nor_can_what_holds_it(desk: Client, answered: Question, kind: str) -> None:
    module = answered.module
    things = {
        "course": module.course,
        "module": module,
        "variant": module.variants.first(),
        "skill": module.skills.get(),
    }
    address = reverse(f"wagtailsnippets_courses_{kind}:delete", args=[things[kind].pk])

    assert "This stays" in desk.get(address).content.decode()
    assert desk.post(address).status_code == 409
    things[kind].refresh_from_db()


def test_nor_can_many_at_once(desk: Client, answered: Question) -> None:
    address = f"/authoring/bulk/courses/question/delete/?id={answered.pk}"

    assert desk.post(address).status_code == 409
    assert Question.objects.filter(pk=answered.pk).exists()


def test_a_question_nobody_met_can_be_deleted(desk: Client, question: Question) -> None:
    edition = question.module.course.edition
    before = edition.number

    response = desk.post(reverse("wagtailsnippets_courses_question:delete", args=[question.pk]))

    edition.refresh_from_db()
    assert response.url == f"/authoring/course/{question.module.course_id}/"
    assert not Question.objects.filter(pk=question.pk).exists()
    assert edition.number > before


def test_it_can_be_unpublished_instead(desk: Client, answered: Question) -> None:
    desk.post(reverse("wagtailsnippets_courses_question:unpublish", args=[answered.pk]))

    answered.refresh_from_db()
    assert not answered.live
    assert answered.versions.count() == 1


def test_whoever_edits_it_reads_whom_it_concerns(desk: Client, answered: Question, skill: Skill) -> None:
    address = reverse("wagtailsnippets_courses_question:edit", args=[answered.pk])
    assert "1 answer belongs to version 1 and keeps it." in desk.get(address).content.decode()

    fields = question_form(answered.module, skill, "numeric", slug=answered.slug)
    desk.post(address, fields | {"action-publish": "action-publish"})

    page = desk.get(address).content.decode()
    assert "0 answers belong to version 2; they keep it. 1 more belongs to earlier versions." in page
    assert answered.versions.count() == 2


def test_what_an_import_wrote_can_come_back(desk: Client, question: Question, skill: Skill) -> None:
    address = reverse("wagtailsnippets_courses_question:edit", args=[question.pk])
    fields = question_form(question.module, skill, "numeric", title="Changed", slug=question.slug)
    desk.post(address, fields | {"action-publish": "action-publish"})
    first = question.revisions.order_by("pk").first()
    revert = reverse("wagtailsnippets_courses_question:revisions_revert", args=[question.pk, first.pk])
    page = desk.get(revert)
    assert page.context["form"].initial["title"] == "What is 1?"

    back = question_form(question.module, skill, "numeric", title="What is 1?", slug=question.slug)
    desk.post(revert, back | {"action-publish": "action-publish"})

    question.refresh_from_db()
    assert question.title == "What is 1?"
    assert [version.content["title"] for version in question.versions.order_by("number")] == [
        "What is 1?",
        "Changed",
        "What is 1?",
    ]
    compare = reverse("wagtailsnippets_courses_question:revisions_compare", args=[question.pk, "earliest", "latest"])
    assert desk.get(compare).status_code == 200
