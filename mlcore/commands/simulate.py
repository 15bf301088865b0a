"""Write the answers of made-up learners, as a log that `train` and `evaluate` read."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import numpy as np

from mlcore.simulation import MODALITIES, Course, Habits, Question, random_course, simulate
from mlcore.tables import UnreadableLog

COURSE_FORMAT = (
    'JSON: {"name": ..., "skills": {"add": [], "carry": ["add"]}, '
    '"questions": [{"name": "q1", "skills": ["add"], "difficulty": 2, "modality": "text"}]}'
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `simulate`."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV file to write")
    parser.add_argument("--learners", type=_at_least_one, default=60, metavar="N", help="made-up learners (60)")
    parser.add_argument("--answers", type=_at_least_one, default=60, metavar="N", help="of a typical learner (60)")
    parser.add_argument("--course", type=Path, metavar="FILE", help=f"their course, {COURSE_FORMAT}; else made up too")
    parser.add_argument("--skills", type=_at_least_one, default=12, metavar="N", help="of the made-up course (12)")
    parser.add_argument("--questions", type=_at_least_one, default=12, metavar="N", help="for each skill (12)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same file (0)")


def run(arguments: Namespace) -> int:
    """Write the file. Raises UnreadableLog for a malformed course, or OSError."""
    for_course, for_learners = np.random.default_rng(arguments.seed).spawn(2)
    if arguments.course:
        course = read_course(arguments.course)
    else:
        course = random_course(arguments.skills, arguments.questions, for_course)
    rows = simulate(course, arguments.learners, Habits(answers=arguments.answers), for_learners)
    with arguments.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{len(rows)} answers of {arguments.learners} learners written to {arguments.out}\n")
    return 0


def read_course(path: Path) -> Course:
    """Read a course graph (COURSE_FORMAT). Raises UnreadableLog, or OSError."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return Course(
            name=str(given.get("name", path.stem)),
            prerequisites={str(skill): list(map(str, needed)) for skill, needed in given["skills"].items()},
            questions=[_question(each) for each in given["questions"]],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableLog(f"{path}: is no course ({error}); expected {COURSE_FORMAT}") from error


def _question(given: dict[str, Any]) -> Question:
    return Question(
        name=str(given["name"]),
        skills=list(map(str, given["skills"])),
        difficulty=float(given.get("difficulty", 3)),
        modality=str(given.get("modality", MODALITIES[0])),
    )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
