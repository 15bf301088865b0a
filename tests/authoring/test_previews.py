"""A preview is what learners would see, and hostile text in it stays text."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from wagtail.test.utils.form_data import nested_form_data, streamfield

from courses.models import Course, Modality, Module, Question, Skill, Variant
from tests.authoring.forms import choice, items, question_form

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) "><svg onload=alert(1)>'
MODES = ("", "right", "wrong")


class Dangers(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("script")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        self.found += [value for value in given.values() if value.strip().lower().startswith("javascript:")]


def previewed(desk: Client, address: str, fields: dict[str, Any], mode: str = "") -> str:
    """Send what stands in the form, then look at the preview, as the editor does."""
    answer = desk.post(address, fields)
    assert answer.json()["is_available"], answer.json()
    response = desk.get(address, {"mode": mode, "in_preview_panel": "true"})
    assert response.status_code == 200
    return str(response.content.decode())


HOSTILE_ANSWERS: dict[str, Any] = {
    "single_choice": {"choices": items(choice(HOSTILE, True, HOSTILE), choice(HOSTILE + "2", False, HOSTILE))},
    "multiple_choice": {"choices": items(choice(HOSTILE, True, HOSTILE), choice(HOSTILE + "2", False, HOSTILE))},
    "true_or_false": {"feedback_true": HOSTILE, "feedback_false": HOSTILE},
    "numeric": {
        "value": "1",
        "tolerance": "0",
        "unit": "<b onclick=alert(1)>",
        "wrong": items({"value": "2", "feedback": HOSTILE}),
    },
    "short_text": {"accepted": items(HOSTILE), "wrong": items({"text": "<script>", "feedback": HOSTILE})},
    "matching": {"pairs": items(*({"left": f"{HOSTILE}{n}", "right": f"{HOSTILE}{n}"} for n in range(3)))},
    "ordering": {"items": items(*(f"{HOSTILE}{n}" for n in range(3)))},
    "cloze": {},
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", HOSTILE_ANSWERS)
def test_hostile_text_in_a_question_stays_text(
    desk: Client, question: Question, skill: Skill, kind: str, mode: str
) -> None:
    fields = question_form(
        question.module,
        skill,
        kind,
        title=HOSTILE,
        prompt=HOSTILE + " {{<script>alert(1)</script>}} {{*<img src=x onerror=alert(1)>|b}}",
        answer=streamfield([(kind, HOSTILE_ANSWERS[kind])]),
        feedback=HOSTILE,
        solution=HOSTILE,
        hints=streamfield([("hint", HOSTILE)]),
    )

    page = previewed(desk, f"/authoring/questions/preview/{question.pk}/", fields, mode)

    assert "alert(1)" in page
    assert Dangers(page).found == []


@pytest.mark.parametrize("modality", Modality.values)
def test_hostile_text_in_a_variant_stays_text(desk: Client, module: Module, modality: str) -> None:
    variant = Variant.objects.create(module=module, modality=modality, difficulty=5, body="Old.")
    parts = ("", "## Step: ", "", "## Card: ", "", "## Try: ", "### Reveal\n", "## Prompt: ", "## Steps\n\n- [ ] ")
    body = "\n\n".join(part + HOSTILE for part in parts)
    fields = {"module": module.pk, "modality": modality, "difficulty": 5, "minutes": 3, "title": HOSTILE, "body": body}

    page = previewed(desk, f"/authoring/variants/preview/{variant.pk}/", fields)

    assert "alert(1)" in page
    assert Dangers(page).found == []


def test_hostile_titles_stay_text_on_every_page(desk: Client, module: Module, question: Question, skill: Skill) -> None:
    for thing in (module.course, module, question, skill):
        type(thing).objects.filter(pk=thing.pk).update(title=HOSTILE[:110])

    for page in (
        "/authoring/",
        f"/authoring/course/{module.course_id}/",
        "/authoring/questions/",
        f"/authoring/questions/edit/{question.pk}/",
        f"/authoring/modules/preview/{module.pk}/",
        f"/authoring/courses/preview/{module.course_id}/",
        f"/authoring/skills/preview/{skill.pk}/",
    ):
        text = desk.get(page).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_preview_shows_the_draft_and_the_feedback_of_its_mode(desk: Client, question: Question, skill: Skill) -> None:
    fields = question_form(question.module, skill, "numeric", title="How long is it?")
    address = f"/authoring/questions/preview/{question.pk}/"

    pages = {mode: previewed(desk, address, fields, mode) for mode in MODES}

    assert all("How long is it?" in page for page in pages.values())
    assert "Submit" in pages[""]
    assert "Submit" not in pages["wrong"]
    assert "feedback-right" in pages["right"]
    assert "Down." in pages["wrong"]
    question.refresh_from_db()
    assert question.title == "What is 1?"


def test_an_unfinished_question_previews_as_what_is_missing(desk: Client, question: Question, skill: Skill) -> None:
    fields = question_form(question.module, skill, "ordering", answer=streamfield([]))

    page = previewed(desk, f"/authoring/questions/preview/{question.pk}/", fields)

    assert "Nobody can answer this yet" in page


def test_an_outline_shows_what_is_published(desk: Client, course: Course) -> None:
    course.modules.filter(slug="module-2").update(live=False)
    words = {"title": "Counting", "slug": "counting", "subject": "numbers", "language": "en", "question_rest": "5"}
    fields = nested_form_data(words)

    page = previewed(desk, f"/authoring/courses/preview/{course.pk}/", fields)

    assert "2 modules" in page
    assert "Module 2" not in page
