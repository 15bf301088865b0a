"""A statement that is true or false. Shown in this order, always."""

from typing import Any

from django.utils.translation import gettext as _

from courses.marking.marks import Mark, Part, mark_of
from courses.marking.responses import Data, Response, id_for
from courses.versions import Content

IDS = {"true": "true", "false": "false"}


def response_from(content: Content, data: Data) -> Response:
    value = data.get("choice")
    value = str(value).lower() if isinstance(value, bool) else value
    return {"choice": id_for(IDS, value, _("Choose True or False."))}


def mark(content: Content, response: Response) -> Mark:
    answer, right, chosen = content["answer"], right_response(content)["choice"], response.get("choice")
    if chosen not in IDS:
        return mark_of(0, [], [_word(right)])
    part = Part(chosen, "", _word(chosen), chosen == right, answer[f"feedback_{chosen}"] or "")
    return mark_of(part.is_right, [part], [_word(right)])


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return {"choices": [{"id": value, "text": _word(value)} for value in IDS]}


def right_response(content: Content) -> Response:
    return {"choice": "true" if content["answer"]["is_true"] else "false"}


def defects(content: Content) -> list[str]:
    return []


def _word(value: str) -> str:
    return _("True") if value == "true" else _("False")
