"""All lives that are to be compared, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from mlcore.worlds.living import live
from mlcore.worlds.policies.policy import Policy
from mlcore.worlds.policies.registry import POLICIES, Models
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.world import World

COLUMNS = (
    "world",
    "horizon",
    "policy",
    "seed",
    "learner",
    "start",
    "end",
    "lessons",
    "unready",
    "violations",
)


@dataclass(frozen=True)
class Plan:
    """What is to be lived: every policy in every world, with so many learners for each of the seeds."""

    worlds: Sequence[str]
    policies: Sequence[str]
    learners: int
    seeds: int

    @property
    def most(self) -> int:
        """Trials there can be; fewer, where a policy makes no sense in a world."""
        return len(self.policies) * sum(len(WORLDS[name].horizons) for name in self.worlds)


@dataclass(frozen=True)
class Trial:
    """One policy in one world, for so many lessons."""

    world: World
    policy: Policy
    horizon: int


def trials(plan: Plan, models: Models) -> Iterator[Trial]:
    """Each world with each policy that makes sense there, at each of its horizons."""
    for name in plan.worlds:
        world = WORLDS[name].make()
        for horizon in WORLDS[name].horizons:
            for policy in plan.policies:
                made = POLICIES[policy](world, models, horizon)
                if made is not None:
                    yield Trial(world, made, horizon)


def collect(plan: Plan, models: Models, tell: Callable[[Trial], None]) -> pd.DataFrame:
    """Live all lives; `tell` hears of each trial when it is over. Columns as in COLUMNS, a row for each learner."""
    tables = []
    for trial in trials(plan, models):
        for seed in range(plan.seeds):
            lives = live(trial.world, trial.policy, plan.learners, trial.horizon, seed)
            whose = {"world": trial.world.name, "horizon": trial.horizon, "policy": trial.policy.name, "seed": seed}
            tables.append(pd.DataFrame({**whose, "learner": np.arange(plan.learners), **asdict(lives)}))
        tell(trial)
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]
