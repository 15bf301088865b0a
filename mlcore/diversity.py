"""A guard against narrow fare: what a learner had lately bounds what may be chosen next, whatever the scores say.

Quotas over a rolling window keep a policy from feeding itself (filter bubbles): no modality and no skill may take more
than its share of any window, so the entropy of what is offered has a floor. Where nothing keeps the quotas all is
allowed, for something must be offered.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from math import floor, log2
from typing import NamedTuple

import numpy as np

from mlcore.interactions import Mask, Numbers

Labels = Collection[Hashable]  # of one choice: its modality, or its skills


class Step(NamedTuple):
    """What a step is, for the guard: its modality, if it has any, and the skills that it teaches."""

    modality: Labels
    skills: Labels


@dataclass(frozen=True)
class Quota:
    """At most `share` of any `window` choices in a row may have the same label."""

    window: int
    share: float

    @property
    def most(self) -> int:
        """Choices of one label in a window."""
        return max(floor(self.share * self.window), 1)

    @property
    def least_entropy(self) -> float:
        """Bits that the labels of a full window have at least, where every choice has one label.

        No label has more than `most`, and an entropy is least where as few labels as possible take as much as they may.
        """
        shares = [self.most / self.window] * (self.window // self.most)
        shares.append(1.0 - sum(shares))
        return entropy(shares)


BY_MODALITY = Quota(window=20, share=0.6)
BY_SKILL = Quota(window=20, share=0.5)
LATEST = max(BY_MODALITY.window, BY_SKILL.window) - 1  # choices that the next one is held against
FEWEST_KINDS, KINDS_WINDOW = 3, 10  # types of questions, once a first skill is mastered


def within(quota: Quota, recent: Sequence[Labels], candidates: Sequence[Labels]) -> Mask:
    """Tell which candidates keep the quota after these choices, the latest last.  [n]

    Choices without a label never break one.
    """
    latest = recent[-(quota.window - 1) :] if quota.window > 1 else ()
    had: dict[Hashable, int] = {}
    for labels in latest:
        for label in labels:
            had[label] = had.get(label, 0) + 1
    full = [all(had.get(label, 0) < quota.most for label in labels) for labels in candidates]
    return np.array(full, bool)


def keeps_kinds(recent: Sequence[Hashable], candidates: Sequence[Hashable]) -> Mask:
    """Tell which questions leave FEWEST_KINDS types in the last KINDS_WINDOW, or bring in another one at least.  [n]

    If every window so far had enough types, those that are allowed keep it so.
    """
    latest = set(recent[-(KINDS_WINDOW - 1) :])
    missing = FEWEST_KINDS - len(latest)
    return np.array([missing <= 0 or kind not in latest for kind in candidates], bool)


def all_within(*allowed: Mask) -> Mask:
    """Return what keeps every quota; what keeps the first ones, where nothing keeps them all; else everything."""
    kept = np.ones_like(allowed[0])
    for mask in allowed:
        if (kept & mask).any():
            kept = kept & mask
    return kept


def varied(steps: Sequence[Step], candidates: Sequence[Step]) -> Mask:
    """Return which candidates leave no modality and no skill more than its share of the latest steps.  [n]

    All of them, where none does.
    """
    by_modality = within(BY_MODALITY, [one.modality for one in steps], [one.modality for one in candidates])
    return all_within(by_modality, within(BY_SKILL, [one.skills for one in steps], [one.skills for one in candidates]))


def entropy(shares: Sequence[float] | Numbers) -> float:
    """Return the entropy of shares that add up to 1, in bits."""
    return -sum(share * log2(share) for share in shares if share > 1e-12)
