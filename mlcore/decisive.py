"""What made the difference: the fewest terms of the score without which the same draw would have gone elsewhere.

A cause is what an outcome depends on while all else stays as it was, chance included (Pearl, "Causality", 2009, ch. 7).
So the random numbers are those of the choice, and what is stated is what was found to change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.policy import PolicySettings, Suggestion, propensities

FEW, MOST = 2, 3  # terms that are stated together: where each decided by itself, and where they did together
CLEARLY = 0.75  # of its chance, at most, is left to a choice without what decided it
WITHOUT, TURNED = 0.0, -1.0  # factors of a term


@dataclass(frozen=True)
class Drawn:
    """A choice that can be made again: what was drawn among n candidates, which are ways to g things."""

    suggestion: Suggestion
    group: Codes  # [n] what each candidate is a way to
    settings: PolicySettings

    @property
    def own(self) -> int:
        """What was chosen, in whichever way."""
        return int(self.group[self.suggestion.pick])

    @property
    def is_by_guard(self) -> bool:
        """The same random number leads elsewhere where all is allowed."""
        return self._is_elsewhere(self.suggestion.all_allowed)

    @property
    def is_by_list(self) -> bool:
        """It leads elsewhere where the policy makes its own list of those to draw from."""
        return self._is_elsewhere(self.suggestion.own_list)

    def _is_elsewhere(self, otherwise: int | None) -> bool:
        return otherwise is not None and int(self.group[otherwise]) != self.own


def again(drawn: Drawn, factors: Numbers, names: Sequence[str]) -> tuple[Codes, Numbers]:
    """Draw k times anew with the same random number, each time with every term taken so many times.  [k], [k]

    `factors` [k, t] are those of the t terms `names`; terms without a name stay. Returns the picks, and how likely that
    which was chosen would have been. The candidates drawn from stay the same ones.
    """
    suggestion, listed = drawn.suggestion, np.flatnonzero(drawn.suggestion.propensities)
    terms = np.array([suggestion.terms[name][listed] for name in names])
    scores = suggestion.scores[listed] + (factors - 1.0) @ terms
    spread = suggestion.spread[:, listed] if len(suggestion.spread) else np.zeros((1, len(listed)))
    share = factors[:, names.index("learning")] if "learning" in names else np.ones(len(factors))
    believed = scores[:, None] + share[:, None, None] * spread
    chances = np.array([propensities(one, drawn.settings) for one in believed])
    places = np.minimum((np.cumsum(chances, axis=1) < suggestion.luck).sum(1), len(listed) - 1)
    is_own = drawn.group[listed] == drawn.own
    return listed[places], chances[:, is_own].sum(1)


def support(drawn: Drawn) -> dict[str, float]:
    """Return by how much each term favors what was chosen over the likeliest of the others, the largest first.

    The others' terms are averaged by their chances. Nothing, where there was no other.
    """
    suggestion = drawn.suggestion
    rival = suggestion.propensities * (drawn.group != drawn.own)
    if not rival.any():
        return {}
    gains = {name: float(term[suggestion.pick] - term @ rival / rival.sum()) for name, term in suggestion.terms.items()}
    return dict(sorted(gains.items(), key=lambda pair: -pair[1]))


def decisive(drawn: Drawn, gains: Mapping[str, float]) -> list[str]:
    """Return the fewest terms that decided, those that favor it most first; none where chance did.

    Without them, and with each of them turned round, the same draw goes elsewhere, and what was chosen is clearly less
    likely. Every term that does so by itself is one; else the set is the one with the largest gains.
    """
    names = [name for name, gain in gains.items() if gain > 0.0]
    alone = [one for (one,) in _flipping(drawn, names, combinations(names, 1))][:FEW]
    if alone:
        return alone if _flipping(drawn, names, [tuple(alone)]) else alone[:1]
    for size in range(2, MOST + 1):
        found = _flipping(drawn, names, combinations(names, size))
        if found:
            return list(max(found, key=lambda one: sum(gains[name] for name in one)))
    return []


def _flipping(drawn: Drawn, names: Sequence[str], sets: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return those of these sets of terms that decided."""
    tried = list(sets)
    if not tried:
        return []
    is_in = np.array([[name in one for name in names] for one in tried])
    before = drawn.suggestion.propensities[drawn.group == drawn.own].sum()
    flips = np.ones(len(tried), bool)
    for factor in (WITHOUT, TURNED):
        picks, chances = again(drawn, np.where(is_in, factor, 1.0), names)
        flips &= (drawn.group[picks] != drawn.own) & (chances <= CLEARLY * before)
    return [one for one, is_flipping in zip(tried, flips, strict=True) if is_flipping]
