"""Where to start: which skills somebody knows, from as few questions as possible, before any lesson.

Many learners are imagined who could be the one who answers. Each knows some of the skills, and with a skill all that it
builds on; how many they know is drawn for three kinds of them, who know little, some, or most. Answers make those
likelier who would have given them, so an answer tells of every skill at once: what is known speaks for what it builds
on, what is not against all that builds on it. The next question is the one from which we expect to learn most of what
is known as a whole, which halves chains. What is taken as known in the end is what costs least if we are wrong.

Sources: knowledge spaces, their fringes and questions that halve what is likely (Doignon & Falmagne 1985, Int. J.
Man-Machine Studies 23; Falmagne & Doignon 1988, A Markovian procedure for assessing the state of a system); careless
errors and lucky guesses (DINA: Junker & Sijtsma 2001, eq. 7); maximum mutual information (van der Linden 1998, eq. 14);
a test that stops once no question can change its decision enough (Lewis & Sheehan 1990).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import MODERATION, sigmoid

KINDS = ("novice", "somewhat", "experienced")
SHARES = ((0.5, 6.0), (1.5, 1.5), (6.0, 0.5))  # Beta: which share of the skills each kind knows
USUAL_KINDS = (0.35, 0.35, 0.3)  # before any learner of a subject was placed
WIDER = 1.5  # before any lesson the skills of one learner differ more than in courses, from whose answers the sd comes
KNOWING, LACKING = 2.6, -1.5  # logits of a typical question, without guess or slip
SLIP = 0.05  # chance of a wrong answer, however easy the question
SKIPPING = 3.0  # times as bad as to repeat what is known is to skip what is not
SURETY = SKIPPING / (1.0 + SKIPPING)  # from this chance on a skill is better taken as known
IMAGINED = 4000
SEED = 20


@dataclass(frozen=True)
class Expected:
    """How strong a learner of a course is in its s skills before the first answer: logits of typical questions."""

    mean: Numbers  # [s]
    own_sd: Numbers  # [s] of each skill, beyond the ability, which moves all skills alike


@dataclass(frozen=True)
class Pool:
    """q questions that could be asked."""

    asks: Mask  # [q, s] which skills it takes to answer a question: all of them
    ease: Numbers  # [q] logits, how much easier it is than a typical question of its skills
    sd: Numbers  # [q] of that
    guess: Numbers  # [q] chance of a right answer without knowing

    def rows(self, chosen: Codes | list[int]) -> Pool:
        return Pool(self.asks[chosen], self.ease[chosen], self.sd[chosen], self.guess[chosen])

    @property
    def chances(self) -> Numbers:
        """Who knows all that a question takes answers it right so likely, and who does not.  [2, q]"""
        knowing, lacking = self.mastering
        return np.array([(1.0 - SLIP) * knowing, self.guess + (1.0 - self.guess) * lacking])

    @property
    def mastering(self) -> Numbers:
        """The same without guess or slip.  [2, q]"""
        logit = np.array([[KNOWING], [LACKING]]) + self.ease
        chance: Numbers = sigmoid(logit / np.sqrt(1.0 + MODERATION * self.sd**2))
        return chance


@dataclass(frozen=True)
class Imagined:
    """n learners who could take the course; as many of each of the KINDS."""

    known: Mask  # [n, s]
    kind: Codes  # [n]

    def able(self, pool: Pool) -> Mask:
        """Return who knows all that each question takes.  [n, q]"""
        sets, which = np.unique(pool.asks, axis=0, return_inverse=True)
        able = np.ones((len(self.known), len(sets)), bool)
        for place, one in enumerate(sets):
            able[:, place] = self.known[:, one].all(1)
        of_each: Mask = able[:, which.ravel()]
        return of_each


def imagine(expected: Expected, requires: Mask, count: int = IMAGINED, seed: int = SEED) -> Imagined:
    """Return about `count` learners who could take the course; the same ones each time.

    They learn their skills one after another, the stronger ones first, each after what it builds on; `requires` [s, s]
    is true where the skill of the row builds on that of the column. Raises ValueError for another size.
    """
    skills = len(expected.mean)
    if requires.shape != (skills, skills):
        raise ValueError(f"requires: expected {skills} by {skills} truths, got {requires.shape}")
    rng = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(KINDS)), count // len(KINDS))
    strength: Numbers = expected.mean + WIDER * expected.own_sd * rng.standard_normal((len(kind), skills))
    order = _basis_first(requires)
    for skill in order:
        strength[:, skill] = np.minimum(strength[:, skill], strength[:, requires[skill]].min(1, initial=np.inf))
    share = np.concatenate([rng.beta(*shape, count // len(KINDS)) for shape in SHARES])
    learned = np.floor(share * (skills + 1)).clip(0, skills)
    place = np.empty((len(kind), skills), np.int64)
    path = np.argsort(-strength[:, order], axis=1, kind="stable")
    np.put_along_axis(place, np.array(order, np.int64)[path], np.arange(skills)[None], axis=1)
    return Imagined(place < learned[:, None], kind)


def outset(imagined: Imagined, kinds: Numbers) -> Numbers:
    """Return how likely each imagined learner is before the first answer, where the KINDS are so frequent.  [n]"""
    weights: Numbers = np.asarray(kinds, float)[imagined.kind]
    even: Numbers = weights / weights.sum()
    return even


def weigh(imagined: Imagined, before: Numbers, asked: Pool, scores: Numbers, passed: Mask) -> Numbers:
    """Return how likely each imagined learner is the one who gave these answers.  [n], sums to 1

    `before` [n] is how likely each was before them, `scores` [a] are 0 to 1. Where somebody `passed` [a], there was
    neither a lucky guess nor a slip.
    """
    right = np.clip(np.where(passed, asked.mastering, asked.chances), 1e-6, 1.0 - 1e-6)
    told = np.log(right) * scores + np.log(1.0 - right) * (1.0 - scores)
    log = np.where(imagined.able(asked), told[0], told[1]).sum(1)
    likely = before * np.exp(log - log.max())
    weights: Numbers = likely / likely.sum()
    return weights


def known(imagined: Imagined, weights: Numbers) -> Numbers:
    """Return how likely each skill is known.  [s]"""
    chance: Numbers = weights @ imagined.known
    return chance


def conclude(chance: Numbers, requires: Mask, shown: Mask) -> Mask:
    """Return which skills are better taken as known: repeating each would cost more than skipping it.  [s]

    None is without all that it builds on, unless it was `shown` [s] by a right answer.
    """
    taken = chance >= SURETY
    for skill in _basis_first(requires):
        taken[skill] &= shown[skill] or taken[requires[skill]].all()
    return taken


def kinds(imagined: Imagined, weights: Numbers) -> Numbers:
    """Return how likely each of the KINDS is.  [k]"""
    chance: Numbers = np.bincount(imagined.kind, weights, minlength=len(KINDS)).astype(np.float64)
    return chance


def information(imagined: Imagined, weights: Numbers, pool: Pool) -> Numbers:
    """Return how many bits each question is expected to tell of which skills are known, all of them together.  [q]

    The mutual information of an answer and the whole of what is known.
    """
    able, (right, lucky) = weights @ imagined.able(pool), pool.chances
    told: Numbers = unsure(able * right + (1.0 - able) * lucky) - able * unsure(right) - (1.0 - able) * unsure(lucky)
    return np.maximum(told, 0.0)


def change(imagined: Imagined, weights: Numbers, pool: Pool) -> Numbers:
    """Return for how many skills each question is expected to change whether they are taken as known.  [q]

    Answered twice alike, as one answer is often not enough where the next one would be.
    """
    able, is_known = imagined.able(pool), imagined.known.astype(float)
    now, chances = weights @ is_known, pool.chances
    p_able, both = weights @ able, (able * weights[:, None]).T @ is_known  # [q], [q, s]
    changed = np.zeros(len(p_able))
    for if_able, if_not in (chances**2, (1.0 - chances) ** 2):
        likely = p_able * if_able + (1.0 - p_able) * if_not
        after = (both * if_able[:, None] + (now - both) * if_not[:, None]) / likely[:, None]
        changed += likely * ((after >= SURETY) != (now >= SURETY)).sum(1)
    return changed


def unsure(chance: Numbers) -> Numbers:
    """Return the entropy of yes or no at this chance, in bits."""
    p = np.clip(chance, 1e-12, 1.0 - 1e-12)
    bits: Numbers = -p * np.log2(p) - (1.0 - p) * np.log2(1.0 - p)
    return bits


def _basis_first(requires: Mask) -> list[int]:
    """Return the skills so that each comes after what it builds on; those in a circle come last, in their order."""
    order: list[int] = []
    left = list(range(len(requires)))
    while left:
        ready = [skill for skill in left if not requires[skill, left].any()] or left
        order += ready
        left = [skill for skill in left if skill not in ready]
    return order
