"""A trainer can read what each kind of question takes for right."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from analytics.keys import key_of
from courses.models import Module, QuestionKind, Skill, User
from tests.analytics.world import cohort_of, course_with
from tests.api.world import question_like
from tests.courses.samples import EVERY_KIND, Content, cloze, numeric, short_text

RIGHT = {
    "single_choice": ["red"],
    "multiple_choice": ["choice 0", "choice 1"],
    "true_or_false": ["True"],
    "numeric": ["3.5 ± 0.1 cm"],
    "short_text": ["`print`", "`/pr[iy]nt/`"],
    "matching": ["one → 1", "two → 2", "three → 3"],
    "ordering": ["first", "second", "third", "fourth"],
    "cloze": ["Gap 1: `hello` or `hi`", "Gap 2: `world`"],
}


def as_page(content: Content) -> str:
    return render_to_string("analytics/version.html", {"content": content, "key": key_of(content)})


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content["kind"])
def test_every_kind_has_a_key_that_can_be_read(content: Content) -> None:
    assert [line.text for line in key_of(content) if line.is_right] == RIGHT[content["kind"]]
    assert as_page(content).count("right:" if content["kind"] != "ordering" else "<li>") == len(RIGHT[content["kind"]])


def test_no_kind_was_left_out() -> None:
    assert {content["kind"] for content in EVERY_KIND} == set(RIGHT) == set(QuestionKind.values)


def test_known_wrong_answers_stand_with_what_is_said_to_them() -> None:
    for content in (numeric(3, **{"4": "Count again."}), short_text("print", wrong={"echo": "Count again."})):
        assert [(line.is_right, line.note) for line in key_of(content)][1:] == [(False, "Count again.")]


def test_a_cloze_is_shown_with_its_gaps_filled_in() -> None:
    page = as_page(cloze("Say {{hello|hi}} to the {{*<moon>|sun}}."))

    assert ">hello</b> to the <b" in page
    assert ">&lt;moon&gt;</b>" in page
    assert "{{" not in page


def test_the_page_of_a_question_shows_its_key(client: Client, grace: User) -> None:
    course = course_with(questions=0)
    cohort = cohort_of(grace, course)
    client.force_login(grace)
    for content in EVERY_KIND:
        question = question_like(content, Module.objects.first(), Skill.objects.first())

        page = client.get(f"/trainer/cohorts/{cohort.pk}/questions/{question.pk}/")

        assert [line.text for line in page.context["versions"][0][1] if line.is_right] == RIGHT[content["kind"]]
