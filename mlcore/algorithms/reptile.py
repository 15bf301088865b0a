"""Learning to adapt to a course: a few first-order steps on its lessons, from a start that is good for that.

Reptile (Nichol, Achiam and Schulman 2018): adapt to one pseudo-course, move the start a little towards what came out,
and again with the next. So the start learns to be near the optimum of every course, without second derivatives. The
inner steps are gradient steps on the outer loss of the learner level, so there are two levels: course, then learner.
A proximal pull to the start keeps a small cohort from bending the network far (MAML with a proximal term: iMAML,
Rajeswaran et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from mlcore.algorithms.maml import LessonTensors
from mlcore.algorithms.meta_learner import MetaLearner, outer_loss

M = TypeVar("M", bound=MetaLearner)
LONGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class CoursePace:
    """How far to go in one course."""

    rate: float = 0.03
    pull: float = 0.5  # towards the start, for each unit of squared distance


def adapt_to_course(network: M, lessons: Sequence[LessonTensors], pace: CoursePace) -> M:
    """Return the network after one proximal gradient step for each lesson. The old one is untouched."""
    adapted = deepcopy(network)
    start = [value.detach().clone() for value in network.parameters()]
    values = list(adapted.parameters())
    for lesson in lessons:
        adapted.zero_grad()
        outer_loss(adapted, lesson).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(values, LONGEST_GRADIENT)
        with torch.no_grad():
            for value, begun in zip(values, start, strict=True):
                slope = torch.zeros_like(value) if value.grad is None else value.grad
                value.sub_(pace.rate * (slope + pace.pull * (value - begun)))
    return adapted


def reptile(network: M, draw: Callable[[], Sequence[LessonTensors]], pace: CoursePace, moves: Sequence[float]) -> M:
    """Return the start after one Reptile update for each move: the share of the way to the adapted network.

    `draw` gives lessons of one course, another each time.
    """
    start = deepcopy(network)
    for move in moves:
        adapted = adapt_to_course(start, draw(), pace)
        with torch.no_grad():
            for value, reached in zip(start.parameters(), adapted.parameters(), strict=True):
                value.lerp_(reached, move)
    return start
