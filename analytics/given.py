"""What was given as an answer, in parts that can be counted: choices, pairs, places, words."""

from typing import Any

from courses.marking.texts import folded

LONGEST = 120


def parts_given(response: dict[str, Any]) -> list[str]:
    """Return a key for each part of a response (its shapes: `courses.marking`). A part is counted once an answer."""
    keys = [str(response[name]) for name in ("choice",) if name in response]
    keys += [str(choice) for choice in _listed(response, "choices")]
    keys += [folded(str(response[name])) for name in ("text",) if name in response]
    keys += [f"{left}={right}" for left, right in _named(response, "pairs").items()]
    keys += [f"{place}:{item}" for place, item in enumerate(_listed(response, "order"), 1)]
    keys += [f"{number}:{folded(str(word))}" for number, word in enumerate(_listed(response, "gaps"), 1)]
    return sorted({key[:LONGEST] for key in keys})


def _listed(response: dict[str, Any], name: str) -> list[Any]:
    values = response.get(name, [])
    if not isinstance(values, list):
        raise TypeError(f"{name} is not a list")
    return values


def _named(response: dict[str, Any], name: str) -> dict[str, Any]:
    values = response.get(name, {})
    if not isinstance(values, dict):
        raise TypeError(f"{name} is not an object")
    return values
