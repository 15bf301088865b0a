"""Content in templates: Markdown, questions and the parts of lessons."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from courses import rendering
from courses.gaps import gaps_in, pieces
from courses.lessons import LessonPart

register = template.Library()
Entry = dict[str, Any]


@register.filter
def markdown(text: str | None) -> SafeString:
    """A whole text."""
    return rendering.to_html(text or "")


@register.filter
def markdown_line(text: str | None) -> SafeString:
    """A title, a choice or anything else of one line."""
    return rendering.line_to_html(text or "")


@register.filter
def markdown_plain(text: str | None) -> str:
    """The same without any HTML, for an <option>, an aria-label or the page's title."""
    return rendering.to_text(text or "")


@register.filter
def as_rows(entries: Iterable[Entry]) -> list[tuple[str, SafeString]]:
    """Choices as components/choice_rows.html wants them."""
    return [(entry["id"], markdown_line(entry["text"])) for entry in entries]


@register.filter
def chosen_ids(entries: Iterable[Entry]) -> list[str]:
    return [entry["id"] for entry in entries if entry.get("is_chosen")]


@register.filter
def as_lefts(entries: Iterable[Entry]) -> list[tuple[str, SafeString, str]]:
    """Left sides as components/matching.html wants them."""
    return [(entry["id"], markdown_line(entry["text"]), entry.get("chosen", "")) for entry in entries]


@register.filter
def as_options(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    return [(entry["id"], markdown_plain(entry["text"])) for entry in entries]


@register.filter
def as_pairs(parts: Iterable[LessonPart]) -> list[tuple[SafeString, SafeString]]:
    """Steps and cards: a title, and what is under it."""
    return [(markdown_line(part.title), markdown(part.body)) for part in parts]


@register.filter
def as_tasks(parts: Iterable[LessonPart]) -> list[tuple[str, SafeString, bool]]:
    """Tasks as components/checklist.html wants them."""
    return [(part.name, markdown_line(part.title), False) for part in parts]


@register.filter
def value_of(values: Mapping[str, Any] | None, name: str) -> Any:
    """What stands under a name that only the template knows."""
    return (values or {}).get(name, "")


@register.simple_tag
def cloze_text(shown: Entry) -> SafeString:
    """The text of a cloze with a field in each gap."""
    gaps = {segment["gap"]: segment for segment in shown["segments"] if "gap" in segment}
    pieces = rendering.pieces_with_gaps(shown["segments"])
    return mark_safe("".join(piece if isinstance(piece, str) else _gap(gaps[piece], len(gaps)) for piece in pieces))


@register.simple_tag
def cloze_solved(prompt: str) -> SafeString:
    """The text of a cloze with the answer in each gap."""
    numbered = itertools.count(1)
    segments = [{"text": piece} if isinstance(piece, str) else {"gap": next(numbered)} for piece in pieces(prompt)]
    answers = [format_html('<b class="cloze-answer">{}</b>', gap.accepted[0]) for gap in gaps_in(prompt)]
    filled = rendering.pieces_with_gaps(segments)
    return mark_safe("".join(piece if isinstance(piece, str) else answers[piece - 1] for piece in filled))


def _gap(gap: Entry, total: int) -> str:
    return render_to_string("courses/question/gap.html", {"gap": gap, "total": total}).strip()
