"""Keeping what somebody typed when the page comes back with a complaint."""

from typing import Any

from courses.marking.responses import Data, several


def filled_in(shown: dict[str, Any], data: Data) -> dict[str, Any]:
    """Return the shown question with what was sent filled in: `is_chosen`, `typed`, `chosen` and `position`."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    fill = {"choices": _with_choices, "lefts": _with_matches, "items": _with_positions, "segments": _with_gaps}
    part = next((name for name in fill if name in shown), None)
    if part is None:
        return shown | {"typed": texts.get("text", "")}
    chosen = texts | {"choices": several(data, "choices")}
    return shown | {part: [fill[part](entry, chosen) for entry in shown[part]]}


def _with_choices(choice: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return choice | {"is_chosen": choice["id"] == sent.get("choice") or choice["id"] in sent["choices"]}


def _with_matches(left: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return left | {"chosen": sent.get(f"pair_{left['id']}", "")}


def _with_positions(item: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return item | {"position": sent.get(f"position_{item['id']}", "")}


def _with_gaps(segment: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return segment | {"typed": sent.get(f"gap_{segment['gap']}", "")} if "gap" in segment else segment
