"""A learner asks for a hint: it is written down, once, before it is shown."""

import uuid
from dataclasses import dataclass

from courses.models import InteractionKind, Presentation
from courses.recording import Event, record_event


class NoSuchHint(Exception):
    """The question has fewer hints."""


@dataclass(frozen=True)
class Hint:
    number: int  # from 1
    count: int  # of the question's hints
    text: str  # Markdown


def take_hint(presentation: Presentation, number: int) -> Hint:
    """Return one of the question's hints. Asking for the same one again changes nothing."""
    hints = presentation.question_version.content["hints"]
    if not 1 <= number <= len(hints):
        raise NoSuchHint
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
