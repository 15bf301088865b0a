"""How much learners gained under each policy, and how far that is from the best and from chance.

The normalized gain of a group is (end - start) / (1 - start) of its mean scores. Regret is (best - policy) /
(best - random), where the best is the exact oracle, or where there is none the greedy policy that sees the truth; that
one is no bound, so regret may be below 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mlcore.evaluation.bootstrapping import Interval
from mlcore.interactions import Numbers

DRAWS = 1000
RANDOM, BEST = "random", ("oracle", "true_greedy")


@dataclass(frozen=True)
class Score:
    """What came of one policy in one world after so many lessons."""

    world: str
    horizon: int
    policy: str
    learners: int
    gain: Interval
    regret: Interval | None  # None where there is nothing to compare with
    unready: float  # share of the lessons for which a prerequisite was truly lacking
    violations: int  # below 0: the policy has no gate


@dataclass(frozen=True)
class Cohort:
    """The same learners under several policies, in one world for so many lessons."""

    world: str
    horizon: int
    start: Numbers  # [n]
    end: Mapping[str, Numbers]  # policy -> [n]
    table: pd.DataFrame

    @cached_property
    def weights(self) -> Numbers:
        """How often each learner counts: once, and in DRAWS cohorts drawn from them.  [1 + DRAWS, n]"""
        learners = len(self.start)
        drawn = np.random.default_rng(0).multinomial(learners, np.full(learners, 1 / learners), DRAWS)
        return np.vstack([np.ones(learners), drawn])

    @cached_property
    def gains(self) -> Mapping[str, Numbers]:
        """The normalized gain, first of the learners themselves and then of DRAWS cohorts drawn from them."""
        missing = self.weights @ (1.0 - self.start)
        return {policy: self.weights @ (end - self.start) / missing for policy, end in self.end.items()}

    @property
    def best(self) -> str | None:
        """The policy that regret is measured from."""
        return next((name for name in BEST if name in self.end), None)

    def regret(self, policy: str) -> Interval | None:
        """None where nothing was measured to compare with, or the best was no better than chance."""
        if self.best is None or RANDOM not in self.end:
            return None
        best = self.gains[self.best]
        room = best - self.gains[RANDOM]
        if room[0] <= 0.0:
            return None
        is_some = room > 0.0
        return _interval((best - self.gains[policy])[is_some] / room[is_some])

    def lead(self, policy: str, rival: str) -> Interval:
        """How much more was gained than under the rival, on the same learners."""
        return _interval(self.gains[policy] - self.gains[rival])

    def difference(self, policy: str, rival: str) -> Interval:
        """How much higher the score is at the end than under the rival, on the same learners."""
        return _interval(self.weights @ (self.end[policy] - self.end[rival]) / len(self.start))

    def unready(self, policy: str) -> Interval:
        """The share of the lessons for which a prerequisite was truly lacking."""
        own = self.table[self.table["policy"] == policy].sort_values(["seed", "learner"], kind="stable")
        unready, taken = (self.weights @ own[part].to_numpy(float) for part in ("unready", "lessons"))
        return _interval(unready / np.maximum(taken, 1.0))

    def is_equally_long(self, policy: str, rival: str) -> bool:
        """Whether every learner took as many lessons under both."""
        taken = [self.table[self.table["policy"] == name].set_index(["seed", "learner"]) for name in (policy, rival)]
        return bool(taken[0]["lessons"].eq(taken[1]["lessons"]).all())

    def scores(self) -> list[Score]:
        """One for each policy, in the order they were lived."""
        return [self._score(policy) for policy in self.end]

    def _score(self, policy: str) -> Score:
        own = self.table[self.table["policy"] == policy]
        return Score(
            world=self.world,
            horizon=self.horizon,
            policy=policy,
            learners=len(own),
            gain=_interval(self.gains[policy]),
            regret=self.regret(policy),
            unready=self.unready(policy).mean,
            violations=int(own["violations"].sum()),
        )


def cohorts(lives: pd.DataFrame) -> list[Cohort]:
    """One for each world and horizon, in the order they were lived. Raises ValueError if learners differ in number."""
    found = []
    for (world, horizon), table in lives.groupby(["world", "horizon"], sort=False):
        ordered = table.sort_values(["seed", "learner"], kind="stable")
        end = {policy: own["end"].to_numpy() for policy, own in ordered.groupby("policy", sort=False)}
        names = list(dict.fromkeys(table["policy"]))
        if len({len(values) for values in end.values()}) != 1:
            raise ValueError(f"in {world} not every policy taught the same learners")
        start = ordered[ordered["policy"] == names[0]]["start"].to_numpy()
        found.append(Cohort(str(world), int(str(horizon)), start, {name: end[name] for name in names}, table))
    return found


def _interval(values: Numbers) -> Interval:
    """From the value itself, followed by those of the draws."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Interval(float(values[0]), float(low), float(high), float(values[1:].std()))
