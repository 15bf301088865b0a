"""Items to put in order. Credit for each pair of items in the right order; equal texts stand for each other."""

from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from courses.marking.marks import Mark, Part, mark_of
from courses.marking.responses import Data, Response, UnreadableResponse, id_for
from courses.marking.shuffling import ids_by_shown_id, shown_id, shuffled
from courses.versions import Content

Item = dict[str, Any]


def response_from(content: Content, data: Data) -> Response:
    items = _items(content)
    ids = ids_by_shown_id(items)
    otherwise = _("Give each item a place of its own.")
    order = data.get("order")
    order = order if isinstance(order, list) else _by_position(items, data)
    chosen = [id_for(ids, value, otherwise) for value in order]
    if sorted(chosen) != sorted(item["id"] for item in items):
        raise UnreadableResponse(otherwise)
    return {"order": chosen}


def mark(content: Content, response: Response) -> Mark:
    items = _items(content)
    by_id = {item["id"]: item for item in items}
    given = [by_id[own_id] for own_id in response.get("order", []) if own_id in by_id]
    parts = [_part(item, item_there) for item, item_there in zip(given, items, strict=False)]
    return mark_of(_share_in_order(given, items), parts, [item["text"] for item in items])


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    """Return the items in an order that is never the right one."""
    items = shuffled(_items(content), seed)
    if _texts(items) == _texts(_items(content)):
        items = items[1:] + items[:1]
    return {"items": [{"id": shown_id(item["id"]), "text": item["text"]} for item in items]}


def right_response(content: Content) -> Response:
    return {"order": [item["id"] for item in _items(content)]}


def defects(content: Content) -> list[str]:
    texts = _texts(_items(content))
    found = []
    if len(texts) < 3:
        found.append(_("Ordering needs at least three items."))
    if not all(texts):
        found.append(_("An item is empty."))
    if len(set(texts)) < 2:
        found.append(_("All items are equal."))
    return found


def _items(content: Content) -> list[Item]:
    items: list[Item] = content["answer"]["items"]
    return items


def _texts(items: list[Item]) -> list[str]:
    return [item["text"].strip() for item in items]


def _part(item: Item, item_there: Item) -> Part:
    is_right = item["text"].strip() == item_there["text"].strip()
    return Part(item["id"], "", item["text"], is_right, expected="" if is_right else item_there["text"])


def _share_in_order(given: list[Item], items: list[Item]) -> float:
    """Return how many of all pairs of items stand in the right order, 0 to 1."""
    if len(given) != len(items):
        return 0.0
    places: dict[str, list[int]] = {}
    for place, text in enumerate(_texts(items)):
        places.setdefault(text, []).append(place)
    order = [places[text].pop(0) for text in _texts(given)]
    pairs = list(combinations(order, 2))
    return sum(first < second for first, second in pairs) / len(pairs) if pairs else 0.0


def _by_position(items: list[Item], data: Data) -> list[str]:
    """Return the items in the order of the places given to them in a form."""
    places: dict[str, str] = {}
    for item in items:
        place = data.get(f"position_{shown_id(item['id'])}")
        if isinstance(place, str) and place not in places:
            places[place] = item["id"]
    return [places.get(str(number), "") for number in range(1, len(items) + 1)]
