"""Whether the reasons that we give are causes: choices made again without what was stated, and without the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adaptive.adapting import Standing
from adaptive.models import Recommendation
from adaptive.recommending import Inputs, choose, decide_step
from adaptive.replaying import Verdict, standing_then

BY_CHANCE = ("best", "drawn", "tried")  # rules that stand where the same draw comes to it without any few terms
WITHOUT, TURNED = 0.0, -1.0  # how often a term counts


@dataclass(frozen=True)
class Truth:
    """What came of making choices again."""

    steps: int  # that could be decided again
    causes: int  # of them state what decided
    without: int  # of these become another module without what was stated
    turned: int  # of these become another module where it counts the other way round
    chance: int  # of the steps say that chance decided
    left_out: int  # terms that were not stated, left out one at a time
    kept: int  # of these times the same module was chosen


def choice_with(standing: Standing, inputs: Inputs, turned: Mapping[str, float]) -> int:
    """Return the module that is chosen where these terms count so many times, chance and all else being the same."""
    _, weighed = choose(inputs.set_into(standing), replace(inputs, turned=turned))
    return weighed.candidates[weighed.pick].module.id


def stated_in(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the terms of the score that are given as causes."""
    return [reason["term"] for reason in reasons if "term" in reason]


def truth_of(steps: Iterable[Recommendation]) -> Truth:
    """Decide on stored steps again, with today's reasons, and count. Nothing is written."""
    counts: Counter[str] = Counter()
    for step in steps:
        standing = standing_then(step)
        if not isinstance(standing, Verdict):
            counts.update(_found(standing, Inputs.of(step)))
    names = ("steps", "causes", "without", "turned", "chance", "left_out", "kept")
    return Truth(*(counts[name] for name in names))


def _found(standing: Standing, inputs: Inputs) -> Iterator[str]:
    """Yield what is to be counted of one choice."""
    step = decide_step(standing, inputs)
    stated = stated_in(step.reasons)
    yield "steps"
    if step.reasons[0].get("rule") in BY_CHANCE:
        yield "chance"
    if not stated:
        return
    yield "causes"
    for name, factor in (("without", WITHOUT), ("turned", TURNED)):
        if choice_with(standing, inputs, dict.fromkeys(stated, factor)) != step.module_id:
            yield name
    for term in step.candidates[0]["terms"]:
        if term not in stated:
            yield "left_out"
            if choice_with(standing, inputs, {term: WITHOUT}) == step.module_id:
                yield "kept"
