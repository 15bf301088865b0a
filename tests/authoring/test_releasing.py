"""What learners have met stays, and whoever changes it is told."""

import uuid

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from wagtail import hooks

from adaptive.directives import Directive
from adaptive.models import Rule
from adaptive.recommending import recommend_next
from adaptive.rule_conditions import When
from adaptive.rulemaking import remove
from adaptive.rules import Then
from courses.answering import Submission, record_answer
from courses.enrolling import enroll
from courses.models import Course, Module, Question, Skill, User
from tests.adaptive.ruled import ruled
from tests.adaptive.steered import BAN, WAIVER, asked, cohort_with
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


@pytest.mark.parametrize(
    "address", ["/authoring/bulk/courses/{kind}/delete/?id={pk}", "wagtailsnippets_courses_{kind}:delete"]
)
@pytest.mark.parametrize("kind", ["module", "variant"])
def test_nor_can_what_was_offered_and_not_begun(
    desk: Client, module: Module, ada: User, kind: str, address: str
) -> None:
    step = recommend_next(enroll(ada, module.course))
    thing = step.module if kind == "module" else step.variant
    name = address.format(kind=kind, pk=thing.pk)
    where = name if name.startswith("/") else reverse(name, args=[thing.pk])

    asked, done = desk.get(where), desk.post(where)

    assert "Learners have met it already." in asked.content.decode()
    assert done.status_code == 409
    thing.refresh_from_db()


def test_what_rules_ask_about_or_offer_stays_and_so_do_they(desk: Client, course: Course, noor: User) -> None:
    first, second = course.modules.get(slug="module-1"), course.modules.get(slug="module-2")
    rule = ruled(noor, course, When.COMPLETED, Then.SKIP, module=first, target=second)
    mastery = ruled(noor, course, When.MASTERED, Then.NOTIFY, skill=course.skills.get(slug="skill-3"))
    remove(mastery, noor)
    addresses = [
        reverse("wagtailsnippets_courses_module:delete", args=[first.pk]),
        reverse("wagtailsnippets_courses_module:delete", args=[second.pk]),
        reverse("wagtailsnippets_courses_skill:delete", args=[course.skills.get(slug="skill-3").pk]),
        f"/authoring/bulk/courses/module/delete/?id={first.pk}",
    ]

    for address in addresses:
        asked_first, done = desk.get(address), desk.post(address)
        assert "This stays, because rules or trainers speak of it" in asked_first.content.decode()
        assert "1 rule speaks of it." in asked_first.content.decode()
        assert done.status_code == 409

    assert [one.sentence for one in Rule.objects.all()] == [mastery.sentence, rule.sentence]


def test_what_trainers_spoke_of_stays(desk: Client, course: Course, ada: User, grace: User) -> None:
    enrollment = enroll(ada, course)
    banned, waived = course.modules.get(slug="module-2"), course.skills.get(slug="skill-3")
    asked(grace, BAN, banned, enrollment)
    asked(grace, WAIVER, waived, enrollment)

    for kind, thing in (("module", banned), ("skill", waived)):
        address = reverse(f"wagtailsnippets_courses_{kind}:delete", args=[thing.pk])
        assert "Trainers spoke of it once." in desk.get(address).content.decode()
        assert desk.post(address).status_code == 409

    assert Directive.objects.count() == 2


def test_a_rule_that_comes_while_a_module_is_deleted_is_not_lost(desk: Client, module: Module, noor: User) -> None:
    def write_a_rule(request: HttpRequest, things: list[Module]) -> None:
        ruled(noor, module.course, When.COMPLETED, Then.NOTIFY, module=module)

    with hooks.register_temporarily("before_delete_snippet", write_a_rule, order=9):
        done = desk.post(reverse("wagtailsnippets_courses_module:delete", args=[module.pk]))

    assert (done.status_code, "1 rule speaks of it." in done.content.decode()) == (409, True)
    assert Rule.objects.get().conditions.get().module == module


def test_a_whole_course_that_nobody_takes_goes_with_its_rules(
    desk: Client, course: Course, noor: User, grace: User
) -> None:
    cohort = cohort_with(grace)
    cohort.courses.add(course)
    target, known = course.modules.get(slug="module-2"), course.skills.get(slug="skill-1")
    ruled(noor, course, When.MASTERED, Then.SKIP, skill=known, target=target)
    asked(grace, BAN, target, cohort)

    desk.post(reverse("wagtailsnippets_courses_course:delete", args=[course.pk]))

    assert not Course.objects.filter(pk=course.pk).exists()
    assert not Rule.objects.exists()


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
