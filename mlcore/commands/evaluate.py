"""Compare the champion with every rival, learner-disjoint and k-shot, and write a report."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from mlcore.commands.options import add_reading, at_least_one, courses_of, names_in
from mlcore.evaluation.adaptation import KNOWN, STEPS
from mlcore.evaluation.asking import IN_COURSE, SHOTS
from mlcore.evaluation.collecting import Asked, collect
from mlcore.evaluation.comparing import predictors_in
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.reporting import NAMED, write_report
from mlcore.evaluation.trials import COHORTS, MOST_TESTED, SMALLEST_COHORT, Chosen, Trial, in_course, unseen_course
from mlcore.interactions import Interactions
from mlcore.predictor import Predictor
from mlcore.registry import DEFAULT_CHECKPOINT, PARTS, RIVALS, champion, has_met, may_have_met, unfitted
from mlcore.tables import UnreadableLog

IN_COURSE_PROTOCOL, UNSEEN_COURSE = "in-course", "unseen-course"
PROTOCOL_HELP = (
    f"{IN_COURSE_PROTOCOL}: fitted on the course's training learners (default); {UNSEEN_COURSE}: a cohort is all that "
    "anybody knows of the course"
)
LEARNERS_HELP = (
    f"at most N learners of each course, dealt 60:15:25; with {UNSEEN_COURSE} at most N tested ones ({MOST_TESTED}), "
    "cohorts apart"
)
CHECKPOINT_HELP = (
    "learner model: a file, `default` or `none`; {course} and {seed} in its name stand for the course and the split it "
    "is judged on, as in out/without-{course}.safetensors or out/spared-{seed}.safetensors"
)
STEPS_HELP = (
    f"ask the champion and the parts that adapt by inner steps again after {STEPS[0]} to {STEPS[-1]} of them, given "
    f"{' and '.join(map(str, KNOWN))} answers; one walk more for each"
)
RIVALS_HELP = f"some of {', '.join(RIVALS)} (all); classic2 and dkt are the slowest"
PARTS_HELP = (
    f"what the champion is made of, or could be, trained in the course itself: {', '.join(PARTS)} (none); "
    "all but eb_irt take minutes"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `evaluate`."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", nargs="+", type=Path, metavar="FILE", help="CSV or Parquet logs of answers")
    source.add_argument("--predictions", type=Path, metavar="FILE", help="write the report of an earlier run again")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the report")
    protocols = (IN_COURSE_PROTOCOL, UNSEEN_COURSE)
    parser.add_argument("--protocol", choices=protocols, default=IN_COURSE_PROTOCOL, help=PROTOCOL_HELP)
    cohorts_help = f"learners known of an unseen course: {','.join(map(str, COHORTS))}; too large ones are left out"
    parser.add_argument("--cohorts", type=_cohorts, default=COHORTS, metavar="N,...", help=cohorts_help)
    parser.add_argument("--shots", type=_shots, default=SHOTS, metavar="K,...", help="answers known: 0,1,3,5,10,20")
    parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="number of random splits (1)")
    parser.add_argument("--learners", type=at_least_one, metavar="N", help=LEARNERS_HELP)
    parser.add_argument("--min-answers", type=at_least_one, default=1, metavar="N", help="leave out shorter histories")
    add_reading(parser)
    parser.add_argument("--rivals", type=names_in(RIVALS), default=list(RIVALS), metavar="NAME,...", help=RIVALS_HELP)
    parser.add_argument("--parts", type=names_in(PARTS), default=[], metavar="NAME,...", help=PARTS_HELP)
    named = f"rivals to compare with one by one, besides the strongest ({','.join(NAMED)})"
    parser.add_argument(
        "--against", type=names_in([*RIVALS, *PARTS]), default=list(NAMED), metavar="NAME,...", help=named
    )
    parser.add_argument("--checkpoint", default=DEFAULT_CHECKPOINT, metavar="FILE", help=CHECKPOINT_HELP)
    parser.add_argument(
        "--timings", action="store_true", help="measure how long the tutor takes, one learner at a time"
    )
    parser.add_argument("--adaptation-steps", action="store_true", help=STEPS_HELP)


def run(arguments: Namespace) -> int:
    """Write the report and show it. Raises UnreadableLog, CheckpointRefused or OSError."""
    dump = _read(arguments.predictions) if arguments.predictions else _asked(arguments)
    rivals = [name for name in predictors_in(dump.predictions) if name in RIVALS]
    report = write_report(dump, arguments.out, rivals or None, arguments.against)
    sys.stdout.write(report.read_text(encoding="utf-8") + f"\nWritten to {arguments.out}\n")
    return 0


def _asked(arguments: Namespace) -> Dump:
    """Ask everyone about every course, seed and cohort."""
    courses = courses_of(arguments)
    rivals = unfitted([*arguments.rivals, *arguments.parts])
    judged_on = [(course.course, seed) for course in courses for seed in range(arguments.seeds)]
    predictors = {where: [*rivals, *_champions(arguments.checkpoint, *where)] for where in judged_on}
    planned = [trial for course in courses for trial in _trials(course, arguments)]
    if not planned:
        raise UnreadableLog("no course has enough learners for any of these cohorts")
    for line in dict.fromkeys(line for trial in planned for line in _leaks(predictors[trial.judged_on], trial)):
        sys.stderr.write(line)
    with tqdm(total=sum(len(predictors[trial.judged_on]) for trial in planned), unit="fit") as progress:

        def tell(message: str) -> None:
            progress.set_description(message)
            progress.update()

        clock = time.perf_counter_ns if arguments.timings else None
        asked = Asked(arguments.shots, clock, arguments.adaptation_steps)
        return collect(planned, predictors, asked, tell)


def _champions(checkpoint: str, course: str, seed: int) -> list[Predictor]:
    return [] if checkpoint == "none" else [champion(checkpoint, course, seed)]


def _trials(course: Interactions, arguments: Namespace) -> list[Trial]:
    """One for each seed, and for each cohort where the course is an unseen one. Raises TooFewLearners."""
    chosen, seeds = Chosen(arguments.min_answers, arguments.learners), range(arguments.seeds)
    if arguments.protocol == IN_COURSE_PROTOCOL:
        return [in_course(course, seed, chosen) for seed in seeds]
    found = [trial for seed in seeds for trial in unseen_course(course, seed, chosen, arguments.cohorts)]
    for cohort in sorted({*arguments.cohorts} - {trial.cohort for trial in found}):
        sys.stderr.write(f"{course.course}: left out the cohort of {cohort}, as it has fewer learners to spare\n")
    return found


def _leaks(predictors: Sequence[Predictor], trial: Trial) -> Iterator[str]:
    """Warnings of checkpoints that are not judged on what is new to them."""
    for predictor in predictors:
        if trial.cohort != IN_COURSE and has_met(predictor, trial.course):
            yield (
                f"Warning: {predictor.name} was trained on {trial.course}, so the course is not unseen; its figures "
                f"there may flatter. Train with --without {trial.course}.\n"
            )
        elif trial.cohort == IN_COURSE and may_have_met(predictor, trial.course, trial.seed):
            yield (
                f"Warning: {predictor.name} was trained on {trial.course} and may have met the test learners of seed "
                f"{trial.seed}; its figures there may flatter. Train with --spare-test-of-seed {trial.seed}.\n"
            )


def _read(path: Path) -> Dump:
    try:
        return Dump.read(path)
    except ValueError as error:
        raise UnreadableLog(f"{path}: is no table of predictions ({error})") from error


def _shots(text: str) -> tuple[int, ...]:
    return _counts(text, SHOTS)


def _cohorts(text: str) -> tuple[int, ...]:
    cohorts = _counts(text, COHORTS)
    if any(0 < cohort < SMALLEST_COHORT for cohort in cohorts):
        raise ArgumentTypeError(f"a cohort has {SMALLEST_COHORT} learners or more, or none")
    return cohorts


def _counts(text: str, example: Sequence[int]) -> tuple[int, ...]:
    try:
        counts = sorted({int(part) for part in text.split(",")})
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no list of numbers like {','.join(map(str, example))}") from error
    if counts[0] < 0:
        raise ArgumentTypeError("these numbers are 0 or more")
    return tuple(counts)
