"""Compare the champion with every rival, learner-disjoint and k-shot, and write a report."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mlcore.datasets import read_courses, some_learners
from mlcore.evaluation.asking import CHANCE, IN_COURSE, SHARES, SHOTS, Split, predict, questions
from mlcore.evaluation.comparing import predictors_in
from mlcore.evaluation.reporting import write_report
from mlcore.interactions import Interactions, Numbers
from mlcore.predictor import Predictor
from mlcore.registry import DEFAULT_CHECKPOINT, PARTS, RIVALS, champion, may_have_met, unfitted
from mlcore.tables import UnreadableLog

FEWEST_LEARNERS = 3
RIVALS_HELP = f"some of {', '.join(RIVALS)} (all); classic2 and dkt are the slowest"
PARTS_HELP = (
    f"what the champion is made of, trained in the course itself: {', '.join(PARTS)} (none); maml takes minutes"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `evaluate`."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", nargs="+", type=Path, metavar="FILE", help="CSV or Parquet logs of answers")
    source.add_argument("--predictions", type=Path, metavar="FILE", help="write the report of an earlier run again")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the report")
    parser.add_argument("--shots", type=_shots, default=SHOTS, metavar="K,...", help="answers known: 0,1,3,5,10,20")
    parser.add_argument("--seeds", type=_at_least_one, default=1, metavar="N", help="number of random splits (1)")
    parser.add_argument("--learners", type=_at_least_one, metavar="N", help="at most N learners of each course")
    parser.add_argument("--min-answers", type=_at_least_one, default=1, metavar="N", help="leave out shorter histories")
    parser.add_argument("--rivals", type=_names_in(RIVALS), default=list(RIVALS), metavar="NAME,...", help=RIVALS_HELP)
    parser.add_argument("--parts", type=_names_in(PARTS), default=[], metavar="NAME,...", help=PARTS_HELP)
    parser.add_argument(
        "--checkpoint", default=DEFAULT_CHECKPOINT, metavar="FILE", help="learner model: a file, `default` or `none`"
    )


def run(arguments: Namespace) -> int:
    """Write the report and show it. Raises UnreadableLog, CheckpointRefused or OSError."""
    predictions = _read_predictions(arguments.predictions) if arguments.predictions else _asked(arguments)
    against = [name for name in predictors_in(predictions) if name in RIVALS]
    report = write_report(predictions, arguments.out, against or None)
    sys.stdout.write(report.read_text(encoding="utf-8") + f"\nWritten to {arguments.out}\n")
    return 0


def _asked(arguments: Namespace) -> pd.DataFrame:
    """Ask everyone about every course and seed."""
    predictors = unfitted([*arguments.rivals, *arguments.parts])
    if arguments.checkpoint != "none":
        predictors.append(champion(arguments.checkpoint))
    courses, seeds = read_courses(arguments.data), range(arguments.seeds)
    splits = [(seed, _split(course, seed, arguments)) for course in courses for seed in seeds]
    tables = []
    with tqdm(total=len(splits) * len(predictors), unit="fit") as progress:
        for seed, split in splits:
            course = split.test.course
            _warn_of_leaks(predictors, course, seed)
            table = questions(split.test, arguments.shots).assign(seed=seed, cohort=IN_COURSE)
            for predictor in predictors:
                progress.set_description(f"{course}, seed {seed}: {predictor.name}")
                table[CHANCE + predictor.name] = _chances(predictor, split, seed, arguments.shots)
                progress.update()
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _chances(predictor: Predictor, split: Split, seed: int, shots: Sequence[int]) -> Numbers:
    return predict(predictor.fit(split.train, split.validation, seed), split.test, shots)


def _split(course: Interactions, seed: int, arguments: Namespace) -> Split:
    """Split, then keep the learners with enough answers, at most as many as asked for.

    In this order the options never move a learner to another part: who was left out in training is never trained on.
    """
    long_enough = np.flatnonzero(np.bincount(course.learner) >= arguments.min_answers)
    whole = Split.of(course, seed)
    parts = [part.of_learners(long_enough) for part in (whole.train, whole.validation, whole.test)]
    if arguments.learners:
        counts = [round(arguments.learners * share) for share in SHARES]
        parts = [some_learners(part, count, seed) for part, count in zip(parts, counts, strict=True)]
    if min(len(np.unique(part.learner)) for part in parts) < FEWEST_LEARNERS:
        shares = ", ".join(f"{share:.0%}" for share in SHARES)
        raise UnreadableLog(
            f"{course.course}: too few learners; each part ({shares}) needs {FEWEST_LEARNERS} or more of them"
        )
    return Split(*parts)


def _warn_of_leaks(predictors: Sequence[Predictor], course: str, seed: int) -> None:
    for predictor in predictors:
        if may_have_met(predictor, course, seed):
            tqdm.write(
                f"Warning: {predictor.name} was trained on {course} and may have met the test learners of seed "
                f"{seed}; its figures there may flatter. Train with --spare-test-of-seed {seed}.",
                file=sys.stderr,
            )


def _read_predictions(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ValueError as error:
        raise UnreadableLog(f"{path}: is no table of predictions ({error})") from error


def _names_in(known: Iterable[str]) -> Callable[[str], list[str]]:
    def names_in(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        if unknown := set(names) - set(known):
            raise ArgumentTypeError(f"nothing is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return names

    return names_in


def _shots(text: str) -> tuple[int, ...]:
    try:
        shots = sorted({int(part) for part in text.split(",")})
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no list of numbers like 0,1,3,5,10,20") from error
    if shots[0] < 0:
        raise ArgumentTypeError("a number of known answers is 0 or more")
    return tuple(shots)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
