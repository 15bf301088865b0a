"""Meta-train the learner model on logs of answers and write a checkpoint with its model card."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from mlcore import distributed
from mlcore.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from mlcore.commands.options import add_reading, courses_of
from mlcore.datasets import split_learners
from mlcore.evaluation.asking import SHARES
from mlcore.interactions import Interactions
from mlcore.training import EnoughTraining, NothingToLearnFrom, Progress, TrainedNetwork, TrainingSettings, train

MOST_THREADS = 2

CARD = """# Model card

**What it is.** A learner model: given a learner's answers so far, the chance of a right answer to any item of any
course. A learner is a context vector with a meta-learned prior; every answer is one Newton step on it. Its logit is
averaged with that of an online Rasch model, by weights that were learned on courses left out of trial trainings; a
course's first learners adapt them and its last layer. It reads no ids, so it serves courses it has never seen.

**What it was trained on.** First attempts only, split by learner.

| course | answers | learners |
|---|---|---|
{courses}
**How good it is.** Mean log-loss of the next answer over the courses, on held-out learners of the same courses, with
difficulties judged from the training learners: {log_loss:.4f}; the online Rasch model alone {log_loss_classic:.4f},
the network alone {log_loss_network:.4f}. `python -m mlcore evaluate` compares it with its rivals.

**What it is not for.** Grading, certifying or ranking people. Its training data are mostly mathematics in American
schools and universities; on other subjects calibrate it with the answers of at least 20 learners, and look at the
reliability plot. It knows nothing of a learner but their answers; groups were not used in training.

sha256 of the file, by which a site registers it: `{of_file}`. Of the numbers and facts in it, which `Tutor.facts` names
and whose first 32 bits are the `tag` of every belief: `{of_numbers}`.

**How it was made.** From logs as docs/data.md describes them, in the folder that holds them:

```sh
{command}
```

```json
{facts}
```
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `train`."""
    defaults = TrainingSettings()
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="CSV or Parquet logs")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="checkpoint to write (.safetensors)")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice (0)")
    parser.add_argument("--steps", type=int, default=defaults.steps, help=f"batches of learners ({defaults.steps})")
    parser.add_argument("--minutes", type=float, help="end after this long, even if steps are left")
    parser.add_argument("--start-from", metavar="FILE", help="train on from a checkpoint, or from `default`")
    add_reading(parser)
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="COURSE", help="leave out these courses, to be judged on them"
    )
    parser.add_argument(
        "--spare-test-of-seed", type=int, metavar="SEED", help="leave out the learners `evaluate` tests with this seed"
    )
    parser.add_argument(
        "--device", default="cpu", help="cpu (default) or cuda; under torchrun each process has its own GPU and batches"
    )


def run(arguments: Namespace) -> int:
    """Train, with the other processes if torchrun started several, and write once.

    Raises UnreadableLog, CheckpointRefused or OSError.
    """
    with distributed.together(arguments.device) as device:
        return _train(arguments, device)


def _train(arguments: Namespace, device: str) -> int:
    torch.set_num_threads(min(MOST_THREADS, torch.get_num_threads()))
    courses = [
        _spared(course, arguments.spare_test_of_seed)
        for course in courses_of(arguments)
        if course.course not in arguments.without
    ]
    live = _live(arguments.start_from)
    settings = TrainingSettings(steps=arguments.steps, device=device)
    generator = torch.Generator().manual_seed(arguments.seed)
    silent = distributed.rank() != 0
    with tqdm(total=100, unit="%", bar_format="{percentage:3.0f} %|{bar}| {elapsed} {desc}", disable=silent) as bar:
        progress = _shown_on(bar, arguments.minutes)
        try:
            trained = train(courses, settings, generator, live, progress)
        except NothingToLearnFrom as problem:
            sys.stderr.write(f"{problem}\n")
            return 2
    if not silent:
        _write(courses, trained, arguments)
    return 0


def _write(courses: Sequence[Interactions], trained: TrainedNetwork, arguments: Namespace) -> None:
    facts = _facts(courses, trained, arguments)
    checkpoint = Checkpoint(trained.weights, trained.prior, facts)
    of_file = save_checkpoint(checkpoint, arguments.out)
    of_numbers = load_checkpoint(arguments.out).facts["sha256"]
    origin = {"of_file": of_file, "of_numbers": of_numbers, "command": _command(arguments)}
    arguments.out.with_suffix(".md").write_text(_card(facts, trained.metrics, origin), encoding="utf-8")
    sys.stdout.write(f"{arguments.out} (sha256 {of_file})\n")


def _live(path: str | None) -> Checkpoint | None:
    return None if path is None else load_checkpoint(None if path == "default" else path)


def _spared(course: Interactions, seed: int | None) -> Interactions:
    if seed is None:
        return course
    _, _, tested = split_learners(course, SHARES, seed)
    return course.of_learners(np.setdiff1d(course.learner, tested.learner))


def _shown_on(bar: tqdm[Any], minutes: float | None) -> Progress:
    """Return a callback that moves the bar, and ends the training when the time is up."""
    end = None if minutes is None else time.monotonic() + 60.0 * minutes

    def show(fraction: float, message: str) -> None:
        bar.update(round(100 * fraction, 2) - bar.n)
        bar.set_description_str(message, refresh=False)
        if end is not None and message.startswith("step") and time.monotonic() > end:
            raise EnoughTraining

    return show


def _facts(courses: Sequence[Interactions], trained: TrainedNetwork, arguments: Namespace) -> dict[str, Any]:
    """Return what people should know of a checkpoint."""
    options = {name: value for name, value in vars(arguments).items() if name not in ("data", "out", "command")}
    return {
        "courses": {
            course.course: {"answers": len(course), "learners": len(np.unique(course.learner))} for course in courses
        },
        "options": {name: value for name, value in options.items() if isinstance(value, int | float | str | None)},
        "metrics": {name: round(value, 5) for name, value in trained.metrics.items() if np.isfinite(value)},
        "processes": distributed.ranks(),
    }


def _command(arguments: Namespace) -> str:
    """Return the command that makes the same checkpoint again, in the folder that holds its logs."""
    files = [path.resolve() for path in arguments.data]
    folder = os.path.commonpath([path.parent for path in files])
    words = [*(str(path.relative_to(folder)) for path in files), "--out", arguments.out.name]
    for name, value in vars(arguments).items():
        if name not in ("data", "out", "command") and value not in (None, []):
            each = value if isinstance(value, list) else [value]
            words += ["--" + name.replace("_", "-"), *("=".join(x) if isinstance(x, tuple) else str(x) for x in each)]
    return shlex.join(["python", "-m", "mlcore", "train", "--data", *words])


def _card(facts: dict[str, Any], metrics: dict[str, float], origin: dict[str, str]) -> str:
    """Return the model card, in Markdown."""
    courses = "".join(
        f"| {name} | {numbers['answers']:,} | {numbers['learners']:,} |\n" for name, numbers in facts["courses"].items()
    )
    return CARD.format(courses=courses, facts=json.dumps(facts, indent=2), **origin, **metrics)
