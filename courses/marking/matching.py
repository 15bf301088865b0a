"""Each left side belongs to a right side. Equal texts stand for each other."""

from collections import Counter, defaultdict
from typing import Any

from django.utils.translation import gettext as _

from courses.marking.marks import Mark, Part, mark_of, share_right
from courses.marking.responses import Data, Response, id_for
from courses.marking.shuffling import ids_by_shown_id, shown_id, shuffled
from courses.versions import Content

Pair = dict[str, Any]


def response_from(content: Content, data: Data) -> Response:
    lefts, rights = _lefts(content), ids_by_shown_id(_rights(content), "right")
    first = {pair["right"].strip(): pair["id"] for pair in _rights(content)}
    rights |= {pair["id"]: first[pair["right"].strip()] for pair in content["answer"]["pairs"]}
    chosen = _chosen(data, lefts)
    return {
        "pairs": {pair["id"]: id_for(rights, chosen[pair["id"]], _("Choose a match for each one.")) for pair in lefts}
    }


def mark(content: Content, response: Response) -> Mark:
    texts = {pair["id"]: pair["right"].strip() for pair in content["answer"]["pairs"]}
    chosen = response.get("pairs", {})
    still_open: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in _lefts(content):
        still_open[pair["left"].strip()][pair["right"].strip()] += 1
    parts = []
    for pair in _lefts(content):
        given = texts.get(chosen.get(pair["id"], ""), "")
        is_right = still_open[pair["left"].strip()][given] > 0
        still_open[pair["left"].strip()][given] -= 1
        expected = "" if is_right else pair["right"]
        parts.append(Part(pair["id"], pair["left"], given, is_right, expected=expected))
    return mark_of(share_right(parts), parts, [f"{pair['left']} → {pair['right']}" for pair in _lefts(content)])


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return {
        "lefts": [{"id": shown_id(pair["id"], "left"), "text": pair["left"]} for pair in _lefts(content)],
        "rights": [
            {"id": shown_id(pair["id"], "right"), "text": pair["right"]} for pair in shuffled(_rights(content), seed)
        ],
    }


def right_response(content: Content) -> Response:
    first = {pair["right"].strip(): pair["id"] for pair in _rights(content)}
    return {"pairs": {pair["id"]: first[pair["right"].strip()] for pair in _lefts(content)}}


def defects(content: Content) -> list[str]:
    pairs = content["answer"]["pairs"]
    found = []
    if len(_lefts(content)) < 3:
        found.append(_("Matching needs at least three pairs."))
    if not all(pair["right"].strip() for pair in pairs):
        found.append(_("A right side is empty."))
    matched = {pair["right"].strip() for pair in _lefts(content)}
    if len(matched) == 1:
        found.append(_("All right sides are equal."))
    found += [
        _("“%(text)s” belongs to a left side and cannot also match nothing.") % {"text": pair["right"]}
        for pair in pairs
        if not pair["left"].strip() and pair["right"].strip() in matched
    ]
    return found


def _lefts(content: Content) -> list[Pair]:
    return [pair for pair in content["answer"]["pairs"] if pair["left"].strip()]


def _rights(content: Content) -> list[Pair]:
    """Return one pair for each different right side."""
    first: dict[str, Pair] = {}
    for pair in content["answer"]["pairs"]:
        first.setdefault(pair["right"].strip(), pair)
    return list(first.values())


def _chosen(data: Data, lefts: list[Pair]) -> dict[str, Any]:
    """Return what was chosen for each left side, from the fields of a form or from one JSON object."""
    pairs = data.get("pairs")
    if isinstance(pairs, dict):
        return {pair["id"]: pairs.get(shown_id(pair["id"], "left"), pairs.get(pair["id"])) for pair in lefts}
    return {pair["id"]: data.get(f"pair_{shown_id(pair['id'], 'left')}") for pair in lefts}
