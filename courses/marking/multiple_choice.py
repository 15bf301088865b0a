"""Any number of choices is right. Right picks minus wrong picks, over the number of right ones, never below 0."""

from typing import Any

from django.utils.translation import gettext as _

from courses.marking.choices import choices_of, defects_of_choices, right_texts, shown_choices
from courses.marking.marks import Mark, Part, mark_of
from courses.marking.responses import Data, Response, UnreadableResponse, id_for, several
from courses.marking.shuffling import ids_by_shown_id
from courses.versions import Content


def response_from(content: Content, data: Data) -> Response:
    ids = ids_by_shown_id(choices_of(content))
    chosen = {id_for(ids, value, _("Choose from the answers shown.")) for value in several(data, "choices")}
    if not chosen:
        raise UnreadableResponse(_("Choose at least one of the answers."))
    return {"choices": [choice["id"] for choice in choices_of(content) if choice["id"] in chosen]}


def mark(content: Content, response: Response) -> Mark:
    picks = set(response.get("choices", []))
    parts = [_part(choice, choice["id"] in picks) for choice in choices_of(content)]
    right = sum(part.is_right for part in parts if part and part.given)
    wrong = sum(not part.is_right for part in parts if part and part.given)
    score = max(0, right - wrong) / max(1, len(right_texts(content)))
    return mark_of(score, [part for part in parts if part], right_texts(content))


def _part(choice: dict[str, Any], is_chosen: bool) -> Part | None:
    """Say something about what was picked, and about what should have been."""
    if is_chosen:
        return Part(choice["id"], "", choice["text"], bool(choice["right"]), choice["feedback"] or "")
    return Part(choice["id"], "", "", False, expected=choice["text"]) if choice["right"] else None


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return shown_choices(content, seed)


def right_response(content: Content) -> Response:
    return {"choices": [choice["id"] for choice in choices_of(content) if choice["right"]]}


def defects(content: Content) -> list[str]:
    return defects_of_choices(content)
