"""How often a way of learning is said to help more where none does, and how often one that does is found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlcore.effects.trials import CROWDS, OURS, Crowd, Declared, try_out
from mlcore.effects.world_trials import taught_worlds, try_world
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, share

MOST_FALSE, LEAST_FOUND = 0.05, 0.8
EFFECT = 0.3  # standard deviations of a reward
ANSWERS = 1200  # 20 of each of 60 learners: the stated number
SEED = 0


def verdicts(means: Means) -> Iterator[Aim]:
    """Check false alarms in the null worlds, and the power for a difference of .3 standard deviations."""
    rng = np.random.default_rng(SEED)
    null, _ = try_world(taught_worlds()[0], means.models.tutor, means.runs, rng)
    yield _false_alarms(null, "null_world")
    for crowd in CROWDS:
        if crowd.best in (0.0, EFFECT):
            yield of_crowd(crowd, next(one for one in try_out(crowd, means.runs, rng) if one.rule == OURS))


def of_crowd(crowd: Crowd, found: Declared) -> Aim:
    """Return what our rule declared in a crowd in which nothing matters, or one arm is better by EFFECT."""
    return _power(found, crowd.name) if crowd.best else _false_alarms(found, crowd.name)


def _false_alarms(found: Declared, where: str) -> Aim:
    is_hit = found.winner <= MOST_FALSE * found.runs
    aim = f"{found.runs} runs in which a modality is said to win at any time, though none is better"
    return share(aim, Who("ours", where), (found.winner, found.runs), Wanted(f"<= {MOST_FALSE:.0%}", is_hit))


def _power(found: Declared, where: str) -> Aim:
    right = found.right_by[ANSWERS]
    aim = f"{found.runs} runs in which the better modality is found by {ANSWERS:,} answers"
    is_hit = right >= LEAST_FOUND * found.runs
    return share(aim, Who("ours", where), (right, found.runs), Wanted(f">= {LEAST_FOUND:.0%}", is_hit))
