"""A usual placement test, to compare with: each skill has a strength, and no states of knowledge are imagined.

Strengths are normal with an ability that all skills share, bounded by those of what a skill builds on, but for a
little. The next question is expected to tell most of each skill by itself, and the test stops when each is settled.

Sources: maximum expected information under the posterior (van der Linden 1998, eq. 14); stopping when the interval
leaves out the cut (Weiss & Kingsbury 1984, adaptive mastery testing).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Protocol

import numpy as np

from mlcore.interactions import Mask, Numbers
from mlcore.memory import MODERATION, sigmoid
from mlcore.placement import WIDER, Expected, Pool, unsure

ABILITY_SD = 1.45
SLACK = 0.25  # logits by which a skill may be stronger than what it builds on
SLIP = 0.05
CUT, SURETY = log(0.6 / 0.4), 0.75
SETTLED = 0.85  # as sure as this that a skill is known, or that it is not, needs no further question
LEAST_BITS = 0.02
IMAGINED, SEED = 4000, 20


class Asked(Protocol):
    """What was asked so far, and what came of it."""

    @property
    def asked(self) -> list[int]: ...

    @property
    def scores(self) -> Numbers: ...

    @property
    def passed(self) -> Mask: ...


@dataclass(frozen=True)
class StrengthTest:
    """Made for one course. Skills come after what they build on."""

    requires: Mask  # [s, s]
    pool: Pool
    expected: Expected

    @cached_property
    def strength(self) -> Numbers:
        """The strengths of the learners who could take the course.  [n, s]"""
        rng, skills = np.random.default_rng(SEED), len(self.requires)
        ability = ABILITY_SD * rng.standard_normal((IMAGINED, 1))
        own = WIDER * self.expected.own_sd * rng.standard_normal((IMAGINED, skills))
        strength: Numbers = self.expected.mean + ability + own
        for skill in range(skills):
            before = strength[:, self.requires[skill]].min(1, initial=np.inf)
            strength[:, skill] = np.minimum(strength[:, skill], before + SLACK)
        return strength

    @cached_property
    def mastering(self) -> Numbers:
        """How likely each knows the answer to each question.  [n, q]"""
        share = self.pool.asks / self.pool.asks.sum(1, keepdims=True)
        logit = self.strength @ share.T + self.pool.ease
        knowing: Numbers = sigmoid(logit / np.sqrt(1.0 + MODERATION * self.pool.sd**2))
        return knowing

    @cached_property
    def right(self) -> Numbers:
        """How likely each answers each question right.  [n, q]"""
        chance: Numbers = self.pool.guess + (1.0 - SLIP - self.pool.guess) * self.mastering
        return chance

    def next(self, answers: Asked) -> int | None:
        is_known, weights = (self.strength >= CUT).astype(float), self._weights(answers)
        now = weights @ is_known
        if ((now >= SETTLED) | (now <= 1.0 - SETTLED)).all():
            return None
        both, p = (self.right * weights[:, None]).T @ is_known, weights @ self.right
        after_right, after_wrong = both / p[:, None], (now - both) / (1.0 - p)[:, None]
        later = p[:, None] * unsure(after_right) + (1.0 - p)[:, None] * unsure(after_wrong)
        told = (unsure(now) - later).sum(1)
        told[answers.asked] = 0.0
        return int(told.argmax()) if told.max() >= LEAST_BITS else None

    def verdict(self, answers: Asked) -> Mask:
        seems: Mask = self._weights(answers) @ (self.strength >= CUT) >= SURETY
        return seems

    def _weights(self, answers: Asked) -> Numbers:
        right = np.where(answers.passed, self.mastering[:, answers.asked], self.right[:, answers.asked])
        bounded = np.clip(right, 1e-6, 1.0 - 1e-6)
        log_likely = np.log(bounded) @ answers.scores + np.log(1.0 - bounded) @ (1.0 - answers.scores)
        likely = np.exp(log_likely - log_likely.max())
        weights: Numbers = likely / likely.sum()
        return weights
