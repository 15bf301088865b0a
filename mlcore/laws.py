"""A law of forgetting: the equations of FSRS-6 on arrays, for its usual parameters or for those of a subject.

Source: Ye, Su & Cao, "A stochastic shortest path algorithm for optimizing spaced repetition scheduling", KDD 2022, as
its library `fsrs` has it in version 6; a test holds every equation against the library. Parameters [21] are its own, in
its order. Where they come as [21, p, 1], all p laws are followed at once, and results have the shape [p, n].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from fsrs import Scheduler

from mlcore.interactions import Codes, Numbers

WANTED = 0.9  # chance of recall at which a skill is due again
USUAL_PARAMETERS = Scheduler().parameters
LEAST_STABILITY, MOST_STABILITY = 0.001, 36_500.0
LEAST_DIFFICULTY, MOST_DIFFICULTY = 1.0, 10.0
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4  # ratings

Parameters = Sequence[float] | Numbers


@dataclass(frozen=True)
class Law:
    """FSRS's 21 parameters, by which learners are taken to forget. Raises ValueError for some out of their bounds."""

    parameters: tuple[float, ...] = USUAL_PARAMETERS

    def __post_init__(self) -> None:
        Scheduler(self.parameters)

    @cached_property
    def scheduler(self) -> Scheduler:
        return Scheduler(
            self.parameters, desired_retention=WANTED, learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )

    def as_json(self) -> list[float]:
        """Return the parameters; none of the usual ones."""
        return [] if self == USUAL else list(self.parameters)

    @classmethod
    def from_json(cls, parameters: Sequence[float]) -> Law:
        return cls(tuple(parameters)) if parameters else USUAL

    @property
    def new_stability(self) -> float:
        """Days until what was learned well, and not met again, is recalled with a chance of WANTED."""
        return self.parameters[2]


USUAL = Law()


def recall(parameters: Parameters, days: Numbers | float, stability: Numbers) -> Numbers:
    """Return the chance of recall after so many days; whole ones count, as in the library."""
    decay = -parameters[20]
    factor = WANTED ** (1.0 / decay) - 1.0
    chance: Numbers = (1.0 + factor * np.floor(np.maximum(days, 0.0)) / stability) ** decay
    return chance


def first(parameters: Parameters, rating: Codes) -> tuple[Numbers, Numbers]:
    """Return the stability and the difficulty after the first answer, rated so [n]."""
    stability = np.where(
        rating == AGAIN, parameters[0], np.where(rating == HARD, parameters[1], np.asarray(parameters[2]))
    )
    return _kept(stability), _bounded(_first_difficulty(parameters, rating))


def stability_after_recall(
    parameters: Parameters, stability: Numbers, difficulty: Numbers, days: Numbers, rating: Codes | int = GOOD
) -> Numbers:
    """Return the stability where it was recalled after so many days, rated GOOD or HARD."""
    grown = np.exp(parameters[8]) * (11.0 - difficulty) * stability ** -parameters[9]
    grown = grown * np.expm1(parameters[10] * (1.0 - recall(parameters, days, stability)))
    later = stability * (1.0 + grown * np.where(np.asarray(rating) == HARD, parameters[15], 1.0))
    at_once = np.maximum(_same_day(parameters, stability, rating), 1.0)
    return _kept(np.where(np.floor(days) < 1.0, stability * at_once, later))


def stability_after_lapse(parameters: Parameters, stability: Numbers, difficulty: Numbers, days: Numbers) -> Numbers:
    """Return the stability where it was not recalled after so many days."""
    fallen = parameters[11] * difficulty ** -parameters[12] * ((stability + 1.0) ** parameters[13] - 1.0)
    fallen = fallen * np.exp(parameters[14] * (1.0 - recall(parameters, days, stability)))
    later = np.minimum(fallen, stability / np.exp(parameters[17] * parameters[18]))
    return _kept(np.where(np.floor(days) < 1.0, stability * _same_day(parameters, stability, AGAIN), later))


def difficulty_after(parameters: Parameters, difficulty: Numbers, rating: Codes) -> Numbers:
    """Return the difficulty after an answer rated so: damped towards 10, and drawn to that of the easy."""
    moved = difficulty - parameters[6] * (rating - 3.0) * (10.0 - difficulty) / 9.0
    easy = _first_difficulty(parameters, np.array(EASY))
    return _bounded(parameters[7] * easy + (1.0 - parameters[7]) * moved)


def _first_difficulty(parameters: Parameters, rating: Codes) -> Numbers:
    found: Numbers = parameters[4] - np.exp(parameters[5] * (rating - 1.0)) + 1.0
    return found


def _same_day(parameters: Parameters, stability: Numbers, rating: Codes | int) -> Numbers:
    factor: Numbers = np.exp(parameters[17] * (rating - 3.0 + parameters[18])) * stability ** -parameters[19]
    return factor


def _kept(stability: Numbers) -> Numbers:
    return np.clip(stability, LEAST_STABILITY, MOST_STABILITY)


def _bounded(difficulty: Numbers) -> Numbers:
    return np.clip(difficulty, LEAST_DIFFICULTY, MOST_DIFFICULTY)
