"""A learner asks for a hint: it is written down, once, before it is shown."""

import uuid
from dataclasses import dataclass

from courses.models import InteractionKind, Presentation
from courses.recording import Event, record_event


class NoSuchHint(Exception):
    """The question has fewer hints."""


class HintBefore(Exception):
    """Hints come one after another, and an earlier one was not taken yet: `number`."""

    def __init__(self, number: int) -> None:
        super().__init__(f"hint {number} comes first")
        self.number = number


@dataclass(frozen=True)
class Hint:
    number: int  # from 1
    count: int  # of the question's hints
    text: str  # Markdown


def take_hint(presentation: Presentation, number: int) -> Hint:
    """Return one of the question's hints. Asking for the same one again changes nothing.

    Raises NoSuchHint, and HintBefore when an earlier one was not taken yet.
    """
    hints = presentation.question_version.content["hints"]
    if not 1 <= number <= len(hints):
        raise NoSuchHint
    upcoming = len(hints_taken(presentation)) + 1
    if number > upcoming:
        raise HintBefore(upcoming)
    event = Event(
        InteractionKind.HINTED,
        module_id=presentation.module_id,
        variant_id=presentation.variant_id,
        presentation=presentation,
        response={"hint": number},
        key=uuid.uuid5(presentation.pk, f"hint {number}"),
    )
    record_event(presentation.enrollment, event)
    return Hint(number, len(hints), hints[number - 1])


def hints_taken(presentation: Presentation) -> list[int]:
    """Return the numbers of the hints that were taken, in order."""
    taken = presentation.interactions.filter(kind=InteractionKind.HINTED).values_list("response__hint", flat=True)
    return sorted(set(taken))
