"""The choices once more, after the answer: which one was given, and which one is right."""

from dataclasses import dataclass
from typing import Any

from courses.marking import as_shown, right_response
from courses.marking.shuffling import shown_id
from courses.versions import Content


@dataclass(frozen=True)
class Revealed:
    """A choice as it stood on the page. Its text is Markdown."""

    text: str
    is_given: bool
    is_right: bool


def choices_after(content: Content, response: dict[str, Any], seed: object) -> list[Revealed]:
    """Return the choices in the order in which they were shown; nothing for questions without choices."""
    given, right = _shown_ids(response), _shown_ids(right_response(content))
    shown = as_shown(content, seed).get("choices", [])
    return [Revealed(choice["text"], choice["id"] in given, choice["id"] in right) for choice in shown]


def _shown_ids(response: dict[str, Any]) -> set[str]:
    own = [*response.get("choices", []), *([response["choice"]] if "choice" in response else [])]
    return {name for own_id in own for name in (own_id, shown_id(own_id))}
