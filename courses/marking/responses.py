"""Reading what was sent, by a form or as JSON, without trusting any of it."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

Data = Mapping[str, Any]
Response = dict[str, Any]
LARGEST = 1e300  # a number in JSON may have any number of digits


class UnreadableResponse(Exception):
    """What was sent cannot be read as an answer. The message says what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def typed_text(value: Any, limit: int, otherwise: str) -> str:
    """Return what somebody typed, trimmed and without what cannot be stored, or complain with `otherwise`."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST:
        value = repr(value)
    if not isinstance(value, str):
        raise UnreadableResponse(otherwise)
    if len(value) > limit:
        raise UnreadableResponse(_("That is too long: write at most %(limit)d characters.") % {"limit": limit})
    text = "".join(char for char in value if char.isspace() or unicodedata.category(char) not in {"Cc", "Cs"}).strip()
    if not text:
        raise UnreadableResponse(otherwise)
    return text


def several(data: Data, name: str) -> list[Any]:
    """Return every value of a name: ticked boxes of a form, or a JSON list."""
    values = data.getlist(name) if isinstance(data, QueryDict) else data.get(name)
    return list(values) if isinstance(values, list | tuple) else []


def numbered(data: Data, name: str, count: int) -> list[Any]:
    """Return the values of `name_1`, `name_2` and so on."""
    return [data.get(f"{name}_{number}") for number in range(1, count + 1)]


def id_for(ids: Mapping[str, str], value: Any, otherwise: str) -> str:
    """Return the id that a shown id stands for, or complain with `otherwise`."""
    if not (isinstance(value, str) and value in ids):
        raise UnreadableResponse(otherwise)
    return ids[value]
