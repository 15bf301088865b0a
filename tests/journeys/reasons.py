"""Whether a stored reason is true, worked out from what was stored and from the log, not by the code that gave it."""

from collections.abc import Iterable, Mapping
from typing import Any

from adaptive.explaining import BAND, NEAREST, sentence
from adaptive.models import Recommendation
from adaptive.progress import Ending
from courses.models import Interaction, InteractionKind

Offer = Mapping[str, Any]


def assert_true(step: Recommendation) -> None:
    """The reason decided: with it the choice was ahead of everything else, and without it something else was."""
    rule = step.reasons[0].get("rule")
    if rule:
        RULES[rule](step)
        return
    chosen, rivals = split(step)
    named = [reason["term"] for reason in step.reasons]
    assert score(chosen) > max(map(score, rivals))
    assert score(chosen, without=named) < max(score(rival, without=named) for rival in rivals)
    assert score(chosen, without=named[:-1]) >= max(score(rival, without=named[:-1]) for rival in rivals)
    if named[0] == "learning":
        is_in_band = BAND[0] <= chosen["predicted"] <= BAND[1]
        assert is_in_band != (str(NEAREST) in sentence(step))


def split(step: Recommendation) -> tuple[Offer, list[Offer]]:
    """What was chosen, and everything that leads to another module."""
    [chosen] = [
        offer
        for offer in step.candidates
        if (offer["module"], offer["variant"], offer["aim"]) == (step.module_id, step.variant_id, step.purpose)
    ]
    return chosen, [offer for offer in step.candidates if offer["module"] != step.module_id]


def score(offer: Offer, without: Iterable[str] = ()) -> float:
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
    chosen, rivals = split(step)
    assert max(map(score, rivals)) >= score(chosen) - 1e-6


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
    "drawn": was_drawn,
    "locked": was_next_in_order,
}
