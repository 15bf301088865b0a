"""Tell how far verdicts on ways of learning can be trusted: in made-up cohorts, or on a log with a delayed test."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import binomtest
from tqdm import tqdm

from mlcore.checkpoint import load_tutor
from mlcore.commands.options import at_least_one
from mlcore.effects.backtest import ARMS, COLUMNS, Span, Trials, back_test, by_delay, read_trials
from mlcore.effects.trials import CROWDS, Declared, try_out
from mlcore.effects.verdicts import CONFIDENCE
from mlcore.effects.world_trials import taught_worlds, try_world
from mlcore.off_policy import Estimate

RUNS = 200
HEAD = (
    "| world | rule | a winner declared (95 % interval) | the best arm alone | no difference found | found by answers |"
)
DATA_HEAD = (
    "| pairs | learners / pairs | verdict | with study, less tests alone (90 %) | plain paired difference (90 %) "
    "| gain in log-likelihood of held-out answers | reward under our choice | folds that agree |"
)
ABOUT = """# How far verdicts on ways of learning can be trusted

{runs} runs of each, {learners} learners in {cohorts} cohorts, {arms} arms, one answer of each learner a day, judged
every day. `ours` and the t-tests judge the same answers, assigned by our bandit; the last rule its own. The worlds at
the end are those of `mlcore.worlds`: 20 lessons of two questions each, expectations by the learner model shipped.

"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `effects`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--report", type=Path, metavar="DIR", help="folder to write effects.md on made-up cohorts to")
    data_help = f"log with study and test trials and a later test (columns {', '.join(COLUMNS)})"
    what.add_argument("--data", type=Path, metavar="FILE", help=data_help)
    parser.add_argument("--runs", type=at_least_one, default=RUNS, metavar="N", help=f"of each world ({RUNS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same report (0)")


def run(arguments: Namespace) -> int:
    """Write the report and show it, or judge the log. Raises OSError or UnreadableLog."""
    if arguments.data:
        sys.stdout.write("".join(_back_tests(read_trials(arguments.data))))
        return 0
    rng = np.random.default_rng(arguments.seed)
    found = [(one.name, try_out(one, arguments.runs, rng)) for one in tqdm(CROWDS, unit="crowd")]
    tutor = load_tutor(None)
    found += [(one.name, try_world(one, tutor, arguments.runs, rng)) for one in tqdm(taught_worlds(), unit="world")]
    text = "".join(_trials(found))
    arguments.report.mkdir(parents=True, exist_ok=True)
    (arguments.report / "effects.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _trials(found: list[tuple[str, list[Declared]]]) -> Iterator[str]:
    crowd = CROWDS[0]
    runs = found[0][1][0].runs
    yield ABOUT.format(runs=runs, learners=crowd.learners, cohorts=crowd.cohorts, arms=crowd.arms)
    yield f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}\n"
    for name, rules in found:
        for each in rules:
            by = ", ".join(f"{count / each.runs:.0%} by {answers:,}" for answers, count in each.right_by.items())
            shares = f"{_share(each.winner, each.runs)} | {each.right / each.runs:.1%} | {each.same / each.runs:.1%}"
            yield f"| {name} | {each.rule} | {shares} | {by or '–'} |\n"


def _back_tests(trials: Trials) -> Iterator[str]:
    yield f"{DATA_HEAD}\n|{'---|' * (DATA_HEAD.count('|') - 1)}\n"
    for name, part in by_delay(trials).items():
        found = back_test(part)
        ours = Span(*(float(end[1]) for end in found.verdict.differences.believed))
        winners = ", ".join(ARMS[place] for place in found.verdict.winners)
        cells = (
            name,
            f"{found.learners:,} / {found.pairs:,}",
            found.verdict.outcome + (f": {winners}" if winners else ""),
            _span(ours),
            _span(found.plain),
            _span(found.better, ".5f"),
            f"{_earned(found.earned)}; otherwise {_earned(found.earned_otherwise)}",
            f"{found.agrees:.0%}",
        )
        yield f"| {' | '.join(cells)} |\n"


def _earned(estimate: Estimate | None) -> str:
    return "–" if estimate is None else _span(Span(estimate.value, *estimate.interval(CONFIDENCE)))


def _span(span: Span, form: str = ".3f") -> str:
    return f"{span.value:+{form}} ({span.low:+{form}} to {span.high:+{form}})"


def _share(count: int, runs: int) -> str:
    """A share with its exact interval (Clopper and Pearson 1934)."""
    interval = binomtest(count, runs).proportion_ci(0.95, "exact")
    return f"{count / runs:.1%} ({interval.low:.1%} to {interval.high:.1%})"
