"""The command line of mlcore: `python -m mlcore COMMAND`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from mlcore.checkpoint import CheckpointRefused
from mlcore.encoders import EncoderRefused
from mlcore.tables import UnreadableLog

COMMANDS = {
    "train": "meta-train a learner model on logs of answers and write a checkpoint",
    "train-policy": "train the recurrent policy on made-up learners and write a checkpoint",
    "evaluate": "compare a learner model with its rivals on learners it never met",
    "texts": "judge how well the words of items tell of their difficulty and their skills",
    "effects": "tell how far verdicts on ways of learning can be trusted",
    "forgetting": "compare how well ways of remembering foretell answers a day or more later",
    "simulate": "write the answers of made-up learners whose truth is known, or judge policies on some",
    "place": "judge how well placement tests find what made-up learners know",
    "bench": "measure how fast meta-training is, against loops as others write them",
}
WRONG_USE = 2


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit status; what the user can mend is one line on stderr and status 2.

    Only the module of the chosen command is imported, as some need torch and some must not.
    """
    parser = ArgumentParser(prog="python -m mlcore", description="How people learn: train, judge and simulate.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        own = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == chosen:
            _module_of(name).add_arguments(own)
    arguments = parser.parse_args(words)
    try:
        return int(_module_of(arguments.command).run(arguments))
    except (UnreadableLog, CheckpointRefused, EncoderRefused, OSError) as error:
        sys.stderr.write(f"python -m mlcore {arguments.command}: {' '.join(str(error).split())}\n")
        return WRONG_USE


def _module_of(command: str) -> ModuleType:
    return import_module(f"mlcore.commands.{command.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
