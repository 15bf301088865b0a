"""Whether a skill is held: traced from lessons and answers, and joined with what the tutor believes of its logit.

The tutor's belief is sharp on predictions, but takes learners for steady; tracing expects a lesson to work at a stroke.
Source: Bayesian knowledge tracing (Corbett & Anderson, "Knowledge tracing", UMUAI 4, 1994), with everyday chances that
are fitted to no course.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from mlcore.interactions import Numbers
from mlcore.memory import sigmoid

KNOWN_BEFORE, LEARNED, SLIP, GUESS = 0.2, 0.3, 0.15, 0.2
GOOD_CHANCE = 0.6  # of a typical question: what holding a skill should lead to
BY_TRACE, BY_TUTOR = 0.8, 0.2  # weights of the two logits
GATE = 0.7  # chance of being held, for a prerequisite
SUREST = 0.999

Chance = TypeVar("Chance", float, Numbers)


def taught(held: Chance) -> Chance:
    """Return the chance that a skill is held after a lesson, given the one before."""
    return held + (1.0 - held) * LEARNED


def answered(held: float, score: float) -> float:
    """Return the chance that a skill was held, given the score of an answer to one of its questions, 0 to 1.

    A score in between counts as that share of a right answer.
    """
    if_right = held * (1.0 - SLIP) / (held * (1.0 - SLIP) + (1.0 - held) * GUESS)
    if_wrong = held * SLIP / (held * SLIP + (1.0 - held) * (1.0 - GUESS))
    return min(score * if_right + (1.0 - score) * if_wrong, SUREST)


def joined(traced: Numbers, logit: Numbers) -> Numbers:
    """Return the chance that skills are held, by their traces [s] and the logits of typical questions [..., s]."""
    bounded = np.clip(traced, 1.0 - SUREST, SUREST)
    by_trace = np.log(bounded / (1.0 - bounded))
    return sigmoid(BY_TRACE * by_trace + BY_TUTOR * (logit - np.log(GOOD_CHANCE / (1.0 - GOOD_CHANCE))))
