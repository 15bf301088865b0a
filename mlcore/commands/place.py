"""Judge placement tests on made-up learners: what they find, what they wrongly skip, and how long they take."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mlcore.commands.options import at_least_one
from mlcore.evaluation.bootstrapping import bootstrap
from mlcore.evaluation.placing import (
    IN_ORDER,
    SLIPS,
    Placed,
    Population,
    Setting,
    demo,
    having_strengths,
    in_order,
    knowing_states,
    made_up,
    place_all,
)

LEARNERS = 200
HEAD = "| course | learners | test | skills known | found | taken as known wrongly | questions |"
ABOUT = """# How well placement tests find what learners know

{learners} made-up learners in each row, the same ones for each test; means with 95 % intervals.

"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `place`."""
    parser.add_argument("--report", type=Path, metavar="DIR", required=True, help="folder to write placement.md to")
    parser.add_argument("--learners", type=at_least_one, default=LEARNERS, metavar="N", help=f"in a row ({LEARNERS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same report (0)")


def run(arguments: Namespace) -> int:
    """Write the report and show it. Raises OSError."""
    arguments.report.mkdir(parents=True, exist_ok=True)
    text = ABOUT.format(learners=arguments.learners) + "".join(_rows(arguments.learners, arguments.seed))
    (arguments.report / "placement.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _rows(learners: int, seed: int) -> Iterator[str]:
    yield f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}\n"
    for setting, name, population in tqdm(list(_trials()), unit="row"):
        for way, placed in place_all(setting, population, learners, seed):
            yield f"| {setting.name} | {name} | {way} | {' | '.join(_cells(placed))} |\n"


def _trials() -> Iterator[tuple[Setting, str, Population]]:
    course = demo()
    for slip in SLIPS:
        for known in IN_ORDER:
            yield course, f"know the first {known}, {slip:.0%} slips", in_order(known, slip)
    for setting in (course, made_up(10, 1), made_up(24, 2)):
        yield setting, "know states", knowing_states
        yield setting, "have strengths", having_strengths


def _cells(placed: list[Placed]) -> Iterator[str]:
    each = np.arange(len(placed))
    yield f"{np.mean([one.known for one in placed]):.1f}"
    for values in ([one.found for one in placed], [one.wrongly for one in placed], [one.asked for one in placed]):
        mean = bootstrap(np.array(values, float), each)
        yield f"{mean.mean:.2f} ({mean.low:.2f} to {mean.high:.2f})"
