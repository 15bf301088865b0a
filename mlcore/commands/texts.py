"""Judge how well the words of items tell of their difficulty and their skills, on items that are left out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mlcore.answers import Item
from mlcore.commands.options import add_reading, at_least_one, courses_of
from mlcore.datasets import some_learners
from mlcore.encoders import Encoder, encode_once, encoder_named
from mlcore.evaluation.zero_shot import (
    FOLDS,
    Span,
    ZeroShotScore,
    described_items,
    leave_items_out,
    skill_score,
    zero_shot_scores,
)
from mlcore.interactions import Interactions
from mlcore.tables import UnreadableLog

FEWEST_LEARNERS = 8
WAYS_HEAD = (
    "| course | seed | way | items | rank correlation | answers | log-loss | difference to skill and rating "
    "| 90 % intervals cover |"
)
SKILLS_HEAD = "| course | seed | way | texts | skill named | right of these |"
ENCODER_HELP = (
    "judge the vectors of a sentence encoder too, beside counts of words: minilm, or PACKAGE:FUNCTION for a function "
    "that takes a list of n texts and returns numbers of shape (n, d)"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `texts`."""
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="CSV or Parquet logs")
    add_reading(parser)
    parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="number of random splits (1)")
    parser.add_argument("--learners", type=at_least_one, metavar="N", help="at most N learners of each course")
    parser.add_argument("--encoder", metavar="NAME", help=ENCODER_HELP)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the tables (Markdown) there too")


def run(arguments: Namespace) -> int:
    """Show the tables. Raises UnreadableLog, EncoderRefused or OSError."""
    difficulties, skills = [WAYS_HEAD, _rule(WAYS_HEAD)], [SKILLS_HEAD, _rule(SKILLS_HEAD)]
    encoder = None if arguments.encoder is None else encoder_named(arguments.encoder)
    courses = [_enough(course, arguments.learners) for course in courses_of(arguments)]
    for course in tqdm(courses, unit="course"):
        items, _ = described_items(course)
        own = encode_once(encoder, [item.text or "" for item in items]) if encoder else None
        for seed in range(arguments.seeds):
            scores = zero_shot_scores(leave_items_out(course, seed, own))
            difficulties += [_row(course.course, seed, score) for score in scores]
            skills += _skill_rows(course.course, seed, items, own)
    report = "\n".join([*difficulties, "", *skills, ""])
    if arguments.out:
        arguments.out.write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0


def _enough(course: Interactions, most: int | None) -> Interactions:
    if most:
        course = some_learners(course, most, seed=0)
    learners, items = len(np.unique(course.learner)), len(pd.unique(course.item))
    if learners < FEWEST_LEARNERS or items < FOLDS:
        raise UnreadableLog(
            f"{course.course}: {learners} learners and {items} items; {FEWEST_LEARNERS} and {FOLDS} are needed"
        )
    return course


def _row(course: str, seed: int, score: ZeroShotScore) -> str:
    cells = (
        course,
        seed,
        score.way,
        score.items,
        _span(score.rank, ".2f"),
        score.answers,
        f"{score.log_loss:.4f}",
        _span(score.against, "+.4f"),
        f"{score.coverage:.0%}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _skill_rows(course: str, seed: int, items: Sequence[Item], encoder: Encoder | None) -> list[str]:
    scores = [skill_score(items, seed, way) for way in ([None, encoder] if encoder else [None])]
    return [
        f"| {course} | {seed} | {found.way} | {found.texts} | {found.named:.0%} | {found.right:.0%} |"
        for found in scores
        if found
    ]


def _span(span: Span, form: str) -> str:
    value, low, high = (format(number, form) for number in span)
    return f"{value} ({low} to {high})"


def _rule(head: str) -> str:
    return "|" + "---|" * (head.count("|") - 1)
