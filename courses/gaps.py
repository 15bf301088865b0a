"""The gaps of a cloze, read from its text: {{answer}}, {{answer|other}}, or {{*right|wrong}} with words to choose."""

import re
from dataclasses import dataclass

GAP = re.compile(r"\{\{(.+?)\}\}(?!\})")
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Gap:
    """A place to fill in. `options` is empty where the learner types."""

    accepted: tuple[str, ...]
    options: tuple[str, ...] = ()


def pieces(prompt: str) -> list[str | Gap]:
    """Return the text and the gaps in the order in which they stand."""
    parts = GAP.split(prompt)
    return [_gap(part) if index % 2 else part for index, part in enumerate(parts) if index % 2 or part]


def gaps_in(prompt: str) -> list[Gap]:
    return [piece for piece in pieces(prompt) if isinstance(piece, Gap)]


def _gap(inner: str) -> Gap:
    is_choice = inner.startswith("*")
    words = tuple(word.replace("\\|", "|").strip() for word in BAR.split(inner[1:] if is_choice else inner))
    return Gap(accepted=words[:1], options=words) if is_choice else Gap(accepted=words)
