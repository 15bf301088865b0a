"""What another policy would have done: on the steps that were really offered, without offering anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adaptive.models import Recommendation
from adaptive.recommending import SETTINGS
from adaptive.replaying import Replay
from courses.models import Variant
from mlcore.policy import PolicySettings, check

Offer = Mapping[str, Any]
Chances = dict[Any, float]
QUESTIONS_ALONE = "-"


@dataclass(frozen=True)
class Disagreement:
    """How two policies differ over n steps. Means over the steps."""

    steps: int
    other_favorite: float  # share of the steps at which another candidate is the likeliest
    moved: float  # chance that goes to other candidates (total variation distance)
    success: tuple[float, float]  # expected chance of a right answer: as it was, in the shadow
    modalities: Mapping[str, tuple[float, float]]  # share of each: as it was, in the shadow
    furthest: Sequence[tuple[Recommendation, float]]  # the steps of which most chance moved, and how much


def settings_from(words: Sequence[str]) -> PolicySettings:
    """Read settings of a policy such as `band=0.5,0.75 information=1`. Raises ValueError naming what is wrong."""
    changes: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        if not hasattr(SETTINGS, name) or not value:
            raise ValueError(f"{word}: expected name=number, with a name from {', '.join(vars(SETTINGS))}")
        try:
            numbers = tuple(float(number) for number in value.split(","))
        except ValueError:
            raise ValueError(f"{word}: {value!r} is no number") from None
        if len(numbers) != (2 if name == "band" else 1):
            raise ValueError(f"{word}: band takes two numbers, as in band=0.6,0.85, and all others one")
        changes[name] = numbers if name == "band" else numbers[0]
    return check(replace(SETTINGS, **changes))


def disagreement(replays: Iterable[Replay], most_shown: int = 5) -> Disagreement | None:
    """Compare what was likely with what would have been, over replays by another policy; None without any."""
    pairs = [(one.step, one.again) for one in replays if one.again]
    if not pairs:
        return None
    modality_of = dict(Variant.objects.values_list("pk", "modality"))
    moved = [(step, _moved(chances_in(step), chances_in(again))) for step, again in pairs]
    favorites = [_favorite(step) != _favorite(again) for step, again in pairs]
    was, would = (_by_modality([pair[side] for pair in pairs], modality_of) for side in (0, 1))
    return Disagreement(
        steps=len(pairs),
        other_favorite=sum(favorites) / len(pairs),
        moved=sum(distance for _, distance in moved) / len(pairs),
        success=(_success([step for step, _ in pairs]), _success([again for _, again in pairs])),
        modalities={name: (was.get(name, 0.0), would.get(name, 0.0)) for name in sorted(was.keys() | would.keys())},
        furthest=sorted(moved, key=lambda pair: -pair[1])[:most_shown],
    )


def _key(offer: Offer) -> tuple[Any, ...]:
    return offer["module"], offer["variant"], offer["aim"]


def chances_in(step: Recommendation) -> Chances:
    """Return the chance of each candidate."""
    return {_key(offer): offer["propensity"] for offer in step.candidates}


def _favorite(step: Recommendation) -> tuple[Any, ...]:
    return _key(max(step.candidates, key=lambda offer: offer["propensity"]))


def _moved(one: Chances, other: Chances) -> float:
    return 0.5 * sum(abs(one.get(key, 0.0) - other.get(key, 0.0)) for key in one.keys() | other.keys())


def _success(steps: Sequence[Recommendation]) -> float:
    return sum(offer["propensity"] * offer["predicted"] for step in steps for offer in step.candidates) / len(steps)


def _by_modality(steps: Sequence[Recommendation], modality_of: Mapping[int, str]) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for step in steps:
        for offer in step.candidates:
            shares[modality_of.get(offer["variant"], QUESTIONS_ALONE)] += offer["propensity"] / len(steps)
    return dict(shares)
