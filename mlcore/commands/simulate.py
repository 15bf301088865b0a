"""Write the answers of made-up learners, as a log that `train` and `evaluate` read; or judge policies on some."""

from __future__ import annotations

import csv
import json
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from mlcore.checkpoint import load_tutor
from mlcore.commands.machines import machine
from mlcore.commands.options import at_least_one, names_in
from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.simulation import MODALITIES, Course, Habits, Question, random_course, simulate
from mlcore.tables import UnreadableLog
from mlcore.worlds.collecting import Plan, Trial, collect
from mlcore.worlds.policies.registry import POLICIES, Models
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.reporting import APART as APART_FILE
from mlcore.worlds.reporting import read_apart, read_lives, write_report
from mlcore.worlds.targets.aim import Aim, Means
from mlcore.worlds.targets.registry import APART

LEARNERS_OF_A_LOG, LEARNERS_OF_A_REPORT, RUNS = 60, 200, 200
COURSE_FORMAT = (
    'JSON: {"name": ..., "skills": {"add": [], "carry": ["add"]}, '
    '"questions": [{"name": "q1", "skills": ["add"], "difficulty": 2, "modality": "text"}]}'
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `simulate`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE", help="CSV file to write")
    what.add_argument("--report", type=Path, metavar="DIR", help="folder of a report that compares policies in worlds")
    learners = f"made-up learners ({LEARNERS_OF_A_LOG}); of a report, for each seed ({LEARNERS_OF_A_REPORT})"
    parser.add_argument("--learners", type=at_least_one, metavar="N", help=learners)
    log = parser.add_argument_group("with --out")
    log.add_argument("--answers", type=at_least_one, default=60, metavar="N", help="of a typical learner (60)")
    log.add_argument("--course", type=Path, metavar="FILE", help=f"their course, {COURSE_FORMAT}; else made up too")
    log.add_argument("--skills", type=at_least_one, default=12, metavar="N", help="of the made-up course (12)")
    log.add_argument("--questions", type=at_least_one, default=12, metavar="N", help="for each skill (12)")
    log.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same file (0)")
    report = parser.add_argument_group("with --report")
    worlds, policies = (f"some of {', '.join(names)} (all)" for names in (WORLDS, POLICIES))
    report.add_argument("--worlds", type=names_in(WORLDS), metavar="NAME,...", help=worlds)
    report.add_argument("--policies", type=names_in(POLICIES), metavar="NAME,...", help=policies)
    report.add_argument("--seeds", type=at_least_one, default=5, metavar="N", help="number of cohorts (5)")
    report.add_argument("--checkpoint", type=Path, metavar="FILE", help="of the learner model (the one shipped)")
    recurrent_help = "of the recurrent policy (the one shipped)"
    report.add_argument("--policy-checkpoint", type=Path, metavar="FILE", help=recurrent_help)
    targets_help = f"also measure {', '.join(APART)} (all; none where --worlds, --policies or --lives choose)"
    report.add_argument("--targets", type=names_in(APART), metavar="NAME,...", help=targets_help)
    runs_help = f"of what is counted in whole runs ({RUNS})"
    report.add_argument("--runs", type=at_least_one, default=RUNS, metavar="N", help=runs_help)
    report.add_argument("--lives", type=Path, metavar="FILE", help="write the report of an earlier run's lives again")


def run(arguments: Namespace) -> int:
    """Write the file, or the report. Raises UnreadableLog for what cannot be read, CheckpointRefused or OSError."""
    return _write_report(arguments) if arguments.report else _write_log(arguments)


def _write_log(arguments: Namespace) -> int:
    for_course, for_learners = np.random.default_rng(arguments.seed).spawn(2)
    if arguments.course:
        course = read_course(arguments.course)
    else:
        course = random_course(arguments.skills, arguments.questions, for_course)
    learners = arguments.learners or LEARNERS_OF_A_LOG
    rows = simulate(course, learners, Habits(answers=arguments.answers), for_learners)
    with arguments.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{len(rows)} answers of {learners} learners written to {arguments.out}\n")
    return 0


def _write_report(arguments: Namespace) -> int:
    models = Models(load_tutor(arguments.checkpoint), load_sequencer(arguments.policy_checkpoint))
    lives = _read(arguments.lives) if arguments.lives else _lived(arguments, models)
    report = write_report(lives, _apart(arguments, models), arguments.report)
    sys.stdout.write(report.read_text(encoding="utf-8") + f"\nWritten to {arguments.report}\n")
    return 0


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_lives(path)
    except ValueError as error:
        raise UnreadableLog(f"{path}: is no table of lives ({error})") from error


def _apart(arguments: Namespace, models: Models) -> list[Aim]:
    """Measure the targets that lives do not tell; those of an earlier run, where its lives are read again."""
    chosen = arguments.targets
    if chosen is None:
        earlier = arguments.lives and arguments.lives.parent / APART_FILE
        if earlier and earlier.exists():
            return _read_apart(earlier)
        chosen = [] if arguments.lives or arguments.worlds or arguments.policies else list(APART)
    learners = arguments.learners or LEARNERS_OF_A_REPORT
    means = Means(models, learners, arguments.seeds, arguments.runs, time.perf_counter_ns, machine())
    return [aim for name in tqdm(chosen, unit="target") for aim in APART[name](means)]


def _read_apart(path: Path) -> list[Aim]:
    try:
        return read_apart(path)
    except (ValueError, TypeError) as error:
        raise UnreadableLog(f"{path}: is no table of targets ({error})") from error


def _lived(arguments: Namespace, models: Models) -> pd.DataFrame:
    learners = arguments.learners or LEARNERS_OF_A_REPORT
    plan = Plan(arguments.worlds or list(WORLDS), arguments.policies or list(POLICIES), learners, arguments.seeds)
    with tqdm(total=plan.most, unit="trial") as progress:

        def tell(trial: Trial) -> None:
            progress.set_description(f"{trial.world.name}, {trial.policy.name}")
            progress.update()

        return collect(plan, models, tell)


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
