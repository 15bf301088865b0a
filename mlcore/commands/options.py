"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable
from math import isfinite, nan

from mlcore.datasets import read_courses
from mlcore.interactions import Interactions

COLUMNS_HELP = (
    "which columns of the files are which of ours, as in learner=user correct=is_right item=question order=seq; also "
    "between_skills=';' and encoding=latin-1. Public data sets need none (docs/data.md)"
)


def add_reading(parser: ArgumentParser) -> None:
    """Let callers say how logs of answers are to be read (`courses_of`)."""
    parser.add_argument("--columns", nargs="+", type=_pair, default=[], metavar="OURS=THEIRS", help=COLUMNS_HELP)
    parser.add_argument(
        "--pass-mark",
        type=_score,
        metavar="SCORE",
        help="in files with a column score, an answer is right from this score on",
    )


def courses_of(arguments: Namespace) -> list[Interactions]:
    """Read the courses of `--data` as `add_reading` lets callers say. Raises UnreadableLog."""
    return read_courses(arguments.data, arguments.pass_mark, dict(arguments.columns))


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not (ours and equals and theirs):
        raise ArgumentTypeError(f"{text!r} names no column; write it as learner=user")
    return ours, theirs


def _score(text: str) -> float:
    """Read a number that scores can reach."""
    try:
        score = float(text)
    except ValueError:
        score = nan
    if not isfinite(score):
        raise ArgumentTypeError(f"{text!r} is no score; write a number, as in 40")
    return score


def names_in(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what reads names with commas between them, all of which are known."""

    def names_in(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        if unknown := set(names) - set(known):
            raise ArgumentTypeError(f"nothing is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return names

    return names_in


def at_least_one(text: str) -> int:
    """Read a number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
