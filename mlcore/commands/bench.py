"""Measure how many tasks a second meta-training manages, against loops over tasks as other libraries write them."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from mlcore.algorithms.context_vector import ContextSettings
from mlcore.algorithms.full_weight import FullWeightSettings
from mlcore.commands.options import at_least_one
from mlcore.features import FEATURES
from mlcore.speed.racing import Clock, Outcome, Race, context_race, full_weight_race, run_race
from mlcore.tasks import TaskSize, random_tasks

SIZES = ((32, 3), (64, 5))  # hidden units, inner steps


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `bench`."""
    parser.add_argument("--batch", type=at_least_one, default=256, metavar="B", help="tasks at once (256)")
    parser.add_argument("--loop-tasks", type=at_least_one, default=32, metavar="N", help="tasks of each loop (32)")
    parser.add_argument("--repeats", type=at_least_one, default=9, metavar="N", help="repetitions after a first (9)")
    parser.add_argument("--layers", type=at_least_one, default=2, metavar="N", help="hidden layers (2)")
    parser.add_argument("--device", default="cpu", help="cpu (default, one thread) or cuda")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of weights and tasks (0)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")


def run(arguments: Namespace) -> int:
    """Race and show the figures. Raises OSError."""
    torch.set_num_threads(1)
    if arguments.device.startswith("cuda") and not torch.cuda.is_available():
        sys.stderr.write("python -m mlcore bench: there is no GPU that torch can use\n")
        return 2
    generator = torch.Generator().manual_seed(arguments.seed)
    tasks = random_tasks(TaskSize(arguments.batch, len(FEATURES)), generator).to(torch.device(arguments.device))
    sys.stdout.write(_heading(arguments))
    outcomes = []
    for race in races(arguments.layers, generator):
        _move(race, arguments.device)
        outcome = run_race(race, tasks, arguments.loop_tasks, arguments.repeats, _clock(arguments.device))
        sys.stdout.write(f"\n{shown(outcome)}")
        outcomes.append(outcome)
    if arguments.json:
        arguments.json.write_text(json.dumps(_figures(arguments, outcomes), indent=2) + "\n", encoding="utf-8")
    return 0


def races(layers: int, generator: torch.Generator) -> list[Race]:
    """Return full-weight MAML and the context vector in both SIZES."""
    features = len(FEATURES)
    whole = [full_weight_race(features, FullWeightSettings(h, layers, steps), generator) for h, steps in SIZES]
    context = [context_race(features, ContextSettings(h, layers, steps=steps), generator) for h, steps in SIZES]
    return [*whole, *context]


def shown(outcome: Outcome) -> str:
    """Return the table of one race."""
    lines = [outcome.title]
    for name, speed in outcome.speeds.items():
        ratios = [f"{ratio:6.1f} x {loop}" for loop, ratio in outcome.ratios.get(name, {}).items()]
        figures = f"{speed.median:9,.0f} tasks/s ({speed.slowest:,.0f} to {speed.fastest:,.0f})"
        lines.append(f"  {name:<14}{figures:<38}{''.join(ratios)}".rstrip())
    for name, errors in outcome.parity.items():
        off = ", ".join(f"{error:.1e} in {precision}" for precision, error in errors.items())
        lines.append(f"  {name}: meta-gradient off the loop's by at most {off}")
    return "\n".join(lines) + "\n"


def _heading(arguments: Namespace) -> str:
    where = "cpu, 1 thread" if arguments.device == "cpu" else torch.cuda.get_device_name(arguments.device)
    size = TaskSize(arguments.batch, len(FEATURES))
    return (
        f"{where}; {size.features} features, support {size.support}, query {size.query}, second order; {size.tasks} "
        f"tasks at once, loops over {arguments.loop_tasks}; median of {arguments.repeats} (range)\n"
    )


def _move(race: Race, device: str) -> None:
    for contender in [*race.batched.values(), *race.loops.values()]:
        contender.network.to(device)


def _clock(device: str) -> Clock:
    """Return a clock that waits for what the device has been given to do."""
    if device == "cpu":
        return time.perf_counter

    def now() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return now


def _figures(arguments: Namespace, outcomes: Sequence[Outcome]) -> dict[str, object]:
    options = {
        name: getattr(arguments, name) for name in ("batch", "loop_tasks", "repeats", "layers", "device", "seed")
    }
    return {"torch": torch.__version__, **options, "races": [asdict(outcome) for outcome in outcomes]}
