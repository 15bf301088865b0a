"""The notation of each kind of answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from courses.formats.mistakes import Complain
from courses.headings import Line

Answer = dict[str, Any]
CHOICE = re.compile(r"- \[([ xX])\] *(.*)")
KNOWN = re.compile(r"([=!]) +(.*)")
PAIR = re.compile(r"- (?:(.*?) )?=> *(.*)")
ITEM = re.compile(r"([0-9]+)\. +(.*)")
ANSWER_STARTS = {
    "single_choice": CHOICE,
    "multiple_choice": CHOICE,
    "true_or_false": CHOICE,
    "numeric": KNOWN,
    "short_text": KNOWN,
    "matching": PAIR,
    "ordering": ITEM,
}
NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
RIGHT_NUMBER = re.compile(rf"({NUMBER})(?: *± *({NUMBER}) ?(%)?)?(?: +(.{{1,30}}))?")


@dataclass
class Entry:
    """One line of an answer, with what is indented under it."""

    line: int
    groups: tuple[str, ...]
    text: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)

    @property
    def whole_text(self) -> str:
        return "\n".join([self.groups[-1], *self.text]).strip()

    @property
    def whole_feedback(self) -> str:
        return "\n".join(self.feedback).strip()


def answer_from(kind: str, lines: list[Line], minds_case: bool, line: int, complain: Complain) -> Answer:
    """Return the answer as a version's content holds it, without ids. `line` is the question's own."""
    if kind not in ANSWER_STARTS:
        return {"case_sensitive": minds_case}
    entries = _entries(lines, ANSWER_STARTS[kind], complain)
    if not entries:
        complain(line, _("The answer is missing."))
    return READERS[kind](entries, complain) | ({"case_sensitive": minds_case} if kind == "short_text" else {})


def _entries(lines: list[Line], start: re.Pattern[str], complain: Complain) -> list[Entry]:
    entries: list[Entry] = []
    for line in lines:
        found = None if line.is_code else start.fullmatch(line.text.rstrip())
        if found:
            entries.append(Entry(line.number, tuple(group or "" for group in found.groups())))
        elif line.text.startswith(" ") and not line.is_code and line.text.lstrip().startswith(">"):
            entries[-1].feedback.append(line.text.lstrip()[1:].removeprefix(" ").rstrip())
        elif line.text.startswith("  "):
            entries[-1].text.append(line.text[2:])
        elif line.text.strip():
            complain(line.number, _("This line is no part of the answer; the detail comes before it."))
    return entries


def _choices(entries: list[Entry], complain: Complain) -> Answer:
    _expect(entries, 2, 8, complain)
    for entry in entries:
        _expect_feedback(entry, complain)
    choices = [
        {"text": entry.whole_text, "right": entry.groups[0] != " ", "feedback": entry.whole_feedback}
        for entry in entries
    ]
    return {"choices": choices}


def _true_or_false(entries: list[Entry], complain: Complain) -> Answer:
    by_word = {entry.whole_text: entry for entry in entries}
    right = [entry.whole_text for entry in entries if entry.groups[0] != " "]
    if entries and (set(by_word) != {"True", "False"} or len(entries) != 2 or len(right) != 1):
        complain(entries[0].line, _("Write “- [x] True” and “- [ ] False”, or the other way round."))
    for entry in entries:
        _expect_feedback(entry, complain)
    feedback = {
        f"feedback_{word.lower()}": by_word[word].whole_feedback if word in by_word else ""
        for word in ("True", "False")
    }
    return {"is_true": right == ["True"], **feedback}


def _numeric(entries: list[Entry], complain: Complain) -> Answer:
    right = [entry for entry in entries if entry.groups[0] == "="]
    if entries and len(right) != 1:
        complain(entries[0].line, _("Write exactly one right number: = 3.5"))
    found = RIGHT_NUMBER.fullmatch(right[0].whole_text) if right else None
    if right and not found:
        complain(right[0].line, _("Write the number as = 3.5, = 3.5 ± 0.1 or = 3.5 ± 2%%, then perhaps a unit.") % {})
    value, tolerance, percent, unit = found.groups() if found else ("0", "0", None, "")
    return {
        "value": float(value),
        "tolerance": float(tolerance or 0),
        "is_relative": percent is not None,
        "unit": (unit or "").strip(),
        "wrong": [_known_number(entry, complain) for entry in entries if entry.groups[0] == "!"],
    }


def _known_number(entry: Entry, complain: Complain) -> Answer:
    _expect_feedback(entry, complain)
    if not re.fullmatch(NUMBER, entry.whole_text):
        complain(entry.line, _("Write the wrong number as ! 4 or ! 4.5"))
        return {"value": 0.0, "feedback": entry.whole_feedback}
    return {"value": float(entry.whole_text), "feedback": entry.whole_feedback}


def _short_text(entries: list[Entry], complain: Complain) -> Answer:
    wrong = [entry for entry in entries if entry.groups[0] == "!"]
    for entry in wrong:
        _expect_feedback(entry, complain)
    return {
        "accepted": [{"text": entry.whole_text} for entry in entries if entry.groups[0] == "="],
        "wrong": [{"text": entry.whole_text, "feedback": entry.whole_feedback} for entry in wrong],
    }


def _matching(entries: list[Entry], complain: Complain) -> Answer:
    _expect([entry for entry in entries if entry.groups[0].strip()], 3, 8, complain)
    return {"pairs": [{"left": entry.groups[0].strip(), "right": entry.whole_text} for entry in entries]}


def _ordering(entries: list[Entry], complain: Complain) -> Answer:
    _expect(entries, 3, 8, complain)
    for number, entry in enumerate(entries, 1):
        if entry.groups[0] != str(number):
            complain(entry.line, _("Number the items 1, 2, 3, … in the right order."))
    return {"items": [{"text": entry.whole_text} for entry in entries]}


def _expect(entries: list[Entry], least: int, most: int, complain: Complain) -> None:
    if entries and not least <= len(entries) <= most:
        complain(entries[0].line, _("There must be %(least)d to %(most)d here.") % {"least": least, "most": most})


def _expect_feedback(entry: Entry, complain: Complain) -> None:
    if not entry.whole_feedback:
        complain(entry.line, _("Feedback is missing: write it under this line, indented, after “> ”."))


READERS: dict[str, Callable[[list[Entry], Complain], Answer]] = {
    "single_choice": _choices,
    "multiple_choice": _choices,
    "true_or_false": _true_or_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
}
