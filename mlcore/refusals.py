"""What a learner did not want, and what comes in its place: rules that no score overrides.

A module is learned in several ways, each of a modality and a difficulty. Moments are entries of the learner's log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

BANNED_FOR = 15  # entries of the log after "Not this one"
UNINTERESTING_FOR = 4 * BANNED_FOR  # where the reason was that it is of no interest
EASIEST, MIDDLING, HARDEST = 1, 3, 5


class Wish:
    """What a learner can ask for instead of what was offered."""

    TOO_EASY = "too-easy"
    TOO_HARD = "too-hard"
    ANOTHER_WAY = "another-way"
    NOT_THIS_ONE = "not-this-one"
    THIS_ONE = "this-one"
    REVIEW = "review"
    ALL = (TOO_EASY, TOO_HARD, ANOTHER_WAY, NOT_THIS_ONE, THIS_ONE, REVIEW)
    REFUSING = (TOO_EASY, TOO_HARD, ANOTHER_WAY, NOT_THIS_ONE)


class Reason:
    """Why a learner wants "not this one", as far as it makes a difference to what comes in its place."""

    KNOWN = "known"
    WAY = "way"  # they do not like this way of teaching
    LONG = "long"
    LATER = "later"
    INTEREST = "interest"
    OTHERWISE = (KNOWN, WAY, LONG)  # the same module would do, if it can be had otherwise


class Way(Protocol):
    """One way to learn a module."""

    @property
    def id(self) -> int: ...

    @property
    def modality(self) -> str: ...

    @property
    def difficulty(self) -> int: ...


W = TypeVar("W", bound=Way)


class Refusal(NamedTuple):
    """A way to learn a module that the learner did not want."""

    module: int
    variant: int  # 0 for its questions alone
    at: int  # entry of the log
    wish: str


@dataclass(frozen=True)
class Unwanted:
    """What a learner did not want of one module, and how hard they asked for it to be; `now` is the latest entry."""

    refused: Sequence[Refusal]  # ways of the module, each at most once
    now: int
    banned_until: int = 0
    easiest: int = EASIEST
    hardest: int = HARDEST

    @property
    def at(self) -> int:
        """The entry of the log that refused any way last; less than any entry, if none did."""
        return max((one.at for one in self.refused), default=-BANNED_FOR)

    def keeps_out(self, near: Sequence[Way]) -> bool:
        """The module is not wanted now: "not this one", or none of these ways, which were offered lately.

        Without a way, that is said of its questions alone.
        """
        if self.banned_until > self.now:
            return True
        if self.at + BANNED_FOR <= self.now:
            return False
        return not self.not_refused(near) if near else self.refused_at(0) > 0

    def refused_at(self, way: int) -> int:
        """Return the entry that refused the way; 0 if none did."""
        return next((one.at for one in self.refused if one.variant == way), 0)

    def not_refused(self, ways: Sequence[W]) -> list[W]:
        return [way for way in ways if not self.refused_at(way.id)]

    def refused_longest_ago(self, ways: Sequence[W]) -> list[W]:
        """Return the one of these ways that was refused longest ago; none if there are none."""
        return sorted(ways, key=lambda way: self.refused_at(way.id))[:1]

    def reluctance(self, way: Way | None) -> tuple[int, int]:
        """Tell what to give back first, where everything was refused, by the least of these: None for questions alone.

        What is about as hard as was asked for; of that, what was refused longest ago.
        """
        return (self.off(way), self.refused_at(way.id)) if way else (0, self.refused_at(0))

    def off(self, way: Way) -> int:
        """Return how many levels harder or easier the way is than was asked for."""
        return max(self.easiest - way.difficulty, way.difficulty - self.hardest, 0)

    def near(self, ways: Sequence[W]) -> list[W]:
        """Return those as hard as was asked for, or else those that come closest."""
        closest = min((self.off(way) for way in ways), default=0)
        return [way for way in ways if self.off(way) == closest]

    def fitting(self, ways: Sequence[W]) -> list[W]:
        """Return those as hard as was asked for."""
        return [way for way in ways if not self.off(way)]

    def otherwise(self, fitting: Sequence[W], every: Sequence[W], refused: Way | None) -> list[W]:
        """Return the ways of other modalities, if possible those that fit and were not refused before."""
        others = [way for way in every if refused is None or way.modality != refused.modality]
        suiting = [way for way in others if way in fitting] or others
        return self.not_refused(suiting) or self.refused_longest_ago(suiting)

    def no_harder(self, every: Sequence[W], refused: Way | None) -> list[W]:
        """Return other ways that are no harder, of another modality if possible."""
        if refused is None:
            return []
        others = [way for way in self.not_refused(every) if way.difficulty <= refused.difficulty]
        return [way for way in others if way.modality != refused.modality] or others


def banned_for(reason: str) -> int:
    """Return for how many entries of the log a module stays away after "not this one"."""
    return UNINTERESTING_FOR if reason == Reason.INTEREST else BANNED_FOR


def levels_after(wish: str, level: int | None, levels: tuple[int, int]) -> tuple[int, int]:
    """Return the easiest and the hardest level after a wish about something of this level, None if it has none."""
    easiest, hardest = levels
    if wish == Wish.TOO_EASY:
        return min((level or max(easiest, MIDDLING)) + 1, HARDEST), HARDEST
    if wish == Wish.TOO_HARD:
        return EASIEST, max((level or min(hardest, MIDDLING)) - 1, EASIEST)
    return levels


def refuse(refused: Sequence[Refusal], refusal: Refusal) -> list[Refusal]:
    """Note what is not wanted. What was too easy may be just right for whom the next one is too hard, and so on."""
    taken_back = {Wish.TOO_HARD: Wish.TOO_EASY, Wish.TOO_EASY: Wish.TOO_HARD}.get(refusal.wish)
    return [
        one
        for one in refused
        if one.module != refusal.module or (one.variant != refusal.variant and one.wish != taken_back)
    ] + [refusal]


def take_back(refused: Sequence[Refusal], module: int) -> list[Refusal]:
    """Return what is still not wanted, once the learner chose a module themself: no more "not this one" of it."""
    return [one for one in refused if one.module != module or one.wish != Wish.NOT_THIS_ONE]
