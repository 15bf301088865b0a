"""An author writes questions of every kind, and is told what is missing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import streamfield

from courses import marking
from courses.authoring.answers import blank_answer, wrong_response
from courses.authoring.forms import defects_of
from courses.models import Module, Question, QuestionKind, Skill
from courses.versions import content_of
from tests.authoring.forms import GOOD_ANSWERS, UNFINISHED, choices, items, question_form

ADD = "wagtailsnippets_courses_question:add"
EDIT = "wagtailsnippets_courses_question:edit"


def written(desk: Client, fields: dict[str, Any], action: str = "") -> Any:
    return desk.post(reverse(ADD), fields | ({action: action} if action else {}))


def errors_of(response: Any) -> dict[str, Any]:
    return dict(response.context["form"].errors)


@pytest.mark.parametrize("kind", QuestionKind.values)
def test_an_author_publishes_a_question_of_each_kind(desk: Client, module: Module, skill: Skill, kind: str) -> None:
    response = written(desk, question_form(module, skill, kind), "action-publish")

    assert response.status_code == 302, errors_of(response)
    question = module.questions.get(title=f"A question of {kind}?")
    assert (question.kind, question.live, question.versions.count()) == (kind, True, 1)
    content = question.versions.get().content
    assert marking.mark(content, marking.right_response(content)).is_right
    assert not marking.mark(content, wrong_response(content)).is_right


@pytest.mark.parametrize("kind", QuestionKind.values)
def test_every_kind_begins_with_something_to_fill_in(desk: Client, module: Module, kind: str) -> None:
    response = desk.get(reverse(ADD), {"module": module.pk, "kind": kind})

    assert response.status_code == 200
    assert blank_answer(kind)[0].block_type == kind
    assert bool(defects_of(Question(module=module, answer=blank_answer(kind)))) == (kind != "true_or_false")


@pytest.mark.parametrize("kind", UNFINISHED)
def test_an_unfinished_question_can_be_kept(desk: Client, module: Module, kind: str) -> None:
    answer = streamfield([(kind, UNFINISHED[kind])])

    response = written(desk, question_form(module, module.skills.get(), kind, answer=answer, prompt="", skills=[]))

    question = module.questions.get(title=f"A question of {kind}?")
    assert response.url == reverse(EDIT, args=[question.pk])
    assert not question.live
    assert desk.get(reverse(EDIT, args=[question.pk])).status_code == 200
    assert desk.get(reverse("authoring_tree", args=[module.course.pk])).status_code == 200


@pytest.mark.parametrize(
    ("kind", "answer", "prompt", "field", "words"),
    [
        ("single_choice", choices(False, False), "", "answer", "No choice is right."),
        ("single_choice", choices(True, True), "", "answer", "More than one choice is right"),
        ("cloze", GOOD_ANSWERS["cloze"], "Nothing to fill in.", "prompt", "There is no gap"),
        ("matching", {"pairs": items(*({"left": "", "right": "x"} for _ in range(3)))}, "", "answer", "three pairs"),
    ],
)
def test_what_nobody_could_answer_is_not_published(
    desk: Client, module: Module, skill: Skill, kind: str, answer: Any, prompt: str, field: str, words: str
) -> None:
    fields = question_form(module, skill, kind, answer=streamfield([(kind, answer)]), prompt=prompt)

    response = written(desk, fields, "action-publish")

    assert words in str(errors_of(response)[field])
    assert not module.questions.filter(title=f"A question of {kind}?").exists()


def test_a_question_without_an_answer_is_not_published(desk: Client, module: Module, skill: Skill) -> None:
    response = written(desk, question_form(module, skill, "cloze", answer=streamfield([])), "action-publish")

    assert "answer" in errors_of(response)


def test_the_slug_comes_from_the_title_and_is_free(desk: Client, module: Module, skill: Skill) -> None:
    for _ in range(2):
        written(desk, question_form(module, skill, "numeric", title="What is `7 // 2`?"), "action-publish")

    slugs = module.questions.filter(title="What is `7 // 2`?").values_list("slug", flat=True)
    assert sorted(slugs) == ["what-is-7-2", "what-is-7-2-2"]


def test_a_slug_that_is_taken_is_refused_with_the_name_of_who_has_it(
    desk: Client, module: Module, skill: Skill
) -> None:
    response = written(desk, question_form(module, skill, "numeric", slug="question-1"))

    assert "is taken here by “What is 1?”" in str(errors_of(response)["slug"])


def test_a_published_slug_stays(desk: Client, question: Question, skill: Skill) -> None:
    fields = question_form(question.module, skill, "numeric", slug="another")

    desk.post(reverse(EDIT, args=[question.pk]), fields | {"action-publish": "action-publish"})

    question.refresh_from_db()
    assert (question.slug, question.title) == ("question-1", "A question of numeric?")


def test_skills_of_another_course_are_refused(desk: Client, module: Module, other_skill: Skill) -> None:
    response = written(desk, question_form(module, other_skill, "numeric"), "action-publish")

    assert "Of another course" in str(errors_of(response)["skills"])


def test_publishing_without_a_change_makes_no_version(desk: Client, module: Module, skill: Skill) -> None:
    written(desk, question_form(module, skill, "matching"), "action-publish")
    question = module.questions.get(kind="matching")
    before = content_of(question)

    fields = question_form(module, skill, "matching", slug=question.slug)
    desk.post(reverse(EDIT, args=[question.pk]), fields | {"action-publish": "action-publish"})

    question.refresh_from_db()
    assert content_of(question) == before
    assert question.versions.count() == 1
