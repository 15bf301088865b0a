"""The log grows here and nowhere else: one row at a time, numbered without gaps, under the lock of its enrollment."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, UUIDField

from courses import clock
from courses.models import Enrollment, Interaction, InteractionKind, OutboxEntry, Presentation
from courses.statements import Query, Slot, insert

COUNT = "UPDATE courses_enrollment SET last_sequence = last_sequence + %s WHERE id = %s RETURNING last_sequence"
SAME_KEY = Query(lambda: Interaction.objects.filter(key=Slot("key", UUIDField())).order_by())
LOCKED = Query(
    lambda: Enrollment.objects.filter(pk=Slot("id", BigIntegerField())).only("last_sequence").select_for_update()
)


class Refused(Exception):
    """What was sent cannot be recorded, and nothing was."""


class KeyReused(Refused):
    """The same key came with something else to record."""


@dataclass(frozen=True)
class Event:
    """Something a learner did that is not an answer. `key` is made by the client and makes repeating it harmless."""

    kind: InteractionKind
    module_id: int | None = None
    variant_id: int | None = None
    presentation: Presentation | None = None
    response: dict[str, Any] = field(default_factory=dict)
    seconds_spent: float | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    at: datetime = field(default_factory=clock.now)


@transaction.atomic(savepoint=False)
def record_event(enrollment: Enrollment, event: Event) -> Interaction:
    """Append the event, or return what the same key recorded before."""
    take_number(enrollment)
    earlier = SAME_KEY.first(key=event.key)
    if earlier and (earlier.enrollment_id, earlier.kind) != (enrollment.pk, event.kind):
        raise KeyReused
    if earlier:
        give_number_back(enrollment)
        return earlier
    return write(
        enrollment,
        Interaction(
            key=event.key,
            at=event.at,
            kind=event.kind,
            module_id=event.module_id,
            variant_id=event.variant_id,
            presentation=event.presentation,
            question_version_id=event.presentation.question_version_id if event.presentation else None,
            response=event.response,
            seconds_spent=event.seconds_spent,
        ),
    )


def lock(enrollment: Enrollment) -> None:
    """Wait until nobody else writes this learner's log, and keep it so until the transaction ends."""
    [locked] = LOCKED.all(id=enrollment.pk)
    enrollment.last_sequence = locked.last_sequence


def append(enrollment: Enrollment, interaction: Interaction) -> Interaction:
    """Give the interaction the next number and write it, with its outbox entry."""
    take_number(enrollment)
    return write(enrollment, interaction)


def take_number(enrollment: Enrollment) -> None:
    """Count the log one further, and lock it as `lock` does: in one statement. What takes a number must `write`."""
    _count(enrollment, 1)


def give_number_back(enrollment: Enrollment) -> None:
    """Leave the log as long as it was before `take_number`, because there is nothing new to write."""
    _count(enrollment, -1)


def write(enrollment: Enrollment, interaction: Interaction) -> Interaction:
    """Write the interaction under the number taken last, with its outbox entry."""
    interaction.enrollment, interaction.sequence = enrollment, enrollment.last_sequence
    insert(interaction)
    insert(OutboxEntry(interaction=interaction))
    return interaction


def _count(enrollment: Enrollment, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [by, enrollment.pk])
        [enrollment.last_sequence] = cursor.fetchone()
