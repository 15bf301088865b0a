"""Patterns for short answers: /colou?r/. Only those that are quick on any input are allowed."""

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from django.utils.translation import gettext as _

LONGEST_INPUT = 200
MOST_WAYS = LONGEST_INPUT**3 + 1  # well under a second of matching in the worst case
WHITE = [[(op.IN, [(op.CATEGORY, op.CATEGORY_SPACE)])], [(op.LITERAL, ord(" "))]]
SINGLE = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.AT}
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}


class SlowPattern(ValueError):
    """A pattern that could take very long."""


def is_pattern(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def matches(pattern: str, text: str, case_sensitive: bool) -> bool:
    """Say whether the whole text fits. A text that is too long, or a pattern that has a defect, fits nothing."""
    if len(text) > LONGEST_INPUT:
        return False
    expression = _compiled(pattern, case_sensitive)
    return expression is not None and expression.fullmatch(text) is not None


def defects_of_pattern(pattern: str) -> list[str]:
    """Return why an author may not use this pattern."""
    try:
        re.compile(pattern[1:-1])
        ways = _ways_through(parser.parse(pattern[1:-1]))
    except SlowPattern:
        ways = MOST_WAYS + 1
    except (re.error, RecursionError, OverflowError) as error:
        return [_("The pattern %(pattern)s cannot be read: %(error)s.") % {"pattern": pattern, "error": error}]
    if ways > MOST_WAYS:
        return [
            _("The pattern %(pattern)s could take too long: use fewer repetitions, and none inside another.")
            % {"pattern": pattern}
        ]
    return []


@lru_cache(maxsize=1024)
def _compiled(pattern: str, case_sensitive: bool) -> re.Pattern[str] | None:
    if defects_of_pattern(pattern):
        return None
    return re.compile(pattern[1:-1], 0 if case_sensitive else re.IGNORECASE)


def _ways_through(sequence: Iterable[Any]) -> int:
    """Return at most how many ways a text can be matched: what backtracking tries when nothing fits in the end."""
    nodes = list(sequence)
    ways = 1
    for node, following in zip(nodes, [*nodes[1:], None], strict=False):
        ways *= 1 if _ends_clearly(node, following) else _ways_of(*node)
        if ways > MOST_WAYS:
            raise SlowPattern
    return ways


def _ends_clearly(node: Any, following: Any) -> bool:
    """Say whether the next character alone tells where a repetition ends, as in 0*1."""
    if node[0] not in REPEATS or following is None or following[0] is not op.LITERAL:
        return False
    body = node[1][2]
    is_one_character = len(body) == 1 and body[0][0] in SINGLE - {op.AT}
    return is_one_character and compiler.compile(body, re.IGNORECASE).match(chr(following[1])) is None


def _ways_of(operator: Any, arguments: Any) -> int:
    if operator in SINGLE:
        return 1
    if operator is op.SUBPATTERN:
        return _ways_through(arguments[-1])
    if operator is op.BRANCH:
        return sum(_ways_through(branch) for branch in arguments[1])
    if operator in REPEATS:
        return _ways_to_repeat(*arguments)
    raise SlowPattern  # looking around and back references


def _ways_to_repeat(least: int, most: int, body: Any) -> int:
    """Count the ways of a repetition. White space is folded before matching, so there is never more than one of it."""
    most = min(most, 1 if list(body) in WHITE else LONGEST_INPUT)
    inner = _ways_through(body)
    if inner > 1 and most > 1:
        raise SlowPattern
    return max(most - least, 0) * inner + 1
