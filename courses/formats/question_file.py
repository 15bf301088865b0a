"""questions.md, taken apart: headings, key lines, prompts, answers and sections."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from courses.formats.answers import ANSWER_STARTS, answer_from
from courses.formats.front_matter import SLUG
from courses.formats.mistakes import Complain
from courses.formats.written import WrittenQuestion
from courses.headings import Line, lines_of
from courses.models import Question, QuestionKind

HEADING = re.compile(r"# +(.*?)\s*\{#([^}]*)\}\s*")
KEY = re.compile(r"([a-z]{2,20}):(?: (.*))?")
KEYS = ("kind", "skills", "difficulty", "case")
SECTIONS = ("Feedback", "Hint", "Solution", "Check")
CODE_BLOCK = re.compile(r"```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
LONGEST_TITLE = Question._meta.get_field("title").max_length or 300
LONGEST_SLUG = Question._meta.get_field("slug").max_length or 80


@dataclass
class Block:
    """One question as lines: its heading, its keys, what comes before the first section, and the sections."""

    title: str
    slug: str
    line: int
    keys: dict[str, tuple[str, int]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    sections: list[tuple[str, int, list[str]]] = field(default_factory=list)

    def section(self, name: str) -> list[str]:
        return ["\n".join(lines).strip("\n") for title, _line, lines in self.sections if title == name]


def read_questions(text: str, module_skills: tuple[str, ...], complain: Complain) -> tuple[WrittenQuestion, ...]:
    """Return every question of the file that can be read. No skills of the module: nobody knows what it teaches."""
    return tuple(_question(block, module_skills, complain) for block in _blocks(text, complain) if "kind" in block.keys)


def _blocks(text: str, complain: Complain) -> list[Block]:
    blocks: list[Block] = []
    for line in lines_of(text):
        heading = None if line.is_code or not line.text.startswith("# ") else line.text
        if heading:
            blocks.append(_block(heading, line.number, complain))
        elif blocks:
            _add(blocks[-1], line, complain)
        elif line.text.strip():
            complain(line.number, _("A question starts with “# Question {#slug}”."))
    for block in blocks:
        if "kind" not in block.keys:
            kinds = ", ".join(kind.replace("_", " ") for kind in QuestionKind.values)
            complain(
                block.line, _("The kind is missing: write “kind: …” under the heading (%(kinds)s).") % {"kinds": kinds}
            )
    return blocks


def _block(heading: str, line: int, complain: Complain) -> Block:
    found = HEADING.fullmatch(heading)
    title, slug = (found[1], found[2]) if found else (heading[2:].strip(), "")
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        complain(line, _("The heading needs a slug of a-z, 0-9 and hyphens in braces at its end: {#my-question}."))
    if not title or len(title) > LONGEST_TITLE:
        complain(
            line, _("The question in the heading must have 1 to %(longest)d characters.") % {"longest": LONGEST_TITLE}
        )
    return Block(title, slug, line)


def _add(block: Block, line: Line, complain: Complain) -> None:
    """Put a line where it belongs: keys first, then prompt and answer, then sections."""
    if not line.is_code and line.text.startswith("## "):
        name = line.text[3:].strip()
        if name not in SECTIONS:
            complain(line.number, _("Unknown section “%(name)s”.") % {"name": name})
        if name != "Hint" and block.section(name):
            complain(line.number, _("“## %(name)s” stands here twice.") % {"name": name})
        block.sections.append((name, line.number, []))
    elif block.sections:
        block.sections[-1][2].append(line.text)
    elif not block.lines and (key := KEY.fullmatch(line.text.rstrip())):
        _add_key(block, key[1], (key[2] or "").strip(), line.number, complain)
    elif line.text.strip() or block.keys:
        block.lines.append(line)  # the first blank line ends the keys


def _add_key(block: Block, key: str, value: str, line: int, complain: Complain) -> None:
    if key not in KEYS:
        complain(line, _("Unknown key “%(key)s”: %(keys)s.") % {"key": key, "keys": ", ".join(KEYS)})
    elif key in block.keys:
        complain(line, _("“%(key)s” stands here twice.") % {"key": key})
    elif not value:
        complain(line, _("“%(key)s” is empty.") % {"key": key})
    block.keys.setdefault(key, (value, line))


def _question(block: Block, module_skills: tuple[str, ...], complain: Complain) -> WrittenQuestion:
    kind = _kind(block, complain)
    prompt, answer_lines = _split(block.lines, kind)
    check = "\n".join(CODE_BLOCK.findall("\n".join(block.section("Check")) + "\n"))
    if block.section("Check") and not check.strip():
        complain(block.line, _("“## Check” needs a ```python block."))
    return WrittenQuestion(
        slug=block.slug,
        line=block.line,
        kind=kind,
        title=block.title,
        prompt="\n".join(line.text for line in prompt).strip("\n").rstrip(),
        answer=answer_from(kind, answer_lines, _minds_case(block, kind, complain), block.line, complain),
        feedback="\n\n".join(block.section("Feedback")),
        hints=tuple(_hints(block, complain)),
        solution="\n\n".join(block.section("Solution")),
        check=check,
        skills=_skills(block, module_skills, complain),
        skills_line=block.keys.get("skills", ("", block.line))[1],
        difficulty=_difficulty(block, complain),
    )


def _split(lines: list[Line], kind: str) -> tuple[list[Line], list[Line]]:
    """Part the prompt from the answer, which starts at the first line in its notation and goes on to the end."""
    start = ANSWER_STARTS.get(kind)
    at = next(
        (n for n, line in enumerate(lines) if start and not line.is_code and start.fullmatch(line.text.rstrip())),
        len(lines),
    )
    return lines[:at], lines[at:]


def _kind(block: Block, complain: Complain) -> str:
    value, line = block.keys["kind"]
    kind = value.replace(" ", "_")
    if value and kind not in QuestionKind.values:
        kinds = ", ".join(kind.replace("_", " ") for kind in QuestionKind.values)
        complain(line, _("Unknown kind “%(kind)s”: %(kinds)s.") % {"kind": value, "kinds": kinds})
    return kind


def _minds_case(block: Block, kind: str, complain: Complain) -> bool:
    value, line = block.keys.get("case", ("", block.line))
    if value and (value != "sensitive" or kind not in {"short_text", "cloze"}):
        complain(line, _("“case” can only be “sensitive”, for short text and cloze."))
    return value == "sensitive"


def _hints(block: Block, complain: Complain) -> Iterator[str]:
    for name, line, lines in block.sections:
        hint = "\n".join(lines).strip("\n")
        if name == "Hint" and hint.strip():
            yield hint
        elif name in SECTIONS and not hint.strip():
            complain(line, _("“## %(name)s” has nothing under it.") % {"name": name})


def _skills(block: Block, module_skills: tuple[str, ...], complain: Complain) -> tuple[str, ...]:
    value, line = block.keys.get("skills", ("", block.line))
    named = tuple(skill for skill in (part.strip() for part in value.split(",")) if skill)
    if not named and len(module_skills) > 1:
        complain(line, _("Say which skills this practices: the module does not teach exactly one."))
    return tuple(_once(named or module_skills))


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _difficulty(block: Block, complain: Complain) -> int:
    value, line = block.keys.get("difficulty", ("", block.line))
    if not re.fullmatch(r"[1-5]", value):
        complain(line, _("“difficulty” must be a number from 1 to 5."))
        return 3
    return int(value)
