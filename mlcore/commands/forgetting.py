"""Compare how well ways of remembering foretell answers a day or more later, of learners they never met."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mlcore.commands.options import add_reading, at_least_one, courses_of
from mlcore.datasets import some_learners
from mlcore.evaluation.bootstrapping import Interval, bootstrap
from mlcore.interactions import UNKNOWN, Interactions, Numbers
from mlcore.laws import USUAL
from mlcore.remembering.judging import (
    FEWEST_LEARNERS,
    FEWEST_REVIEWS,
    FITTED_PACES,
    USUAL_PACES,
    compared,
)
from mlcore.remembering.reviews import Cards, Reviews, cards_of, reviews_in

HEAD = (
    "| way | log-loss of a review | less than FSRS's usual parameters with own paces (95 %) | more than fitted ones |"
)
NOTHING = (
    "{course}: {reviews} answers a day or more later, of {learners} learners; {enough} of {people} are needed.\n\n"
)
ABOUT = "## {course}\n\n{reviews:,} answers a day or more later, of {learners:,} learners; {right:.1%} right.\n\n"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `forgetting`."""
    data_help = "CSV or Parquet logs of answers with times"
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help=data_help)
    parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="dealings of learners to folds (1)")
    parser.add_argument("--learners", type=at_least_one, metavar="N", help="at most N of each course")
    add_reading(parser)


def run(arguments: Namespace) -> int:
    """Show a table for each course. Raises OSError or UnreadableLog."""
    for course in courses_of(arguments):
        some = some_learners(course, arguments.learners, 0) if arguments.learners else course
        sys.stdout.write("".join(_told(course.course, cards_in(some), arguments.seeds)))
    return 0


def cards_in(log: Interactions) -> Cards:
    """Return the cards of a log: of every skill of an answer; of the item, where no skills are known."""
    has_skills = bool((log.skills != UNKNOWN).any())
    things = log.skills if has_skills else log.item[:, None]
    answer, place = np.nonzero((things != UNKNOWN) & np.isfinite(log.at)[:, None])
    return cards_of(log.learner[answer], things[answer, place], log.at[answer], log.correct[answer])


def _told(course: str, cards: Cards, seeds: int) -> Iterator[str]:
    reviews = reviews_in(cards, USUAL.parameters)
    if len(cards.learners) < FEWEST_LEARNERS or len(reviews.learner) < FEWEST_REVIEWS:
        known = {"reviews": len(reviews.learner), "learners": len(cards.learners)}
        yield NOTHING.format(course=course, enough=FEWEST_REVIEWS, people=FEWEST_LEARNERS, **known)
        return
    found = [compared(cards, seed) for seed in tqdm(range(seeds), desc=course, unit="seed")]
    lost = {name: np.mean([each[name] for each in found], axis=0) for name in found[0]}
    right = float(reviews.is_right.mean())
    yield ABOUT.format(course=course, reviews=len(reviews.learner), learners=len(cards.learners), right=right)
    yield f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}\n"
    for name, own in lost.items():
        less, more = (_span(_gain(*pair, reviews)) for pair in ((lost[USUAL_PACES], own), (own, lost[FITTED_PACES])))
        yield f"| {name} | {own.mean():.4f} | {less} | {more} |\n"
    yield "\n"


def _gain(worse: Numbers, better: Numbers, reviews: Reviews) -> Interval:
    return bootstrap(worse - better, reviews.learner)


def _span(span: Interval) -> str:
    return f"{span.mean:+.4f} ({span.low:+.4f} to {span.high:+.4f})"
