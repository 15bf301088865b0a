"""The body of a variant, taken apart the way its modality is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.headings import Section, lines_of, split_at
from courses.models import Modality

PART_HEADINGS = {
    Modality.WORKED_EXAMPLE: r"## +Step: *(.+)",
    Modality.FLASH_CARDS: r"## +Card: *(.+)",
    Modality.INTERACTIVE: r"## +Try: *(.+)",
    Modality.REFLECTION: r"## +Prompt: *(.+)",
    Modality.PROJECT: r"## +(.+)",
}
STEPS, CHECK = "Steps", "How to check your work"
FEWEST_CARDS = 4
TASK = re.compile(r"[-*] \[[ xX]\] +(.+)")


@dataclass(frozen=True)
class LessonPart:
    """A step, a card, a try, a prompt or a task. Texts are Markdown."""

    name: str  # of its field in a form
    title: str
    body: str = ""
    reveal: str = ""


@dataclass(frozen=True)
class Lesson:
    intro: str
    parts: tuple[LessonPart, ...] = ()
    check: str = ""  # how to check a project


def lesson_of(modality: str, body: str) -> Lesson:
    """Return the body in parts; a text or a transcript has none."""
    if modality not in PART_HEADINGS:
        return Lesson(body)
    intro, sections = split_at(body, PART_HEADINGS[Modality(modality)])
    if modality == Modality.PROJECT:
        return _project(intro, sections)
    return Lesson(intro, tuple(_part(number, section) for number, section in enumerate(sections, 1)))


def defects_of_lesson(modality: str, body: str) -> list[tuple[int, str]]:
    """Return what an author must mend in a body, each with its line."""
    if modality not in PART_HEADINGS:
        return [] if body.strip() else [(1, _("The body is empty."))]
    sections = split_at(body, PART_HEADINGS[Modality(modality)])[1]
    if modality == Modality.PROJECT:
        return list(_project_defects(body, sections))
    return list(_missing_parts(Modality(modality), sections)) + list(_defects_of_parts(Modality(modality), sections))


def _part(number: int, section: Section) -> LessonPart:
    body, reveals = split_at(section.body, r"### +(Reveal)")
    reveal = "\n\n".join(reveal.body for reveal in reveals)
    return LessonPart(f"part_{number}", section.title, body, reveal)


def _project(intro: str, sections: list[Section]) -> Lesson:
    steps = "\n".join(section.body for section in sections if section.title == STEPS)
    check = "\n\n".join(section.body for section in sections if section.title == CHECK)
    brief = [f"## {section.title}\n\n{section.body}" for section in sections if section.title not in {STEPS, CHECK}]
    tasks, rest = _tasks(steps)
    parts = tuple(LessonPart(f"part_{number}", task) for number, task in enumerate(tasks, 1))
    return Lesson("\n\n".join([intro, *brief, rest]).strip(), parts, check)


def _tasks(steps: str) -> tuple[list[str], str]:
    """Return the tasks of a list, and whatever else stands there. A task goes on in indented lines."""
    tasks: list[str] = []
    rest: list[str] = []
    for line in lines_of(steps):
        task = None if line.is_code else TASK.fullmatch(line.text)
        if task:
            tasks.append(task[1])
        elif tasks and line.text.startswith("  "):
            tasks[-1] += f"\n{line.text.strip()}"
        else:
            rest.append(line.text)
    return tasks, "\n".join(rest).strip()


def _missing_parts(modality: Modality, sections: list[Section]) -> Iterator[tuple[int, str]]:
    words = {
        Modality.WORKED_EXAMPLE: _("A worked example needs steps: write each under “## Step: title”."),
        Modality.FLASH_CARDS: _("Flash cards: write at least 4, each under “## Card: front”."),
        Modality.INTERACTIVE: _("An interactive variant needs something to try: write it under “## Try: title”."),
        Modality.REFLECTION: _("A reflection needs prompts: write each under “## Prompt: question”."),
    }
    if len(sections) < (FEWEST_CARDS if modality == Modality.FLASH_CARDS else 1):
        yield 1, words[modality]


def _defects_of_parts(modality: Modality, sections: list[Section]) -> Iterator[tuple[int, str]]:
    for section in sections:
        if not section.body.strip() and modality != Modality.REFLECTION:
            yield section.line, _("“%(title)s” has nothing under it.") % {"title": section.title}
        elif modality == Modality.INTERACTIVE:
            body, reveals = split_at(section.body, r"### +(Reveal)")
            if "```python" not in body:
                yield section.line, _("“%(title)s” needs a ```python block.") % {"title": section.title}
            if not any(reveal.body.strip() for reveal in reveals):
                yield section.line, _("“%(title)s” needs a “### Reveal” with text.") % {"title": section.title}


def _project_defects(body: str, sections: list[Section]) -> Iterator[tuple[int, str]]:
    lesson = lesson_of(Modality.PROJECT, body)
    if not lesson.parts:
        yield 1, _("A project needs “## Steps” with a task list: - [ ] …")
    if not lesson.check.strip():
        yield 1, _("A project needs “## How to check your work”.")
    if not lesson.intro.strip():
        yield 1, _("A project needs a brief before its steps.")
