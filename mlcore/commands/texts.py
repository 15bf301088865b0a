"""Judge how well the words of items tell of their difficulty and their skills, on items that are left out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mlcore.commands.options import add_reading, at_least_one, courses_of
from mlcore.datasets import some_learners
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
SKILLS_HEAD = "| course | seed | texts | skill named | right of these |"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `texts`."""
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="CSV or Parquet logs")
    add_reading(parser)
    parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="number of random splits (1)")
    parser.add_argument("--learners", type=at_least_one, metavar="N", help="at most N learners of each course")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the tables (Markdown) there too")


def run(arguments: Namespace) -> int:
    """Show the tables. Raises UnreadableLog or OSError."""
    difficulties, skills = [WAYS_HEAD, _rule(WAYS_HEAD)], [SKILLS_HEAD, _rule(SKILLS_HEAD)]
    courses = [_enough(course, arguments.learners) for course in courses_of(arguments)]
    for course in tqdm(courses, unit="course"):
        for seed in range(arguments.seeds):
            scores = zero_shot_scores(leave_items_out(course, seed))
            difficulties += [_row(course.course, seed, score) for score in scores]
            found = skill_score(described_items(course)[0], seed)
            if found:
                skills.append(f"| {course.course} | {seed} | {found.texts} | {found.named:.0%} | {found.right:.0%} |")
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


def _span(span: Span, form: str) -> str:
    value, low, high = (format(number, form) for number in span)
    return f"{value} ({low} to {high})"


def _rule(head: str) -> str:
    return "|" + "---|" * (head.count("|") - 1)
