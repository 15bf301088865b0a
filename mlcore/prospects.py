"""What a learner would gain from candidates: skills learned that last, and skills kept that would be forgotten.

Both are chances to recall a skill a month from now. Learning: what it builds on is held, the skill itself is not, and
a lesson on it works, which gets less likely with every lesson that did not. Keeping: `mlcore.retention`. The chances
that skills are held are drawn from what the tutor believes of the learner, so that a choice by draws tries what may yet
turn out best (Thompson, "On the likelihood that one unknown probability exceeds another", Biometrika 25, 1933).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.laws import USUAL, Law
from mlcore.memory import moderated
from mlcore.retention import lasting, lasting_again, usual_paces, worth_reviewing
from mlcore.tracing import KNOWN_BEFORE, joined

WORKED, FAILED = 2.0, 2.0  # lessons that worked and that did not, imagined of every skill
DRAWS, FEW = 32, 256  # draws, for so many candidates at most; of more, none are drawn
TYPICAL_DIFFICULTY = 5.0  # of FSRS
_LASTING = lasting(usual_paces())


@dataclass(frozen=True)
class Path:
    """What n candidates teach and build on, in a course of s skills."""

    teaches: Mask  # [n, s]
    needs: Mask  # [n, s]
    is_lesson: Mask  # [n] False for what only asks, and teaches nothing new
    minutes: Numbers  # [n]

    @cached_property
    def share(self) -> Numbers:
        """Of each skill in what a candidate teaches: they add up to 1, or to 0 where it teaches nothing.  [n, s]"""
        share: Numbers = self.teaches / np.maximum(self.teaches.sum(1, keepdims=True), 1)
        return share

    @cached_property
    def kinds(self) -> tuple[Path, Codes]:
        """One candidate of each kind that teaches and builds on the same, and which of them each one is [n]."""
        marks = np.packbits(np.column_stack([self.teaches, self.needs, self.is_lesson]), axis=1)
        _, first, which = np.unique(marks, axis=0, return_index=True, return_inverse=True)
        kinds = Path(self.teaches[first], self.needs[first], self.is_lesson[first], self.minutes[first])
        return kinds, which.reshape(-1)


@dataclass(frozen=True)
class Record:
    """What the log tells of each skill, and of the learner's memory."""

    traced: Numbers  # [s] chance that it is held (`mlcore.tracing`)
    lessons: Numbers  # [s] taken on it
    stability: Numbers  # [s] days (`mlcore.retention`); nan where it was never answered
    difficulty: Numbers  # [s] 1 to 10, likewise
    days: Numbers  # [s] since its last answer, likewise
    pace: Numbers  # [g] chance of each of PACES
    law: Law = USUAL  # by which the learners of the subject forget


@dataclass(frozen=True)
class Held:
    """What a tutor believes of the logit of a typical question of each skill: normal, the ability being shared."""

    logit: Numbers  # [s]
    own_sd: Numbers  # [s]
    shared_sd: float

    def drawn(self, draws: int, rng: np.random.Generator) -> Numbers:
        """Return draws of the logits.  [d, s]"""
        shared = self.shared_sd * rng.standard_normal((draws, 1))
        logits: Numbers = self.logit + shared + self.own_sd * rng.standard_normal((draws, len(self.logit)))
        return logits

    @property
    def moderated(self) -> Numbers:
        """The logits of the mean chances.  [s]"""
        return moderated(self.logit, self.own_sd**2 + self.shared_sd**2)


@dataclass(frozen=True)
class Prospects:
    """What each of n candidates would bring, in chances of recall."""

    learning: Numbers  # [n]
    drawn: Numbers  # [d, n] the same, in draws
    retention: Numbers  # [n]
    held: Numbers  # [n] chance that what it teaches is held
    minutes: Numbers  # [n]

    def rows(self, chosen: Codes) -> Prospects:
        """Return those of some candidates."""
        return Prospects(
            self.learning.take(chosen),
            self.drawn.take(chosen, axis=1),
            self.retention.take(chosen),
            self.held.take(chosen),
            self.minutes.take(chosen),
        )


def prospects(path: Path, record: Record, held: Held, rng: np.random.Generator) -> Prospects:
    """Look at every candidate, as believed and in DRAWS draws of what is believed; of many, once at each kind."""
    if len(path.minutes) <= FEW:
        return _prospects(path, record, held.moderated, held.drawn(DRAWS, rng))
    kinds, which = path.kinds
    brought = _prospects(kinds, record, held.moderated, held.drawn(0, rng)).rows(which)
    return replace(brought, minutes=path.minutes)


def _prospects(path: Path, record: Record, logit: Numbers, drawn: Numbers) -> Prospects:
    """Look at every candidate, where skills have these logits [s], and in draws of them [d, s]."""
    believed = joined(record.traced, logit)
    kept = believed * worth_reviewing(record.stability, record.difficulty, record.days, record.pace, record.law)
    return Prospects(
        learning=_learned(path, record, believed[None])[0],
        drawn=_learned(path, record, joined(record.traced, drawn)),
        retention=path.share @ kept,
        held=path.share @ believed,
        minutes=path.minutes,
    )


def prospects_alone(logit: Numbers, sd: Numbers, days: Numbers) -> Prospects:
    """Judge n candidates of which no more is known than their logits, and the days since their skill came [n].

    `days` are nan where it never came. Nothing is drawn.
    """
    usual, count = usual_paces(), len(logit)
    believed = joined(np.full(count, KNOWN_BEFORE), moderated(logit, sd**2))
    stability = np.where(np.isnan(days), np.nan, USUAL.new_stability)
    kept = worth_reviewing(stability, np.full(count, TYPICAL_DIFFICULTY), days, usual)
    learning = (1.0 - believed) * WORKED / (WORKED + FAILED) * _LASTING
    return Prospects(learning, np.empty((0, count)), believed * kept, believed, np.zeros(count))


def _learned(path: Path, record: Record, held: Numbers) -> Numbers:
    """Return the chance to learn what each candidate teaches and to keep it, where skills are held so.  [d, n]"""
    failed = record.lessons * (1.0 - held)
    works = WORKED / (WORKED + FAILED + failed)
    ready = np.exp(np.log(np.maximum(held, 1e-9)) @ path.needs.T.astype(np.float64))
    lasts = lasting_again(record.stability, record.difficulty, record.days, record.pace, record.law)
    learned: Numbers = ready * (((1.0 - held) * works * lasts) @ path.share.T)
    return learned * path.is_lesson
