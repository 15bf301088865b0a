"""The log grows here and nowhere else: one row at a time, numbered without gaps, under the lock of its enrollment."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from courses import clock
from courses.models import Enrollment, Interaction, InteractionKind, Module, OutboxEntry, Presentation, Variant


class KeyReused(Exception):
    """The same key came with something else to record. Nothing was recorded."""


@dataclass(frozen=True)
class Event:
    """Something a learner did that is not an answer. `key` is made by the client and makes repeating it harmless."""

    kind: InteractionKind
    module: Module | None = None
    variant: Variant | None = None
    presentation: Presentation | None = None
    response: dict[str, Any] = field(default_factory=dict)
    seconds_spent: float | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    at: datetime = field(default_factory=clock.now)


@transaction.atomic
def record_event(enrollment: Enrollment, event: Event) -> Interaction:
    """Append the event, or return what the same key recorded before."""
    locked = lock(enrollment.pk)
    earlier = Interaction.objects.filter(key=event.key).first()
    if earlier and (earlier.enrollment_id, earlier.kind) != (locked.pk, event.kind):
        raise KeyReused
    return earlier or append(
        locked,
        Interaction(
            key=event.key,
            at=event.at,
            kind=event.kind,
            module=event.module,
            variant=event.variant,
            presentation=event.presentation,
            question_version_id=event.presentation.question_version_id if event.presentation else None,
            response=event.response,
            seconds_spent=event.seconds_spent,
        ),
    )


def lock(enrollment_id: int) -> Enrollment:
    """Wait until nobody else writes this learner's log, and keep it so until the transaction ends."""
    return Enrollment.objects.select_for_update().get(pk=enrollment_id)


def append(locked: Enrollment, interaction: Interaction) -> Interaction:
    """Give the interaction the next number and write it, with its outbox entry. The enrollment must be locked."""
    locked.last_sequence += 1
    locked.save(update_fields=["last_sequence"])
    interaction.enrollment = locked
    interaction.sequence = locked.last_sequence
    interaction.save(force_insert=True)
    OutboxEntry.objects.create(interaction=interaction)
    return interaction
