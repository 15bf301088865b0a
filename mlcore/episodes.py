"""Answers as arrays of numbers: the form in which both training and serving read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mlcore.answers import MOST_SKILLS, Answer, Item, key_of
from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers

Keys = NDArray[np.uint64]

NOBODY = np.uint64(0)  # the key of a skill or a modality that is not there


@dataclass(frozen=True)
class Questions:
    """What is asked: n items by the hashes of their names."""

    item: Keys  # [n]
    skills: Keys  # [n, s] NOBODY where there is none
    difficulty: Numbers  # [n] the author's, 1 to 5, nan if not given
    modality: Keys  # [n] NOBODY if not given

    def __len__(self) -> int:
        return len(self.item)

    def rows(self, chosen: NDArray[np.bool_] | Codes | slice) -> Questions:
        return Questions(*(getattr(self, column.name)[chosen] for column in fields(self)))


@dataclass(frozen=True)
class Outcomes:
    """How n answers went; nan where it was not recorded."""

    correct: Numbers  # [n] 0 to 1
    at: Numbers  # [n] seconds
    seconds: Numbers  # [n]
    hints: Numbers  # [n]

    def rows(self, chosen: NDArray[np.bool_] | Codes | slice) -> Outcomes:
        return Outcomes(*(getattr(self, column.name)[chosen] for column in fields(self)))


@dataclass(frozen=True)
class Episodes:
    """The answers of many learners, sorted by learner and within a learner by time."""

    learner: Codes  # [n] non-decreasing, from 0
    questions: Questions
    outcomes: Outcomes
    learners: int  # some may have no answers

    def __len__(self) -> int:
        return len(self.learner)

    @property
    def lengths(self) -> Codes:
        """How many answers each learner gave.  [learners]"""
        return np.bincount(self.learner, minlength=self.learners).astype(np.int64)

    @property
    def starts(self) -> Codes:
        """The row of each learner's first answer.  [learners]"""
        lengths = self.lengths
        return np.cumsum(lengths) - lengths

    def of_learners(self, chosen: Codes) -> Episodes:
        """Keep these learners, in the order given, numbered anew."""
        starts, lengths = self.starts[chosen], self.lengths[chosen]
        rows = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, lengths, strict=True)] or [np.zeros(0, int)])
        learner = np.repeat(np.arange(len(chosen)), lengths)
        return Episodes(learner, self.questions.rows(rows), self.outcomes.rows(rows), len(chosen))

    @property
    def position(self) -> Codes:
        """How many answers the same learner gave before this one.  [n]"""
        return np.arange(len(self)) - np.repeat(self.starts, self.lengths)

    def first(self, most: int) -> Episodes:
        """Keep at most this many first answers of each learner."""
        keep = self.position < most
        return Episodes(self.learner[keep], self.questions.rows(keep), self.outcomes.rows(keep), self.learners)

    def steps(self) -> Iterator[tuple[Codes, Codes]]:
        """Walk all learners at once: yields (the learners who have a next answer, the rows of those answers)."""
        lengths, starts = self.lengths, self.starts
        order = np.argsort(-lengths, kind="stable")
        starts, lengths = starts[order], lengths[order]
        for step in range(int(lengths[0]) if len(lengths) else 0):
            active = int(np.searchsorted(-lengths, -step, side="left"))
            yield order[:active], starts[:active] + step


def questions_of(items: Sequence[Item]) -> Questions:
    """Turn items into arrays."""
    width = max((len(item.skill_keys) for item in items), default=0) or 1
    skills = [item.skill_keys + (0,) * (width - len(item.skill_keys)) for item in items]
    return Questions(
        item=np.array([item.item_key for item in items], np.uint64),
        skills=np.array(skills, np.uint64).reshape(len(items), width),
        difficulty=np.array([np.nan if item.difficulty is None else item.difficulty for item in items], np.float64),
        modality=np.array([item.modality_key for item in items], np.uint64),
    )


def outcomes_of(answers: Sequence[Answer]) -> Outcomes:
    """Turn what is known after answers into arrays."""
    return Outcomes(
        correct=np.array([answer.correct for answer in answers], np.float64),
        at=np.array([np.nan if answer.at is None else answer.at for answer in answers], np.float64),
        seconds=np.array([np.nan if answer.seconds is None else answer.seconds for answer in answers], np.float64),
        hints=np.array([answer.hints for answer in answers], np.float64),
    )


def episodes_of(histories: Sequence[Sequence[Answer]]) -> Episodes:
    """Turn chronological lists of answers, one for each learner, into arrays."""
    answers = [answer for history in histories for answer in history]
    learner = np.repeat(np.arange(len(histories)), [len(history) for history in histories]).astype(np.int64)
    questions = questions_of([answer.question for answer in answers])
    return Episodes(learner, questions, outcomes_of(answers), len(histories))


def episodes_in(log: Interactions) -> Episodes:
    """Hash the names in a table of interactions; learners are numbered in the order of their rows."""
    items = _keys(log.item_names)
    present, learner = np.unique(log.learner, return_inverse=True)
    skills = log.skills[:, :MOST_SKILLS] if log.skills.shape[1] else np.full((len(log), 1), UNKNOWN)
    questions = Questions(
        item=items[log.item],
        skills=_keys(log.skill_names)[skills],
        difficulty=_difficulties(log)[log.item],
        modality=_keys(log.modality_names)[log.modality],
    )
    outcomes = Outcomes(log.correct, log.at, log.seconds, log.hints)
    return Episodes(learner.astype(np.int64), questions, outcomes, len(present))


def _difficulties(log: Interactions) -> Numbers:
    """The author's of each item, nan if not given.  [items]"""
    difficulties = np.full(len(log.item_names), np.nan)
    difficulties[list(log.item_difficulties)] = list(log.item_difficulties.values())
    return difficulties


def _keys(names: Sequence[str]) -> Keys:
    """Keys of names by code; the last, which UNKNOWN (-1) finds, is NOBODY."""
    return np.array([key_of(name) for name in names] + [0], np.uint64)
