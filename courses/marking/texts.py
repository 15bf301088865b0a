"""Comparing what people type."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "−": "-"})  # as phones type them


def folded(text: str, case_sensitive: bool = False) -> str:
    """Return the text without differences that do not matter: spacing, Unicode forms, curly quotes, case."""
    text = " ".join(unicodedata.normalize("NFKC", text.translate(STRAIGHT)).split())
    return text if case_sensitive else unicodedata.normalize("NFKC", text.casefold())


def as_code(text: str) -> str:
    """Return typed text as a Markdown code span, so that nothing in it is taken for Markdown."""
    text = " ".join(text.split())
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def repeated(texts: Iterable[str]) -> list[str]:
    """Return the texts that occur more than once."""
    return [text for text, count in Counter(text.strip() for text in texts).items() if count > 1]
