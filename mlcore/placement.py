"""Where to start: which skills somebody knows, from as few questions as possible, before any lesson.

Many learners are imagined who could be the one who answers: each has an ability that all skills share, a strength in
each skill, and is no stronger in a skill than in what it builds on, but for a little. So an answer tells of every skill
at once. Answers make those likelier who would have given them. The next question is the one after which we expect to
be least unsure of what is known.

Sources: knowledge spaces, where what a skill builds on is known with it (Doignon & Falmagne 1985, Knowledge Space
Theory), with careless errors and lucky guesses; maximum expected information under the posterior (van der Linden
1998, eq. 14); stopping when the interval leaves out the cut (Weiss & Kingsbury 1984, adaptive mastery testing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import MODERATION, sigmoid

WIDER = 1.5  # before any lesson the skills of one learner differ more than in courses, from whose answers the sd comes
SLACK = 0.25  # logits by which a skill may be stronger than what it builds on
SLIP = 0.05  # chance of a wrong answer, however strong
IMAGINED = 4000
SEED = 20


@dataclass(frozen=True)
class Expected:
    """How strong a learner of a course is in its s skills before the first answer: logits of typical questions."""

    mean: Numbers  # [s]
    shared_sd: float  # of the ability, which moves all skills alike
    own_sd: Numbers  # [s] of each skill beyond it


@dataclass(frozen=True)
class Pool:
    """q questions that could be asked."""

    share: Numbers  # [q, s] of the skills in a question; each row sums to 1
    ease: Numbers  # [q] logits, how much easier it is than a typical question of its skills
    sd: Numbers  # [q] of that
    guess: Numbers  # [q] chance of a right answer without knowing

    def rows(self, chosen: Codes | list[int]) -> Pool:
        return Pool(self.share[chosen], self.ease[chosen], self.sd[chosen], self.guess[chosen])


def imagine(expected: Expected, requires: Mask, count: int = IMAGINED, seed: int = SEED) -> Numbers:
    """Return the strengths of `count` learners who could take the course; the same ones each time.  [n, s]

    `requires` [s, s] is true where the skill of the row builds on that of the column. Raises ValueError otherwise.
    """
    skills = len(expected.mean)
    if requires.shape != (skills, skills):
        raise ValueError(f"requires: expected {skills} by {skills} truths, got {requires.shape}")
    rng = np.random.default_rng(seed)
    ability = expected.shared_sd * rng.standard_normal((count, 1))
    strength: Numbers = expected.mean + ability + WIDER * expected.own_sd * rng.standard_normal((count, skills))
    for skill in _basis_first(requires):
        before = strength[:, requires[skill]]
        strength[:, skill] = np.minimum(strength[:, skill], before.min(1, initial=np.inf) + SLACK)
    return strength


def chances(strength: Numbers, pool: Pool) -> Numbers:
    """Return how likely each imagined learner answers each question right.  [n, q]"""
    right: Numbers = pool.guess + (1.0 - SLIP - pool.guess) * _mastering(strength, pool)
    return right


def weigh(strength: Numbers, asked: Pool, scores: Numbers, passed: Mask) -> Numbers:
    """Return how likely each imagined learner is the one who gave these answers.  [n], sums to 1

    `scores` [a] are 0 to 1. Where somebody `passed` [a], there was neither a lucky guess nor a slip.
    """
    right = np.where(passed, _mastering(strength, asked), chances(strength, asked))
    bounded = np.clip(right, 1e-6, 1.0 - 1e-6)
    log = np.log(bounded) @ scores + np.log(1.0 - bounded) @ (1.0 - scores)
    likely = np.exp(log - log.max())
    weights: Numbers = likely / likely.sum()
    return weights


def known(strength: Numbers, weights: Numbers, cut: float) -> Numbers:
    """Return how likely each skill is known: at least as strong as `cut`, a logit.  [s]"""
    chance: Numbers = weights @ (strength >= cut)
    return chance


def information(strength: Numbers, weights: Numbers, pool: Pool, cut: float) -> Numbers:
    """Return how many bits each question is expected to tell of which skills are known, summed over these.  [q]

    The mutual information of an answer and of "known" for each skill: what is unsure now, less what will be after it.
    """
    right = chances(strength, pool)
    is_known = (strength >= cut).astype(np.float64)
    both = (right * weights[:, None]).T @ is_known  # [q, s] right and known
    p, now = weights @ right, weights @ is_known
    after_right = both / p[:, None]
    after_wrong = (now - both) / (1.0 - p)[:, None]
    later = p[:, None] * unsure(after_right) + (1.0 - p)[:, None] * unsure(after_wrong)
    told: Numbers = (unsure(now) - later).sum(1)
    return np.maximum(told, 0.0)


def unsure(chance: Numbers) -> Numbers:
    """Return the entropy of yes or no at this chance, in bits."""
    p = np.clip(chance, 1e-12, 1.0 - 1e-12)
    bits: Numbers = -p * np.log2(p) - (1.0 - p) * np.log2(1.0 - p)
    return bits


def _mastering(strength: Numbers, pool: Pool) -> Numbers:
    """Return the chance that each imagined learner knows the answer.  [n, q]"""
    logit = strength @ pool.share.T + pool.ease
    knowing: Numbers = sigmoid(logit / np.sqrt(1.0 + MODERATION * pool.sd**2))
    return knowing


def _basis_first(requires: Mask) -> list[int]:
    """Return the skills so that each comes after what it builds on; those in a circle come last, in their order."""
    order: list[int] = []
    left = list(range(len(requires)))
    while left:
        ready = [skill for skill in left if not requires[skill, left].any()] or left
        order += ready
        left = [skill for skill in left if skill not in ready]
    return order
