"""JSON from strangers: bounded in size and depth, and nothing in it that could not be stored or sent back."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 64 * 1024  # bytes; an answer has a few hundred
DEEPEST = 12  # levels of lists and objects; an answer has three


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"Send at most {LARGEST_BODY} bytes."
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """Reads an object of at most `LARGEST_BODY` bytes and `DEEPEST` levels; anything else is the sender's mistake."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            sent = json.loads(body or "{}", parse_constant=_refuse)
            json.dumps(sent, ensure_ascii=False).encode()  # half of a surrogate pair can be read, but not written
        except (ValueError, RecursionError):
            raise ParseError("This is not JSON that can be read.") from None
        if not isinstance(sent, dict):
            raise ParseError("Send one JSON object.")
        if _is_deeper(sent, DEEPEST):
            raise ParseError(f"Send at most {DEEPEST} levels of lists and objects.")
        return sent


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)
