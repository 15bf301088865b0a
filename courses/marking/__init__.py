"""How each kind of question is shown, answered and marked.

Content is what `courses.versions.content_of` returns. A response is plain JSON, one shape for each kind:

    single choice, true or false    {"choice": id}
    multiple choice                 {"choices": [id, ...]}
    numeric, short text             {"text": "3.5 cm"}
    matching                        {"pairs": {left id: right id, ...}}
    ordering                        {"order": [id, ...]}
    cloze                           {"gaps": ["word", ...]}
    any of them, not known yet      {"passed": true}

JSON is sent in that shape, with the ids that were shown. A form sends the fields `choice`, `choices`, `text`,
`pair_<id>`, `position_<id>` (1, 2, ...) and `gap_1`, `gap_2`, ...; or `passed`, with any value.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext as _

from courses.marking import (
    cloze,
    matching,
    multiple_choice,
    numeric,
    ordering,
    short_text,
    single_choice,
    true_or_false,
)
from courses.marking.filling import filled_in
from courses.marking.marks import Mark, Part, Verdict, mark_of
from courses.marking.responses import Data, Response, UnreadableResponse
from courses.versions import Content

__all__ = [
    "PASSED",
    "Mark",
    "Part",
    "UnreadableResponse",
    "Verdict",
    "as_shown",
    "defects",
    "filled_in",
    "has_passed",
    "mark",
    "response_from",
    "right_response",
]


PASSED: Response = {"passed": True}  # "I don't know yet": an honest answer, which is not right and no guess


class Kind(Protocol):
    """What every kind of question can do."""

    def response_from(self, content: Content, data: Data) -> Response: ...
    def mark(self, content: Content, response: Response) -> Mark: ...
    def as_shown(self, content: Content, seed: object) -> dict[str, Any]: ...
    def right_response(self, content: Content) -> Response: ...
    def defects(self, content: Content) -> list[str]: ...


KINDS: dict[str, Kind] = {
    "single_choice": single_choice,
    "multiple_choice": multiple_choice,
    "true_or_false": true_or_false,
    "numeric": numeric,
    "short_text": short_text,
    "matching": matching,
    "ordering": ordering,
    "cloze": cloze,
}


def response_from(content: Content, data: object) -> Response:
    """Return the response in what a form or the API sent, or raise UnreadableResponse with a sentence to show."""
    if not isinstance(data, Mapping):
        raise UnreadableResponse(_("Send the answer as an object."))
    if data.get("passed"):
        return dict(PASSED)
    return KINDS[content["kind"]].response_from(content, data)


def mark(content: Content, response: Response) -> Mark:
    """Return how good a response is, and why."""
    if has_passed(response):
        return mark_of(0, (), KINDS[content["kind"]].mark(content, {}).right_answer)
    return KINDS[content["kind"]].mark(content, response)


def has_passed(response: Response) -> bool:
    """Whether somebody said that they do not know yet."""
    return bool(response.get("passed"))


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    """Return what a learner may see before answering: nothing in it, nor in its order, tells what is right."""
    prompt = "" if content["kind"] == "cloze" else content["prompt"]
    shared = {"kind": content["kind"], "title": content["title"], "prompt": prompt, "hint_count": len(content["hints"])}
    return shared | KINDS[content["kind"]].as_shown(content, seed)


def right_response(content: Content) -> Response:
    """Return a response that is right."""
    return KINDS[content["kind"]].right_response(content)


def defects(content: Content) -> list[str]:
    """Return what an author must mend before anybody can answer this."""
    return KINDS[content["kind"]].defects(content)
