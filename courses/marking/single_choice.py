"""One of several choices is right."""

from typing import Any

from django.utils.translation import gettext as _

from courses.marking.choices import choices_of, defects_of_choices, right_texts, shown_choices
from courses.marking.marks import Mark, Part, mark_of
from courses.marking.responses import Data, Response, id_for
from courses.marking.shuffling import ids_by_shown_id
from courses.versions import Content


def response_from(content: Content, data: Data) -> Response:
    return {"choice": id_for(ids_by_shown_id(choices_of(content)), data.get("choice"), _("Choose one of the answers."))}


def mark(content: Content, response: Response) -> Mark:
    chosen = [choice for choice in choices_of(content) if choice["id"] == response.get("choice")]
    parts = [
        Part(choice["id"], "", choice["text"], bool(choice["right"]), choice["feedback"] or "") for choice in chosen
    ]
    return mark_of(any(part.is_right for part in parts), parts, right_texts(content))


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return shown_choices(content, seed)


def right_response(content: Content) -> Response:
    return {"choice": next(choice["id"] for choice in choices_of(content) if choice["right"])}


def defects(content: Content) -> list[str]:
    found = defects_of_choices(content)
    if len(right_texts(content)) > 1:
        found.append(_("More than one choice is right: make it a multiple choice question."))
    return found
