"""How fast the answer path is: `python -m lms.house.bench [--seconds 10] [--clients 1 8 32] [--seed 1]`.

Closed-loop clients answer through the API of a web server that runs as in production; they, the server and the database
share this machine. `make bench` brings a PostgreSQL that keeps its promises.
"""

import argparse
import os
from pathlib import Path

import django

from lms.house.bench_table import say

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
django.setup()

from lms.house.bench_run import run  # noqa: E402  # needs the settings

ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lms.house.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each run, after two to get warm")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32], help="how many work at once, run by run")
    parser.add_argument("--learners", type=int, default=120, help="who take turns")
    parser.add_argument("--history", type=int, default=100_000, help="answers of the learner with the long log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    say(run(asked))
    say(f"All figures: {asked.out}")
