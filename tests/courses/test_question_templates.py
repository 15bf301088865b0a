"""What learners see of a question, without JavaScript."""

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from courses import marking
from courses.lessons import lesson_of
from courses.models import Course, Modality, Module, Variant
from tests.courses import samples
from tests.courses.test_lessons import PROJECT, TRY, WORKED

EVERY_KIND = pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
BODIES = {
    "text": "## Title\nText.",
    "video": "What is said.",
    "worked-example": WORKED,
    "interactive": TRY,
    "flash-cards": "".join(f"## Card: Front {n}\nBack {n}\n\n" for n in range(4)),
    "project": PROJECT,
    "reflection": "Think.\n\n## Prompt: Why?\nBecause.",
}


def page(content: samples.Content, **context: Any) -> str:
    return render_to_string("courses/question.html", {"shown": marking.as_shown(content, "seed"), **context})


def fields(html: str) -> QueryDict:
    """Return what a browser would send, each list with its first real option chosen."""
    form = QueryDict(mutable=True)
    for name, value in re.findall(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)"', html):
        form.appendlist(name, value)
    for name in re.findall(r'<input type="text"[^>]* name="([^"]+)"', html):
        form.appendlist(name, "3.5")
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]+)" selected', options) or re.search(
            r'<option value="([^"]+)"', options
        )
        form.appendlist(name, chosen[1] if chosen else "")
    return form


@EVERY_KIND
def test_a_form_sends_what_marking_reads(content: samples.Content) -> None:
    response = marking.response_from(content, fields(page(content)))

    assert 0 <= marking.mark(content, response).score <= 1


@EVERY_KIND
def test_the_page_does_not_tell_the_answer(content: samples.Content) -> None:
    html = page(content)

    assert "ecret" not in html
    assert not {entry["id"] for part in content["answer"].values() if isinstance(part, list) for entry in part} & set(
        re.findall(r'"([^"]*)"', html)
    )


@EVERY_KIND
def test_every_control_has_a_name(content: samples.Content) -> None:
    html = page(content)

    for control in re.findall(r"<(?:select|input)[^>]*>", html):
        own_id = re.search(r' id="([^"]+)"', control)
        wrapped = 'type="radio"' in control or 'type="checkbox"' in control
        assert wrapped or "aria-label" in control or (own_id and f'for="{own_id[1]}"' in html)


@EVERY_KIND
def test_a_complaint_keeps_what_was_typed(content: samples.Content) -> None:
    shown = marking.as_shown(content, "seed")
    form = fields(page(content))

    html = page(content, shown=marking.filled_in(shown, form), error="Look again.")
    assert "Look again." in html
    assert ("checked" in html) or (" selected" in html) or ('value="3.5"' in html)


def test_gaps_say_which_of_how_many_they_are() -> None:
    html = page(samples.cloze("```python\nprint({{a}}, {{*b|c}})\n```"))

    assert 'aria-label="Gap 1 of 2"' in html
    assert 'aria-label="Gap 2 of 2"' in html
    assert "<pre" in html


def test_a_typed_script_comes_back_as_text() -> None:
    content = samples.cloze("{{a}}")
    evil = '"><script>alert(1)</script>'

    shown = marking.filled_in(marking.as_shown(content, 1), {"gap_1": evil})
    assert "<script>" not in page(content, shown=shown)


@EVERY_KIND
@pytest.mark.parametrize("hide_answer", [True, False])
def test_feedback_shows_what_the_mark_says(content: samples.Content, hide_answer: bool) -> None:
    mark = marking.mark(content, marking.right_response(content))

    html = render_to_string("courses/feedback.html", {"mark": mark, "question": content, "hide_answer": hide_answer})
    assert "feedback-right" in html
    assert "General secret feedback." in html
    assert ("Secret solution." in html) is not hide_answer


def test_a_wrong_answer_may_be_kept_from_telling_the_right_one() -> None:
    content = samples.multiple_choice(right=2, wrong=1)
    mark = marking.mark(content, {"choices": ["c0"]}).as_json()

    open_html = render_to_string("courses/feedback.html", {"mark": mark, "question": content})
    hidden = render_to_string("courses/feedback.html", {"mark": mark, "question": content, "hide_answer": True})
    assert "Left out" in open_html
    assert "choice 1" in open_html
    assert "choice 1" not in hidden


def test_typed_answers_are_shown_as_they_were_typed() -> None:
    content = samples.short_text("a")
    mark = marking.mark(content, {"text": "<b>*x*`</b>"})

    html = render_to_string("courses/feedback.html", {"mark": mark, "question": content})
    assert "&lt;b&gt;*x*`&lt;/b&gt;" in html


@pytest.mark.parametrize("modality", Modality.values)
def test_every_modality_has_its_template(modality: str) -> None:
    variant = Variant(module=Module(title="M", course=Course(title="C")), modality=modality, body=BODIES[modality])
    lesson = lesson_of(modality, variant.body)

    html = render_to_string(
        f"courses/lesson/{modality}.html", {"lesson": lesson, "variant": variant, "notes_url": "/n"}
    )
    assert "style=" not in html
    assert "<script" not in html
    for part in lesson.parts:
        assert part.title.split()[0].strip("`") in html


def test_a_reflection_keeps_notes() -> None:
    context = {"lesson": lesson_of("reflection", BODIES["reflection"]), "notes_url": "/n", "notes": {"part_1": "Mine."}}

    html = render_to_string("courses/lesson/reflection.html", context)
    assert '<textarea id="part_1" name="part_1"' in html
    assert ">Mine.</textarea>" in html
