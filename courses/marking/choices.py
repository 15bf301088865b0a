"""What single choice and multiple choice share."""

from typing import Any

from django.utils.translation import gettext as _

from courses.marking.shuffling import shown_id, shuffled
from courses.marking.texts import repeated
from courses.versions import Content


def choices_of(content: Content) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = content["answer"]["choices"]
    return choices


def shown_choices(content: Content, seed: object) -> dict[str, Any]:
    """Return the choices in an order of their own for each seed, without saying which are right."""
    choices = shuffled(choices_of(content), seed)
    return {"choices": [{"id": shown_id(choice["id"]), "text": choice["text"]} for choice in choices]}


def right_texts(content: Content) -> list[str]:
    return [choice["text"] for choice in choices_of(content) if choice["right"]]


def defects_of_choices(content: Content) -> list[str]:
    """Return what an author must mend in any list of choices."""
    texts = [choice["text"] for choice in choices_of(content)]
    found = [_("Two choices are equal: %(text)s") % {"text": text} for text in repeated(texts)]
    if len(texts) < 2:
        found.append(_("A question needs at least two choices."))
    if not all(text.strip() for text in texts):
        found.append(_("A choice is empty."))
    if not right_texts(content):
        found.append(_("No choice is right."))
    return found
