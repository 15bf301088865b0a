"""What was chosen against the best alternative: what speaks for either, and how close it was."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from adaptive.causes import NEARLY, WORTH_SAYING
from adaptive.explaining import Offer, chosen_offer, drawable
from adaptive.models import Recommendation

MOST_NAMED = 3  # terms that speak for a step


@dataclass(frozen=True)
class Comparison:
    """What was drawn against the best of the other steps: how likely each was, and which one looked better."""

    chosen: Offer
    other: Offer | None

    @property
    def lead(self) -> float:
        """How far the chosen step was ahead; below 0 when another one looked better."""
        return float(self.chosen["score"] - self.other["score"]) if self.other else 0.0

    @property
    def is_other_way(self) -> bool:
        """Both are ways to learn the same."""
        return bool(self.other and self.other["module"] == self.chosen["module"])

    def better_in(self, *, chosen: bool) -> list[str]:
        """Return the terms that speak most for what was chosen, or for the other step; none where there is no other."""
        if self.other is None:
            return []
        sign = 1.0 if chosen else -1.0
        gains = {
            name: sign * (value - self.other["terms"].get(name, 0.0)) for name, value in self.chosen["terms"].items()
        }
        named = [name for name in sorted(gains, key=lambda name: -gains[name]) if gains[name] >= WORTH_SAYING]
        return named[:MOST_NAMED]

    @property
    def words(self) -> str:
        if self.other is None:
            return gettext("It was the only step to choose from.")
        if self.lead < -NEARLY:
            return gettext(
                "It did not look best to us: this was a try. Now and then we draw such a step, to find out whether we "
                "are right about you."
            )
        if self.lead <= NEARLY:
            return gettext("The two looked about equally good, so chance had a part in it.")
        return gettext(
            "Of what could be drawn it looked best to us. Chance decides in the end, so that we notice when we are "
            "wrong."
        )


def comparison_of(recommendation: Recommendation) -> Comparison | None:
    """Compare a choice with the best other one, of another module if there is one; None where nothing was weighed."""
    chosen = chosen_offer(recommendation)
    if not chosen:
        return None
    others = [offer for offer in drawable(recommendation.candidates) if dict(offer) != chosen]
    others = [offer for offer in others if offer["module"] != chosen["module"]] or others
    return Comparison(chosen, max(others, key=lambda offer: offer["score"], default=None))
