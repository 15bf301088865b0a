"""Ids for the parts of an answer. They stay when a question is loaded again, so that old answers keep their meaning."""

import uuid
from typing import Any

Answer = dict[str, Any]
COMMENT = {"feedback", "right"}  # what may change without making it another choice


def with_ids(answer: Answer, old: Answer) -> Answer:
    """Return the answer with an id for every part: of an equal old part, else of that at its place, else new."""
    return {
        key: _list_with_ids(value, old.get(key) or []) if isinstance(value, list) else value
        for key, value in answer.items()
    }


def without_ids(answer: Answer) -> Answer:
    return {
        key: [{name: part for name, part in entry.items() if name != "id"} for entry in value]
        if isinstance(value, list)
        else value
        for key, value in answer.items()
    }


def as_blocks(answer: Answer) -> Answer:
    """Return an answer with ids in the form in which a StreamField keeps it."""
    return {
        key: [_block(entry) for entry in value] if isinstance(value, list) else value for key, value in answer.items()
    }


def _list_with_ids(entries: list[Answer], old: list[Answer]) -> list[Answer]:
    free = {entry["id"]: entry for entry in old}
    ids: list[str | None] = []
    for entry in entries:
        equal = next((own_id for own_id, candidate in free.items() if _key(candidate) == _key(entry)), None)
        free.pop(equal or "", None)
        ids.append(equal)
    for place, candidate in enumerate(old[: len(ids)]):
        if ids[place] is None and candidate["id"] in free:
            ids[place] = candidate["id"]
    return [{"id": own_id or str(uuid.uuid4()), **entry} for own_id, entry in zip(ids, entries, strict=True)]


def _key(entry: Answer) -> Answer:
    return {name: value for name, value in entry.items() if name not in COMMENT | {"id"}}


def _block(entry: Answer) -> Answer:
    value = {name: part for name, part in entry.items() if name != "id"}
    is_plain = set(value) == {"text"}
    return {"type": "item", "value": value["text"] if is_plain else value, "id": entry["id"]}
