"""The parts of answers in words: what a key of `given.parts_given` stands for, and which of them are right."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.marking.texts import as_code, folded
from courses.models import QuestionKind
from courses.versions import Content

CHOSEN = (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE, QuestionKind.TRUE_OR_FALSE)
ONE_OF_SEVERAL = (QuestionKind.SINGLE_CHOICE, QuestionKind.TRUE_OR_FALSE)


@dataclass(frozen=True)
class Option:
    """Something that can be chosen. Its label is Markdown."""

    key: str
    label: str
    is_key: bool


def options_of(content: Content) -> list[Option]:
    """Return what can be chosen, the right ones among it; nothing for questions without choices."""
    if content["kind"] == QuestionKind.TRUE_OR_FALSE:
        is_true = bool(content["answer"]["is_true"])
        return [Option("true", _("True"), is_true), Option("false", _("False"), not is_true)]
    if content["kind"] not in CHOSEN:
        return []
    return [Option(str(c["id"]), str(c["text"]), bool(c["right"])) for c in content["answer"]["choices"]]


def label_of(key: str, contents: Iterable[Content]) -> str:
    """Return a part of an answer in words (Markdown), from the first version that knows it; typed words as they are."""
    return next((label for content in contents if (label := _label(key, content))), as_code(key))


def is_right(key: str, content: Content) -> bool | None:
    """Say whether a part is right where that is plain to see; None where only marking can say."""
    answer = content["answer"]
    match content["kind"]:
        case QuestionKind.MATCHING:
            left, _equals, right = key.partition("=")
            texts = {str(pair["id"]): pair["right"].strip() for pair in answer["pairs"]}
            return left in texts and texts[left] == texts.get(right)
        case QuestionKind.ORDERING:
            place, _colon, item = key.partition(":")
            return [str(number) for number, entry in enumerate(answer["items"], 1) if str(entry["id"]) == item] == [
                place
            ]
        case QuestionKind.SHORT_TEXT:
            return key in {folded(accepted["text"]) for accepted in answer["accepted"]} or None
    return next((option.is_key for option in options_of(content) if option.key == key), None)


def _label(key: str, content: Content) -> str:
    answer = content["answer"]
    match content["kind"]:
        case QuestionKind.MATCHING:
            left, _equals, right = key.partition("=")
            pairs = {str(pair["id"]): pair for pair in answer["pairs"]}
            return f"{pairs[left]['left']} → {pairs[right]['right']}" if {left, right} <= pairs.keys() else ""
        case QuestionKind.ORDERING:
            place, _colon, item = key.partition(":")
            texts = {str(entry["id"]): entry["text"] for entry in answer["items"]}
            return _("%(item)s in place %(place)s") % {"item": texts[item], "place": place} if item in texts else ""
        case QuestionKind.CLOZE:
            gap, _colon, word = key.partition(":")
            return _("Gap %(gap)s: %(word)s") % {"gap": gap, "word": as_code(word)}
    return next((option.label for option in options_of(content) if option.key == key), "")
