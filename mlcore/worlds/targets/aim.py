"""A figure beside what it was to reach, and the shape that every kind of target has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Literal

from scipy.stats import binomtest

from mlcore.evaluation.bootstrapping import Interval
from mlcore.worlds.policies.registry import Models

Verdict = Literal["hit", "missed", "told"]  # told: a figure that was asked for, with no bound
Unit = Literal["", "%", "ms", "times", "count"]


@dataclass(frozen=True)
class Aim:
    """One number that was to be at least, or at most, some other; with its 95 % interval, where it is an estimate."""

    aim: str
    policy: str
    world: str
    horizon: int  # lessons; 0 where there are none
    measured: float
    low: float
    high: float
    bound: str
    verdict: Verdict
    unit: Unit = ""

    @property
    def shown(self) -> str:
        """The figure, in words of its unit."""
        return shown(self.measured, self.unit) + (
            "" if isnan(self.low) else f" ({shown(self.low, self.unit)} to {shown(self.high, self.unit)})"
        )


@dataclass(frozen=True)
class Means:
    """What targets that are not told from lives are measured with."""

    models: Models
    learners: int  # of each seed
    seeds: int
    runs: int  # of what is counted in whole runs
    clock: Callable[[], int]  # nanoseconds, as time.perf_counter_ns
    machine: str = ""


Part = Callable[[Means], Iterator[Aim]]


@dataclass(frozen=True)
class Who:
    """Whose figure it is, and where."""

    policy: str
    world: str
    horizon: int = 0


@dataclass(frozen=True)
class Wanted:
    """What a figure was to be, and whether it is; None where it was only to be told."""

    bound: str
    is_hit: bool | None
    unit: Unit = ""

    @property
    def verdict(self) -> Verdict:
        if self.is_hit is None:
            return "told"
        return "hit" if self.is_hit else "missed"


def measured(aim: str, who: Who, interval: Interval, wanted: Wanted) -> Aim:
    """Return a figure with an interval."""
    ends = interval.mean, interval.low, interval.high
    return Aim(aim, who.policy, who.world, who.horizon, *ends, wanted.bound, wanted.verdict, wanted.unit)


def share(aim: str, who: Who, counted: tuple[int, int], wanted: Wanted) -> Aim:
    """Return a share, so many of so many, with its exact interval (Clopper and Pearson 1934)."""
    some, every = counted
    ends = binomtest(some, every).proportion_ci(0.95, "exact")
    return measured(aim, who, Interval(some / every, float(ends.low), float(ends.high), nan), replace(wanted, unit="%"))


def count(aim: str, who: Who, counted: int, wanted: Wanted) -> Aim:
    """Return what was counted: there is nothing to estimate."""
    return measured(aim, who, Interval(counted, nan, nan, nan), replace(wanted, unit="count"))


def shown(number: float, unit: Unit) -> str:
    """Return a number as it is written in a table."""
    forms = {"": f"{number:.3f}", "%": f"{number:.1%}", "ms": f"{number:.2f} ms", "times": f"{number:.2f} times"}
    return forms.get(unit, f"{number:,.0f}")
