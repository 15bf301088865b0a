"""The one table that everything in mlcore learns from: scored first attempts, in the order they were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

UNKNOWN = -1


@dataclass(frozen=True)
class Interactions:
    """Answers of many learners in one course: n rows, sorted by learner and within a learner by time.

    Codes index the `*_names` of the same thing. A number that was not recorded is nan, a code that was not is UNKNOWN.
    """

    course: str
    learner: Codes  # [n] non-decreasing
    item: Codes  # [n]
    skills: Codes  # [n, s] padded with UNKNOWN
    correct: Numbers  # [n] 0.0 or 1.0
    at: Numbers  # [n] when it was asked, or answered where only that is known; seconds since some fixed moment
    seconds: Numbers  # [n] spent on the answer; known only afterwards
    hints: Numbers  # [n] opened before the answer was right; known only afterwards
    modality: Codes  # [n] how the item was presented
    learner_names: Sequence[str]
    item_names: Sequence[str]
    skill_names: Sequence[str]
    modality_names: Sequence[str] = ()
    item_texts: Mapping[int, str] = field(default_factory=dict)
    item_difficulties: Mapping[int, float] = field(default_factory=dict)  # the author's, 1 to 5
    groups: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)  # name -> [number of learners]

    def __len__(self) -> int:
        return len(self.learner)

    @property
    def position(self) -> Codes:
        """How many answers the same learner gave before this one.  [n]"""
        _, first, counts = np.unique(self.learner, return_index=True, return_counts=True)
        return np.arange(len(self)) - np.repeat(first, counts)

    def rows(self, chosen: NDArray[np.bool_] | Codes) -> Interactions:
        """Keep these rows (a mask or sorted indices); names and codes stay as they are."""
        columns = ("learner", "item", "skills", "correct", "at", "seconds", "hints", "modality")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def of_learners(self, codes: Codes) -> Interactions:
        """Keep the rows of these learners."""
        return self.rows(np.isin(self.learner, codes))
