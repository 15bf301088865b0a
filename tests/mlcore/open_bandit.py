"""What Open Bandit Pipeline makes of the log that our estimates are checked on: asked where it is installed, read from
`obp.json` everywhere.

It asks for Python 3.10 and packages of its time, so it is no extra of ours. Where everything else is installed:
    pip install --no-deps --ignore-requires-python obp==0.5.7 seaborn
    python -m tests.mlcore.open_bandit    # writes obp.json anew
"""

from __future__ import annotations

import json
import warnings
from importlib import import_module, metadata
from math import inf
from pathlib import Path
from types import ModuleType

import numpy as np

from mlcore.off_policy import Choices, Offers
from tests.mlcore.bandits import live, make_world, wrong

LEARNERS, SEED, STEPS = 40, 1, 4
CLIPS = (inf, 2.0)
RECORD = Path(__file__).with_name("obp.json")
Estimates = dict[str, float]


def checked_log() -> tuple[Choices, Offers]:
    return live(make_world(), LEARNERS, np.random.default_rng(SEED))


def arrays_of(choices: Choices, offers: Offers) -> dict[str, np.ndarray]:
    """The log with a wrong model of the reward, as Open Bandit Pipeline names and shapes it."""
    return {
        "reward": choices.reward,
        "action": offers.taken % STEPS,
        "pscore": choices.logged,
        "action_dist": offers.target.reshape(-1, STEPS, 1),
        "estimated_rewards_by_reg_model": wrong(offers).expected.reshape(-1, STEPS, 1),
    }


def fingerprint(arrays: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """How many numbers each array has, their sum, and their sum weighted by place: other numbers give another one."""
    flat = {name: array.astype(float).ravel() for name, array in arrays.items()}
    return {name: [len(one), float(one.sum()), float(one @ np.arange(len(one)))] for name, one in flat.items()}


def asked(pipeline: ModuleType, arrays: dict[str, np.ndarray], clip: float) -> Estimates:
    """Let it estimate. It clips no weights of SNIPS."""
    logged = {name: array for name, array in arrays.items() if name != "estimated_rewards_by_reg_model"}
    found = {
        "ips": pipeline.InverseProbabilityWeighting(lambda_=clip).estimate_policy_value(**logged),
        "snips": pipeline.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**logged),
        "dr": pipeline.DoublyRobust(lambda_=clip).estimate_policy_value(**arrays),
    }
    return {name: float(value) for name, value in found.items()}


def recorded(clip: float) -> Estimates:
    return json.loads(RECORD.read_text())["estimates"][str(clip)]


def recorded_fingerprint() -> dict[str, list[float]]:
    return json.loads(RECORD.read_text())["arrays"]


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = import_module("obp.ope")
    arrays = arrays_of(*checked_log())
    record = {
        "obp": metadata.version("obp"),
        "arrays": fingerprint(arrays),
        "estimates": {str(clip): asked(pipeline, arrays, clip) for clip in CLIPS},
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
