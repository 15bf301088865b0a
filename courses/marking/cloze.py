"""A text with gaps to fill in, typed or chosen. Credit for each gap."""

from typing import Any

from django.utils.translation import gettext as _

from courses.gaps import Gap, gaps_in, pieces
from courses.marking.marks import Mark, Part, mark_of, share_right
from courses.marking.responses import Data, Response, UnreadableResponse, numbered, typed_text
from courses.marking.shuffling import shuffled
from courses.marking.texts import as_code, folded
from courses.rendering import pieces_with_gaps
from courses.versions import Content

LONGEST_INPUT = 200


def response_from(content: Content, data: Data) -> Response:
    gaps = gaps_in(content["prompt"])
    values = data.get("gaps")
    values = values if isinstance(values, list) else numbered(data, "gap", len(gaps))
    if len(values) != len(gaps):
        raise UnreadableResponse(_("Fill in every gap."))
    return {
        "gaps": [_filled(gap, value, number) for number, (gap, value) in enumerate(zip(gaps, values, strict=True), 1)]
    }


def mark(content: Content, response: Response) -> Mark:
    case, gaps, given = bool(content["answer"]["case_sensitive"]), gaps_in(content["prompt"]), response.get("gaps", [])
    texts = [*given, *[""] * len(gaps)]
    parts = [_part(number, gap, text, case) for number, (gap, text) in enumerate(zip(gaps, texts, strict=False), 1)]
    return mark_of(share_right(parts), parts, [as_code(gap.accepted[0]) for gap in gaps])


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    """Return the text in segments; a gap has its number, and options where there is something to choose from."""
    segments: list[dict[str, Any]] = []
    number = 0
    for piece in pieces(content["prompt"]):
        if isinstance(piece, str):
            segments.append({"text": piece})
            continue
        number += 1
        options = shuffled([{"id": word} for word in piece.options], f"{seed}:{number}")
        segments.append({"gap": number, "options": [option["id"] for option in options]})
    return {"segments": segments, "gap_count": number, "case_sensitive": bool(content["answer"]["case_sensitive"])}


def right_response(content: Content) -> Response:
    return {"gaps": [gap.accepted[0] for gap in gaps_in(content["prompt"])]}


def defects(content: Content) -> list[str]:
    gaps = gaps_in(content["prompt"])
    found = [] if gaps else [_("There is no gap: write one as {{answer}} in the detail.")]
    for number, gap in enumerate(gaps, 1):
        if not all(gap.accepted + gap.options):
            found.append(_("Gap %(number)d has an empty answer.") % {"number": number})
        if gap.options and len(set(gap.options)) < max(2, len(gap.options)):
            found.append(_("Gap %(number)d needs at least two different words to choose from.") % {"number": number})
    fillable = set(pieces_with_gaps(as_shown(content, 0)["segments"]))
    found += [
        _("Gap %(number)d stands where nothing can be typed: in a link, a picture or a formula.") % {"number": number}
        for number in range(1, len(gaps) + 1)
        if number not in fillable
    ]
    return found


def _filled(gap: Gap, value: Any, number: int) -> str:
    text = typed_text(value, LONGEST_INPUT, _("Fill in gap %(number)d.") % {"number": number})
    if gap.options and text not in gap.options:
        raise UnreadableResponse(_("Choose one of the words for gap %(number)d.") % {"number": number})
    return text


def _part(number: int, gap: Gap, text: str, case: bool) -> Part:
    if gap.options:
        is_right = text == gap.accepted[0]
    else:
        is_right = folded(text, case) in {folded(word, case) for word in gap.accepted}
    label = _("Gap %(number)d") % {"number": number}
    expected = "" if is_right else as_code(gap.accepted[0])
    return Part(str(number), label, as_code(text), is_right, expected=expected)
