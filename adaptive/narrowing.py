"""What is left of the ways to learn a module, and of its questions, where rules ask for some of them only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from adaptive.adapting import Standing
from adaptive.directives import DirectiveKind
from adaptive.steering import DirectiveEntry
from adaptive.syllabus import ModuleEntry, QuestionEntry, VariantEntry

Hard = TypeVar("Hard", VariantEntry, QuestionEntry)


def as_rules_ask(standing: Standing, module: ModuleEntry, ways: Sequence[VariantEntry]) -> Sequence[VariantEntry]:
    """Narrow these variants to the way of teaching and the difficulty that rules ask for; not down to nothing."""
    steering = standing.steering
    way = steering.way_in(module.id)
    in_way = [variant for variant in ways if way and variant.modality == way.modality]
    return half_of(in_way or ways, steering.level_in(module.id))


def half_of(things: Sequence[Hard], asked: DirectiveEntry | None) -> Sequence[Hard]:
    """Return the things of the easier or the harder half of their difficulties, as asked for."""
    if asked is None:
        return things
    levels = sorted({thing.difficulty for thing in things})
    is_easier = asked.kind == DirectiveKind.EASIER
    wanted = levels[: (len(levels) + 1) // 2] if is_easier else levels[len(levels) // 2 :]
    return [thing for thing in things if thing.difficulty in wanted]
