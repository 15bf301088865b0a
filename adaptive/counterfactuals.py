"""What would have changed a step: each thing told was tried, by deciding again with the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from adaptive.adapting import Standing
from adaptive.altering import alterations
from adaptive.models import Recommendation
from adaptive.recommending import Inputs, Weighed, choose
from adaptive.replaying import Verdict, standing_then
from adaptive.ways import Candidate
from mlcore.decisive import CLEARLY

MOST_TRIED = 12  # alterations, each of which is a decision
MOST_TOLD = 3


@dataclass(frozen=True)
class Change:
    """What would have led to another step, as a clause, and that step."""

    words: str
    instead: Candidate


def what_would_change(step: Recommendation) -> list[Change] | Verdict:
    """Return up to MOST_TOLD alterations that lead to other modules, each to another one; or why that cannot be told.

    Decides again at most MOST_TRIED times; writes nothing.
    """
    standing, inputs = standing_then(step), Inputs.of(step)
    if isinstance(standing, Verdict):
        return standing
    before = weighed_with(standing, inputs)
    if before.candidates[before.pick].module.id != step.module_id:
        return Verdict.OTHER
    found: dict[int, Change] = {}
    for change in _changes(standing, inputs, before):
        found.setdefault(change.instead.module.id, change)
        if len(found) == MOST_TOLD:
            break
    return list(found.values())


def weighed_with(standing: Standing, inputs: Inputs) -> Weighed:
    """Return what is drawn from these inputs."""
    return choose(inputs.set_into(standing), inputs)[1]


def _changes(standing: Standing, inputs: Inputs, before: Weighed) -> Iterator[Change]:
    """Yield the alterations that make the chosen module clearly less likely, and the same draw go elsewhere."""
    module = before.candidates[before.pick].module
    for one in islice(alterations(standing, inputs, module), MOST_TRIED):
        after = weighed_with(one.standing, one.inputs)
        instead = after.candidates[after.pick]
        if instead.module.id != module.id and _chance(after, module.id) <= CLEARLY * _chance(before, module.id):
            yield Change(one.words, instead)


def _chance(weighed: Weighed, module: int) -> float:
    """Return how likely a module was, in whichever way."""
    chances = zip(weighed.candidates, weighed.suggestion.propensities, strict=True)
    return float(sum(chance for candidate, chance in chances if candidate.module.id == module))
