"""Tell how far verdicts on ways of learning can be trusted: in made-up cohorts, or on a log with a delayed test."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import binomtest
from tqdm import tqdm

from mlcore.commands.options import at_least_one
from mlcore.effects.trials import WORLDS, Declared, World, try_out

RUNS = 200
HEAD = (
    "| world | rule | a winner declared (95 % interval) | the best arm alone | no difference found | found by answers |"
)
ABOUT = """# How far verdicts on ways of learning can be trusted

{runs} runs of each world, {learners} learners in {cohorts} cohorts, {arms} arms, one answer of each learner a day,
judged every day. `ours` and the t-tests judge the same answers, assigned by our bandit; the last rule its own.

"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `effects`."""
    parser.add_argument("--report", type=Path, metavar="DIR", required=True, help="folder to write effects.md to")
    parser.add_argument("--runs", type=at_least_one, default=RUNS, metavar="N", help=f"of each world ({RUNS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same report (0)")


def run(arguments: Namespace) -> int:
    """Write the report and show it. Raises OSError."""
    rng = np.random.default_rng(arguments.seed)
    found = [(world, try_out(world, arguments.runs, rng)) for world in tqdm(WORLDS, unit="world")]
    text = "".join(_trials(found))
    arguments.report.mkdir(parents=True, exist_ok=True)
    (arguments.report / "effects.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _trials(found: list[tuple[World, list[Declared]]]) -> Iterator[str]:
    world = WORLDS[0]
    runs = found[0][1][0].runs
    yield ABOUT.format(runs=runs, learners=world.learners, cohorts=world.cohorts, arms=world.arms)
    yield f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}\n"
    for own, rules in found:
        for each in rules:
            by = ", ".join(f"{count / each.runs:.0%} by {answers:,}" for answers, count in each.right_by.items())
            shares = f"{_share(each.winner, each.runs)} | {each.right / each.runs:.1%} | {each.same / each.runs:.1%}"
            yield f"| {own.name} | {each.rule} | {shares} | {by if own.best else '–'} |\n"


def _share(count: int, runs: int) -> str:
    """A share with its exact interval (Clopper and Pearson 1934)."""
    interval = binomtest(count, runs).proportion_ci(0.95, "exact")
    return f"{count / runs:.1%} ({interval.low:.1%} to {interval.high:.1%})"
