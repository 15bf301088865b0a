"""What a learner asked for, told from the log alone: the last rung, which knows no numbers, respects it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adaptive.explaining import Reason
from adaptive.models import Aim
from adaptive.progress import Progress
from adaptive.syllabus import ModuleEntry, VariantEntry
from adaptive.ways import Candidate
from courses.models import Enrollment, InteractionKind
from mlcore.refusals import UNINTERESTING_FOR, Unwanted, Wish

CLOSING = (InteractionKind.FINISHED, InteractionKind.OVERRODE)
CHOOSING = (Wish.THIS_ONE, Wish.REVIEW)


@dataclass(frozen=True)
class Wishes:
    """What a learner asked for lately. It changes when a step ends or they ask anew, and not in between."""

    progress: Progress  # of nothing but wishes and endings
    wish: dict[str, Any]  # what the next step must respect; a choice stands until the module chosen is finished

    def way(self, module: ModuleEntry) -> Candidate:
        """Return the first way of the module that was not refused, of those as hard as was asked for if possible."""
        unwanted = self._unwanted_in(module)
        near = unwanted.near(module.variants)
        found = unwanted.not_refused(near) or unwanted.refused_longest_ago(near)
        return Candidate(module, found[0] if found else None)

    def keeps_out(self, module: ModuleEntry) -> bool:
        """The learner does not want the module now: neither it, nor any of its ways, nor what they just saw of it."""
        unwanted, is_meant = self._unwanted_in(module), self.wish.get("module") == module.id
        is_just_refused = is_meant and self.wish["wish"] in Wish.REFUSING
        return is_just_refused or unwanted.keeps_out(unwanted.near(module.variants))

    def answered(self, modules: Sequence[ModuleEntry]) -> tuple[Candidate, Reason] | None:
        """Return what the learner asked for and how that is told to them; None if none of these modules has it."""
        module = next((one for one in modules if one.id == self.wish.get("module")), None)
        if module is None:
            return None
        wish, refused = str(self.wish["wish"]), module.variant(self.wish["variant"])
        if wish == Wish.REVIEW:
            return Candidate(module, None if module.questions else self.way(module).variant, Aim.REVIEW), {"rule": wish}
        if wish == Wish.THIS_ONE:
            return self.way(module), {"rule": wish}
        others = self._other_ways(module, wish, refused)
        if not others:
            return None
        level = refused.difficulty if refused else others[0].difficulty
        is_told_by_level = refused is not None or wish == Wish.ANOTHER_WAY
        closest = min(others, key=lambda way: abs(way.difficulty - level))
        return Candidate(module, closest), {"rule": wish if is_told_by_level else f"{wish}-lesson"}

    def given_back(self, modules: Sequence[ModuleEntry]) -> tuple[Candidate, Reason]:
        """Return the module refused longest ago, and how that is told to the learner."""
        way = self.way(min(modules, key=lambda module: self._unwanted_in(module).at))
        variant = way.variant.id if way.variant else None
        if not self._unwanted_in(way.module).refused_at(variant or 0):
            return way, {"rule": "given_back_otherwise"}
        is_just_refused = (self.wish.get("module"), self.wish.get("variant")) == (way.module.id, variant)
        return way, {"rule": "given_back_alone" if is_just_refused else "given_back"}

    def _other_ways(self, module: ModuleEntry, wish: str, refused: VariantEntry | None) -> Sequence[VariantEntry]:
        """Return the ways of the module that are what was asked for."""
        unwanted = self._unwanted_in(module)
        fitting = unwanted.fitting(module.variants)
        if wish == Wish.ANOTHER_WAY:
            return unwanted.otherwise(fitting, module.variants, refused)
        left = unwanted.not_refused(fitting) if wish in (Wish.TOO_EASY, Wish.TOO_HARD) else []
        return [way for way in left if refused is None or way.difficulty != refused.difficulty]

    def _unwanted_in(self, module: ModuleEntry) -> Unwanted:
        return self.progress.unwanted_in(module.id, self.progress.closed)


def wishes_of(enrollment: Enrollment) -> Wishes:
    """Read what the learner asked for: no more of the log than a refusal can count for, in one query."""
    entries = enrollment.interactions.filter(kind__in=CLOSING).order_by("-sequence")[:UNINTERESTING_FOR]
    progress, choice = Progress(), dict[str, Any]()
    for entry in reversed(entries):
        progress.take_in(entry, (), None)
        if entry.kind == InteractionKind.OVERRODE or entry.module_id == choice.get("module"):
            choice = progress.wish
    return Wishes(progress, choice if choice.get("wish") in CHOOSING else progress.wish)
