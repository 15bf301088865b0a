"""A few typed words, compared with accepted answers and patterns."""

from typing import Any

from django.utils.translation import gettext as _

from courses.marking.marks import Mark, Part, mark_of
from courses.marking.patterns import defects_of_pattern, is_pattern, matches
from courses.marking.responses import Data, Response, typed_text
from courses.marking.texts import as_code, folded, repeated
from courses.versions import Content

LONGEST_INPUT = 500


def response_from(content: Content, data: Data) -> Response:
    return {"text": typed_text(data.get("text"), LONGEST_INPUT, _("Write your answer first."))}


def mark(content: Content, response: Response) -> Mark:
    answer, text = content["answer"], str(response.get("text", ""))
    is_right = _is_accepted(answer, text)
    shown = [as_code(word) for word in _words(answer)[:1]]
    feedback = "" if is_right else _known_feedback(answer, text)
    part = Part("text", "", as_code(text), is_right, feedback, "" if is_right else "".join(shown))
    return mark_of(is_right, [part], shown)


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return {"case_sensitive": bool(content["answer"]["case_sensitive"])}


def right_response(content: Content) -> Response:
    return {"text": _words(content["answer"])[0]}


def defects(content: Content) -> list[str]:
    answer = content["answer"]
    found = [defect for text in _texts(answer) if is_pattern(text) for defect in defects_of_pattern(text)]
    if not any(word.strip() for word in _words(answer)):
        found.append(_("Give at least one accepted answer that is not a pattern, so that it can be shown."))
    found += [
        _("The wrong answer “%(text)s” counts as right.") % {"text": known["text"]}
        for known in answer["wrong"]
        if _is_accepted(answer, known["text"])
    ]
    wrong = [folded(known["text"], answer["case_sensitive"]) for known in answer["wrong"]]
    found += [_("Two wrong answers are equal: %(text)s") % {"text": text} for text in repeated(wrong)]
    return found


def _texts(answer: dict[str, Any]) -> list[str]:
    return [accepted["text"] for accepted in answer["accepted"]]


def _words(answer: dict[str, Any]) -> list[str]:
    """Return the accepted answers that are no patterns."""
    return [text for text in _texts(answer) if not is_pattern(text)]


def _is_accepted(answer: dict[str, Any], text: str) -> bool:
    case = bool(answer["case_sensitive"])
    return any(
        matches(accepted, folded(text, case_sensitive=True), case)
        if is_pattern(accepted)
        else folded(accepted, case) == folded(text, case)
        for accepted in _texts(answer)
    )


def _known_feedback(answer: dict[str, Any], text: str) -> str:
    """Return what the author says about this answer; one written just so comes before one that differs in case."""
    for case in (True, bool(answer["case_sensitive"])):
        for known in answer["wrong"]:
            if folded(known["text"], case) == folded(text, case):
                return str(known["feedback"])
    return ""
