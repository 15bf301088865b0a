"""What decided a choice, worked out from the choice itself; `adaptive.explaining` puts it into words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adaptive.adapting import Standing
from adaptive.explaining import TRIED_BEFORE, Reason, reason_given, reasons_for
from adaptive.guarding import GIVEN_BACK, UNSUITED, Admitted, admitted, wanted_soon, was_let_on
from adaptive.respecting import how_given_back, how_respected
from adaptive.returning import pinned
from adaptive.syllabus import Needs, VariantEntry
from mlcore.decisive import Drawn


def reasons_of(standing: Standing, may_be: Admitted, drawn: Drawn, now: datetime) -> list[Reason]:
    """Return why: a trainer's word, the learner's own wish, the rule that narrowed the choice, or its terms."""
    chosen = may_be.candidates[drawn.suggestion.pick]
    module = chosen.module.id
    match may_be.rule:
        case "asked":
            return reasons_for(drawn, how_respected(standing, chosen))
        case rule if rule == GIVEN_BACK:
            return reasons_for(drawn, how_given_back(standing, chosen))
        case "pinned":
            return [reason_given(may_be.rule, pinned(standing)[module], is_again=_is_done(standing, module))]
        case "due":
            directive = wanted_soon(standing, now)[module]
            leads_to = standing.syllabus.modules[directive.about].title if directive.about != module else ""
            is_again = _is_done(standing, module)
            return [reason_given("towards" if leads_to else "due", directive, leads_to, is_again=is_again)]
    rule = TRIED_BEFORE if may_be.rule == "open" and was_let_on(standing, chosen.module) else may_be.rule
    return reasons_for(drawn, rule)


def _is_done(standing: Standing, module: int) -> bool:
    return standing.progress.module(module).done


def narrowed(standing: Standing, may_be: Admitted, module: int, now: datetime) -> list[Reason]:
    """Return what left out other ways to learn this module: without it there would have been more to draw from."""
    steering, ways = standing.steering, _ways_of(may_be, module)
    asked = [one for one in (steering.way_in(module), steering.level_in(module)) if one]
    freed = [(one, admitted(replace(standing, steering=steering.without(one)), now)) for one in asked]
    return [reason_given(one.kind, one) for one, otherwise in freed if _ways_of(otherwise, module) != ways]


def needed(standing: Standing, may_be: Admitted, needs: Needs, now: datetime) -> list[Reason]:
    """Return the needs of the learner without which there would have been more to draw from."""
    if not needs or may_be.rule == UNSUITED:
        return []
    whole = replace(standing, syllabus=standing.syllabus.suited_to(frozenset()))
    others = [one.variant for one in admitted(whole, now).candidates if one.variant]
    kept = {one.variant.id for one in may_be.candidates if one.variant}
    left_out = [variant for variant in others if variant.id not in kept]
    unmet = {need for variant in left_out for need in variant.unmet & needs}
    return [{"rule": "needs", "need": need} for need in sorted(unmet)]


def _ways_of(may_be: Admitted, module: int) -> set[VariantEntry | None]:
    return {candidate.variant for candidate in may_be.candidates if candidate.module.id == module}
