"""The ways to learn a module: its variants, or its questions alone; and which of them the learner did not want."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adaptive.adapting import Standing
from adaptive.models import Aim
from adaptive.narrowing import as_rules_ask
from adaptive.reviewing import MINUTES_EACH
from adaptive.syllabus import ModuleEntry, VariantEntry
from courses.models import Modality
from mlcore.refusals import Unwanted, Wish

FOR_LATER = (Modality.PROJECT, Modality.REFLECTION)  # they build on what another variant has taught


@dataclass(frozen=True)
class Candidate:
    """A module in one of its variants, or its questions alone."""

    module: ModuleEntry
    variant: VariantEntry | None
    aim: Aim = Aim.LEARN


def minutes_of(candidate: Candidate) -> int:
    """Return how long it takes, as its author says."""
    if candidate.aim == Aim.REVIEW:
        return MINUTES_EACH
    return candidate.variant.minutes if candidate.variant else candidate.module.minutes


def ways(standing: Standing, module: ModuleEntry) -> Iterator[Candidate]:
    """The module's variants at a difficulty that was not refused, those not seen yet first of all."""
    if not module.variants:
        yield Candidate(module, None)
        return
    near = _near(standing, module)
    fitting = not_refused(standing, module, near) or refused_longest_ago(standing, module, near)
    yield from least_seen(standing, module, as_rules_ask(standing, module, fitting))


def ways_once_more(standing: Standing, module: ModuleEntry) -> Iterator[Candidate]:
    """For who has done it before: other variants than the last one, where there are any."""
    last = standing.progress.module(module.id).seen[-1:]
    near = not_refused(standing, module, _near(standing, module))
    others = as_rules_ask(standing, module, [variant for variant in near if variant.id not in last])
    yield from least_seen(standing, module, others) or ways(standing, module)


def to_read(standing: Standing, module: ModuleEntry) -> VariantEntry | None:
    """Something to read where there is nothing to answer: what was read longest ago."""
    return None if module.questions or not module.variants else least_seen(standing, module, module.variants)[0].variant


def least_seen(standing: Standing, module: ModuleEntry, variants: Sequence[VariantEntry]) -> list[Candidate]:
    """Return those of these variants that were not seen yet, or else the one seen longest ago."""
    seen = standing.progress.module(module.id).seen
    unseen = [variant for variant in variants if variant.id not in seen]
    longest_ago = sorted(variants, key=lambda variant: seen.index(variant.id) if variant.id in seen else -1)[:1]
    return [Candidate(module, variant) for variant in unseen or longest_ago]


def fitting(standing: Standing, module: ModuleEntry) -> list[VariantEntry]:
    """Return the variants as hard as was asked for, without those that are for later."""
    return unwanted_in(standing, module).fitting(_teaching(standing, module))


def unwanted_in(standing: Standing, module: ModuleEntry) -> Unwanted:
    """Return what the learner did not want of a module."""
    return standing.progress.unwanted_in(module.id, standing.state.seen_up_to)


def is_refused(standing: Standing, module: ModuleEntry) -> bool:
    """The learner does not want it now: "not this one", or none of the ways that they were offered lately."""
    return unwanted_in(standing, module).keeps_out(_near(standing, module))


def refused_at(standing: Standing, module: ModuleEntry) -> int:
    """Return the entry of the log that refused any way of the module last; less than any entry, if none did."""
    return unwanted_in(standing, module).at


def is_refused_way(standing: Standing, module: ModuleEntry, variant: VariantEntry | None) -> bool:
    return _way_refused_at(standing, module, variant) > 0


def not_refused(standing: Standing, module: ModuleEntry, variants: Sequence[VariantEntry]) -> list[VariantEntry]:
    return unwanted_in(standing, module).not_refused(variants)


def refused_longest_ago(
    standing: Standing, module: ModuleEntry, variants: Sequence[VariantEntry]
) -> list[VariantEntry]:
    """Return the one of these variants that was refused longest ago; none if there are none."""
    return unwanted_in(standing, module).refused_longest_ago(variants)


def given_back(standing: Standing, module: ModuleEntry) -> Candidate:
    """Return the way of a refused module to give back: one not refused yet, or else the one refused longest ago.

    What is harder or easier than was asked for comes after all others, and what was refused just now comes last.
    """
    wish = standing.progress.wish
    just_refused = (wish.get("module"), wish.get("variant")) if wish.get("wish") in Wish.REFUSING else ()
    every: list[VariantEntry | None] = [*_teaching(standing, module)]
    if module.questions or not every:
        every.append(None)

    unwanted = unwanted_in(standing, module)

    def least_wanted(way: VariantEntry | None) -> tuple[bool, int, int]:
        return (module.id, way and way.id) == just_refused, *unwanted.reluctance(way)

    return Candidate(module, min(every, key=least_wanted))


def _teaching(standing: Standing, module: ModuleEntry) -> list[VariantEntry]:
    """Return its variants; where it is new, those that can be understood without another one, if there are any."""
    variants = list(module.variants)
    is_new = not standing.progress.module(module.id).seen
    return ([variant for variant in variants if variant.modality not in FOR_LATER] if is_new else []) or variants


def _near(standing: Standing, module: ModuleEntry) -> list[VariantEntry]:
    """Return the variants as hard as was asked for, or else those that come closest."""
    return unwanted_in(standing, module).near(_teaching(standing, module))


def _way_refused_at(standing: Standing, module: ModuleEntry, variant: VariantEntry | None) -> int:
    return unwanted_in(standing, module).refused_at(variant.id if variant else 0)
