"""The key of a question, as its author wrote it: what is right, what is known to be wrong, and what is said to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import marking
from courses.gaps import Gap, gaps_in
from courses.marking.numbers import as_text
from courses.marking.patterns import is_pattern
from courses.marking.texts import as_code
from courses.models import QuestionKind
from courses.versions import Content

OR = gettext_lazy(" or ")


@dataclass(frozen=True)
class KeyLine:
    """An answer, and what is said to it. Both are Markdown."""

    text: str
    is_right: bool
    note: str = ""


def key_of(content: Content) -> list[KeyLine]:
    """Return what an answer is held against; an ordering has its items from first to last."""
    return KEYS[content["kind"]](content)


def _choices(content: Content) -> list[KeyLine]:
    return [KeyLine(each["text"], bool(each["right"]), each["feedback"] or "") for each in content["answer"]["choices"]]


def _truth(content: Content) -> list[KeyLine]:
    answer = content["answer"]
    return [
        KeyLine(_("True"), bool(answer["is_true"]), answer["feedback_true"] or ""),
        KeyLine(_("False"), not answer["is_true"], answer["feedback_false"] or ""),
    ]


def _number(content: Content) -> list[KeyLine]:
    known = content["answer"]["wrong"]
    right = marking.mark(content, marking.right_response(content)).right_answer
    return [KeyLine(text, True) for text in right] + _known((as_text(one["value"]), one) for one in known)


def _words(content: Content) -> list[KeyLine]:
    answer = content["answer"]
    accepted = [accepted["text"] for accepted in answer["accepted"]]
    lines = [KeyLine(as_code(text), True, _("A pattern.") if is_pattern(text) else "") for text in accepted]
    return lines + _known((as_code(one["text"]), one) for one in answer["wrong"])


def _known(wrong: Iterable[tuple[str, dict[str, Any]]]) -> list[KeyLine]:
    return [KeyLine(text, False, one["feedback"] or "") for text, one in wrong]


def _pairs(content: Content) -> list[KeyLine]:
    pairs = content["answer"]["pairs"]
    right = [KeyLine(f"{pair['left']} → {pair['right']}", True) for pair in pairs if pair["left"].strip()]
    return right + [KeyLine(pair["right"], False, _("Matches nothing.")) for pair in pairs if not pair["left"].strip()]


def _items(content: Content) -> list[KeyLine]:
    return [KeyLine(item["text"], True) for item in content["answer"]["items"]]


def _gaps(content: Content) -> list[KeyLine]:
    return [_gap(number, gap) for number, gap in enumerate(gaps_in(content["prompt"]), 1)]


def _gap(number: int, gap: Gap) -> KeyLine:
    words = str(OR).join(map(as_code, gap.accepted))
    others = ", ".join(as_code(word) for word in gap.options if word not in gap.accepted)
    note = _("To choose from, beside it: %(words)s.") % {"words": others} if others else ""
    return KeyLine(_("Gap %(gap)s: %(word)s") % {"gap": number, "word": words}, True, note)


KEYS: dict[str, Callable[[Content], list[KeyLine]]] = {
    QuestionKind.SINGLE_CHOICE: _choices,
    QuestionKind.MULTIPLE_CHOICE: _choices,
    QuestionKind.TRUE_OR_FALSE: _truth,
    QuestionKind.NUMERIC: _number,
    QuestionKind.SHORT_TEXT: _words,
    QuestionKind.MATCHING: _pairs,
    QuestionKind.ORDERING: _items,
    QuestionKind.CLOZE: _gaps,
}
