"""Options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser


def add_pass_mark(parser: ArgumentParser) -> None:
    """Let scores be marked anew (`mlcore.datasets.read_courses`)."""
    parser.add_argument(
        "--pass-mark",
        type=float,
        metavar="SCORE",
        help="in files with a column score, an answer is right from this score on",
    )
