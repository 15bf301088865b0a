"""Train the recurrent policy (RL^2) on made-up learners, and write a checkpoint with its card."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import torch
from tqdm import tqdm

from mlcore.commands.options import at_least_one, names_in
from mlcore.sequencing.checkpoint import save_sequencer
from mlcore.sequencing.laws import LAWS
from mlcore.sequencing.training import SequencingSettings, train_sequencer

CARD = """# Card of the recurrent policy

**What it is.** A policy for which skill a learner should practice next (RL^2): every skill has a memory, moved on after
each lesson by the same gated unit, which reads the answers and the memories of neighbors in the course's graph. It says
what a lesson on each skill would add. It reads no ids and serves courses of any size.

**What it was trained on.** Made-up learners only: {courses:,} courses of {pupils} learners each, drawn anew in every
step, who learn by the laws {laws} with drawn constants (`mlcore.sequencing`). No person's answers.

**How good it is.** `python -m mlcore simulate --report DIR` judges it in worlds that others have published.

**What it is not for.** People learn by laws that nobody knows. Nothing is decided by it alone: the rules that no policy
overrides stay, and it serves a course only while the course's own log shows with high confidence that it does no worse.

sha256 of the file: `{digest}`

```json
{facts}
```
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `train-policy`."""
    defaults = SequencingSettings()
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="checkpoint to write (.safetensors)")
    parser.add_argument("--seed", type=int, default=0, help="of every random choice (0)")
    steps_help = f"batches of made-up courses ({defaults.steps})"
    parser.add_argument("--steps", type=at_least_one, default=defaults.steps, metavar="N", help=steps_help)
    laws_help = f"laws of learning: some of {', '.join(LAWS)} (all)"
    parser.add_argument("--laws", type=names_in(LAWS), default=list(LAWS), metavar="NAME,...", help=laws_help)


def run(arguments: Namespace) -> int:
    """Train on one core and write. Raises OSError."""
    torch.set_num_threads(1)
    settings = SequencingSettings(steps=arguments.steps, laws=arguments.laws)
    with tqdm(total=100, unit="%", bar_format="{percentage:3.0f} %|{bar}| {elapsed} {desc}") as bar:

        def show(fraction: float, message: str) -> None:
            bar.update(round(100 * fraction, 2) - bar.n)
            bar.set_description_str(message, refresh=False)

        network = train_sequencer(settings, torch.Generator().manual_seed(arguments.seed), show)
    facts = {"seed": arguments.seed, "steps": settings.steps, "laws": list(settings.laws)}
    digest = save_sequencer(network.to_sequencer(), facts, arguments.out)
    courses = settings.steps * settings.courses * len(settings.laws)
    card = CARD.format(
        courses=courses,
        pupils=settings.pupils,
        laws=", ".join(settings.laws),
        digest=digest,
        facts=json.dumps(facts, indent=2),
    )
    arguments.out.with_suffix(".md").write_text(card, encoding="utf-8")
    sys.stdout.write(f"{arguments.out} (sha256 {digest})\n")
    return 0
