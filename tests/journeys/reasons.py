"""Whether a stored reason is true, worked out from what was stored and from the log, not by the code that gave it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from adaptive.adapting import Standing
from adaptive.models import Recommendation
from adaptive.progress import Ending
from adaptive.recommending import Inputs, decide_step
from adaptive.replaying import standing_then
from courses.models import Interaction, InteractionKind

Offer = Mapping[str, Any]
ROUNDING, ABOUT_EQUAL = 1e-5, 0.1


def assert_true(step: Recommendation) -> None:
    """The reason decided: decided again with the same luck, but without what it names, another module is drawn."""
    rule = step.reasons[0].get("rule")
    if rule:
        RULES[rule](step)
        return
    named = [reason["term"] for reason in step.reasons]
    assert decided_again(step) == step.module_id
    assert decided_again(step, without=named) != step.module_id
    assert lead(step, without=named) < lead(step)


def decided_again(step: Recommendation, without: Iterable[str] = ()) -> int:
    """The module that the product draws from the same log and the same random numbers, some terms left out."""
    inputs = replace(Inputs.of(step), turned=dict.fromkeys(without, 0.0))
    standing = standing_then(step)
    assert isinstance(standing, Standing)
    return decide_step(standing, inputs).module_id


def drawable_in(step: Recommendation) -> list[Offer]:
    return [offer for offer in step.candidates if offer["propensity"] > 0]


def lead(step: Recommendation, without: Iterable[str] = ()) -> float:
    """How far the best way of the chosen module was ahead of the best step in another one, some terms left out."""
    own, rivals = (
        max(score(offer, without) for offer in drawable_in(step) if (offer["module"] == step.module_id) is is_own)
        for is_own in (True, False)
    )
    return own - rivals


def score(offer: Offer, without: Iterable[str]) -> float:
    """The sum of an offer's terms, some left out."""
    return sum(value for name, value in offer["terms"].items() if name not in without)


def was_left_unsettled(step: Recommendation) -> None:
    """The last visit to this very module ended with: again, another way."""
    ending = before(step).filter(kind=InteractionKind.FINISHED).latest("sequence")
    assert (ending.module_id, ending.response) == (step.module_id, {"because": Ending.AGAIN})
    seen = before(step).filter(kind=InteractionKind.OPENED, module=step.module).values_list("variant", flat=True)
    assert step.variant_id not in seen


def was_the_only_one(step: Recommendation) -> None:
    assert {offer["module"] for offer in step.candidates} == {step.module_id}


def was_drawn(step: Recommendation) -> None:
    assert -ABOUT_EQUAL - ROUNDING <= lead(step) <= ABOUT_EQUAL + ROUNDING


def was_best(step: Recommendation) -> None:
    assert lead(step) > ABOUT_EQUAL - ROUNDING


def was_tried(step: Recommendation) -> None:
    assert lead(step) < -ABOUT_EQUAL + ROUNDING


def was_next_in_order(step: Recommendation) -> None:
    """Nothing else was weighed, and everything before it in the course was finished."""
    was_the_only_one(step)
    finished = before(step).filter(kind=InteractionKind.FINISHED).values_list("module", flat=True)
    earlier = step.enrollment.course.modules.filter(live=True, position__lt=step.module.position)
    assert set(earlier.values_list("pk", flat=True)) <= set(finished)


def before(step: Recommendation) -> Any:
    """The log up to this offer."""
    return Interaction.objects.filter(enrollment=step.enrollment, sequence__lte=step.after_sequence)


RULES = {
    "again": was_left_unsettled,
    "only": was_the_only_one,
    "tried_before": was_the_only_one,
    "drawn": was_drawn,
    "best": was_best,
    "tried": was_tried,
    "locked": was_next_in_order,
}
