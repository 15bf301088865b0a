"""Each modality has its own way to read a body."""

import pytest

from courses.headings import lines_of, split_at
from courses.lessons import defects_of_lesson, lesson_of

WORKED = "The problem.\n\n## Step: First *thing*\nDo it.\n```python\n## Step: not one\n```\n\n## Step: Second\nDone."
TRY = "## Try: Guess\nWhat appears?\n```python\nprint(1)\n```\n### Reveal\nA 1."
PROJECT = "Build it.\n\n## Steps\n- [ ] Plan\n  on paper\n- [ ] `code`\n\n## How to check your work\nRun it."


def test_a_worked_example_has_a_problem_and_steps() -> None:
    lesson = lesson_of("worked-example", WORKED)

    assert lesson.intro == "The problem."
    assert [part.title for part in lesson.parts] == ["First *thing*", "Second"]
    assert "## Step: not one" in lesson.parts[0].body


def test_a_try_is_revealed() -> None:
    part = lesson_of("interactive", TRY).parts[0]

    assert (part.title, part.reveal) == ("Guess", "A 1.")
    assert "Reveal" not in part.body


def test_a_project_has_a_brief_tasks_and_a_check() -> None:
    lesson = lesson_of("project", PROJECT)

    assert (lesson.intro, lesson.check) == ("Build it.", "Run it.")
    assert [part.title for part in lesson.parts] == ["Plan\non paper", "`code`"]


def test_a_text_is_all_of_a_piece() -> None:
    assert lesson_of("text", WORKED).parts == ()


@pytest.mark.parametrize(
    ("modality", "body", "line", "words"),
    [
        ("text", "  ", 1, "empty"),
        ("worked-example", "No steps.", 1, "## Step"),
        ("worked-example", "x\n\n## Step: a\n\n## Step: b\ntext", 3, "nothing under it"),
        ("flash-cards", "## Card: a\nb\n## Card: c\nd", 1, "at least 4"),
        ("interactive", "x\n## Try: a\ntext\n### Reveal\ny", 2, "```python"),
        ("interactive", "## Try: a\n```python\nx\n```", 1, "Reveal"),
        ("reflection", "Think.", 1, "Prompt"),
        ("project", "Brief.\n## Steps\nNone.\n## How to check your work\nx", 1, "task list"),
        ("project", PROJECT.split("## How")[0], 1, "How to check"),
        ("video", "", 1, "empty"),
    ],
)
def test_an_author_is_told_what_a_body_lacks(modality: str, body: str, line: int, words: str) -> None:
    found = defects_of_lesson(modality, body)

    assert [where for where, what in found if words in what] == [line]


@pytest.mark.parametrize(("modality", "body"), [("worked-example", WORKED), ("interactive", TRY), ("project", PROJECT)])
def test_a_sound_body_has_no_defects(modality: str, body: str) -> None:
    assert defects_of_lesson(modality, body) == []


def test_fences_hide_headings_until_they_close() -> None:
    text = "````\n## a\n```\n## b\n````\n## c\n~~~\n## d"

    assert split_at(text, r"## (.+)")[1][0].title == "c"
    assert [line.is_code for line in lines_of(text)] == [True] * 5 + [False, True, True]
