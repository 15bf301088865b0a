"""An answer becomes a row of the log exactly once, however often it is sent."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, UUIDField

from courses import clock, marking
from courses.models import Interaction, InteractionKind, Presentation
from courses.recording import KeyReused, Refused, give_number_back, take_number, write
from courses.statements import Query, Slot

RELATED = Query(
    lambda: Interaction.objects.filter(
        Q(key=Slot("key", UUIDField())) | Q(presentation=Slot("presentation", UUIDField()))
    ).order_by()
)


class AlreadyAnswered(Refused):
    """The question was answered before, under another key (a second tab). The first answer stands."""

    def __init__(self, answer: Interaction) -> None:
        super().__init__(f"presentation {answer.presentation_id} was answered before")
        self.answer = answer


@dataclass(frozen=True)
class Submission:
    """What came from the learner. `response` is what `marking.response_from` returned."""

    presentation: Presentation
    response: Any
    key: uuid.UUID
    seconds_spent: float | None = None
    confidence: int | None = None
    client_sequence: int | None = None
    client_at: datetime | None = None
    at: datetime = field(default_factory=clock.now)


@dataclass(frozen=True)
class Recorded:
    """The answer in the log, and whether this request put it there."""

    answer: Interaction
    is_new: bool


@transaction.atomic(savepoint=False)
def record_answer(submission: Submission) -> Recorded:
    """Mark the answer and append it to the log. A refusal undoes the transaction that this is part of.

    The same key again returns what it recorded then. Raises AlreadyAnswered for the same question under another key,
    and KeyReused for the same key with another answer.
    """
    presentation = submission.presentation
    take_number(presentation.enrollment)
    rows = RELATED.all(key=submission.key, presentation=presentation.pk)
    earlier = _earlier(rows, submission)
    if earlier:
        give_number_back(presentation.enrollment)
        return Recorded(earlier, is_new=False)
    mark = marking.mark(presentation.question_version.content, submission.response)
    hints = sum(row.kind == InteractionKind.HINTED for row in rows)
    return Recorded(write(presentation.enrollment, _as_interaction(submission, mark, hints)), is_new=True)


def _earlier(rows: list[Interaction], submission: Submission) -> Interaction | None:
    """The row this very request wrote before, if it did."""
    same_key = next((row for row in rows if row.key == submission.key), None)
    if same_key:
        if (same_key.presentation_id, same_key.response) != (submission.presentation.pk, submission.response):
            raise KeyReused
        return same_key
    answered = next((row for row in rows if row.kind == InteractionKind.ANSWERED), None)
    if answered:
        raise AlreadyAnswered(answered)
    return None


def _as_interaction(submission: Submission, mark: marking.Mark, hints: int) -> Interaction:
    presentation = submission.presentation
    return Interaction(
        key=submission.key,
        at=submission.at,
        kind=InteractionKind.ANSWERED,
        module_id=presentation.module_id,
        variant_id=presentation.variant_id,
        presentation=presentation,
        question_version_id=presentation.question_version_id,
        response=submission.response,
        result=mark.as_json(),
        score=mark.score,
        seconds_spent=submission.seconds_spent,
        hints=hints,
        confidence=submission.confidence,
        client_sequence=submission.client_sequence,
        client_at=submission.client_at,
    )
