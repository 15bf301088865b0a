"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

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
        type=float,
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
