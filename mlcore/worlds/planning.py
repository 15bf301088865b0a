"""The best that can be done in a world that is a small Markov chain, by one who sees the true state.

Source: Bellman, "Dynamic programming", 1957: finite horizon, backwards from the last lesson.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.worlds.circumstances import MeasurementError, Within, Wrapper
from mlcore.worlds.tms import MasteryChain
from mlcore.worlds.world import State, World


@dataclass(frozen=True)
class Plan:
    """The expected final score with the best lessons, from each state and number of lessons left."""

    values: Numbers  # [horizon + 1, p]
    lessons: Codes  # [horizon, p] the best lesson where row + 1 lessons are left


def plan(transitions: Numbers, scores: Numbers, horizon: int) -> Plan:
    """Plan ahead, from the chances of each state after each lesson [l, p, p] and the final scores [p]."""
    values, lessons = [scores], []
    for _ in range(horizon):
        ahead = transitions @ values[-1]
        lessons.append(ahead.argmax(axis=0))
        values.append(ahead.max(axis=0))
    return Plan(np.array(values), np.array(lessons, np.int64).reshape(horizon, len(scores)))


def plan_of(chain: MasteryChain, horizon: int) -> Plan:
    """Plan for the final score of a chain."""
    return plan(chain.transitions, chain.patterns.mean(axis=1), horizon)


def chain_in(world: World) -> MasteryChain | None:
    """The Markov chain that decides what is learned here: errors of measurement change nothing in it, others do."""
    while isinstance(world, MeasurementError):
        world = world.world
    return world if isinstance(world, MasteryChain) else None


def innermost(world: World, state: State) -> State:
    """The state of the world within all wrappers."""
    while isinstance(world, Wrapper):
        world, state = world.world, state.inner if isinstance(state, Within) else state
    return state
