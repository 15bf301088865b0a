"""What a learner does between answers: opens the step on offer, goes to practice, or asks for something else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.db import transaction

from adaptive.adapting import caught_up, read_standing, standing_of
from adaptive.advancing import note_completion
from adaptive.asking import next_question, open_question, present_in_order
from adaptive.degrading import on_the_best_rung
from adaptive.models import Aim, Recommendation
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.serving import LiveTutor
from adaptive.syllabus import syllabus_of
from courses.models import Enrollment, Interaction, InteractionKind, Module, Presentation
from courses.recording import SAME_KEY, Event, KeyReused, Refused, lock, record_event

CLOSING = (InteractionKind.FINISHED, InteractionKind.OVERRODE, InteractionKind.PLACED)  # each ends what was on offer


class NoLongerOnOffer(Refused):
    """Something else is on offer by now than the step that was meant."""


@dataclass(frozen=True)
class Request:
    """A wish for something else than what was offered. `key` makes sending it twice harmless.

    `step` is the recommendation it is about; without one it is about whatever is on offer, or about `module`.
    """

    wish: str
    module: Module | None = None
    reason: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    step: uuid.UUID | None = None


def open_step(enrollment: Enrollment) -> Recommendation:
    """Begin the step on offer, and return it. Beginning twice changes nothing."""
    step = recommend_next(enrollment)
    _record(enrollment, step, InteractionKind.OPENED)
    return step


def begin(enrollment: Enrollment, step: Recommendation) -> Presentation | None:
    """Begin the step, which is on offer, and return its question to answer now: the open one, or a new one.

    None if there is nothing to answer. What is recorded and what is asked stand or fall together.
    """
    module, aim = syllabus_of(enrollment).modules[step.module_id], Aim(step.purpose)

    def choose(live: LiveTutor) -> Presentation | None:
        _record(enrollment, step, InteractionKind.OPENED)
        return open_question(enrollment, step) or next_question(
            caught_up(read_standing(enrollment, live)), module, step.variant_id, aim
        )

    @transaction.atomic
    def first() -> Presentation | None:
        _record(enrollment, step, InteractionKind.OPENED)
        return open_question(enrollment, step) or present_in_order(enrollment, module, step.variant_id)

    return on_the_best_rung(enrollment, choose, otherwise=first)


def practice(enrollment: Enrollment, meant: uuid.UUID | None = None) -> Presentation | None:
    """Return the question to answer now. A step with nothing to answer is finished by this, and None is returned.

    Raises NoLongerOnOffer where something else is on offer than the step that was meant.
    """
    step = _step_meant(enrollment, meant)
    question = begin(enrollment, step)
    if question is None:
        finish_reading(enrollment, step)
    return question


@transaction.atomic
def finish_reading(enrollment: Enrollment, step: Recommendation) -> None:
    """End a step that had nothing to answer."""
    _record(enrollment, step, InteractionKind.FINISHED, because=Ending.READ)
    on_the_best_rung(enrollment, lambda live: note_completion(standing_of(enrollment, live)), otherwise=lambda: None)


def override(enrollment: Enrollment, request: Request) -> Recommendation:
    """Write down what the learner asked for, and return the step that respects it.

    Raises NoLongerOnOffer where something else came on offer since, and KeyReused for the same key with another wish.
    """
    _write_down(enrollment, request)
    return recommend_next(enrollment)


@transaction.atomic
def _write_down(enrollment: Enrollment, request: Request) -> None:
    """Record a wish at most once, while the step that it is about is on offer. Nothing comes between under the lock."""
    lock(enrollment)
    earlier = SAME_KEY.first(key=request.key)
    if earlier is None:
        record_event(enrollment, _as_event(request, _step_meant(enrollment, request.step)))
    elif not _is_the_same(earlier, request, enrollment):
        raise KeyReused
    elif enrollment.interactions.after(earlier.sequence).filter(kind__in=CLOSING).exists():
        raise NoLongerOnOffer


def _step_meant(enrollment: Enrollment, meant: uuid.UUID | None) -> Recommendation:
    """Return the step on offer, if it is the one that was meant, or any will do."""
    step = recommend_next(enrollment)
    if meant not in (None, step.pk):
        raise NoLongerOnOffer
    return step


def _is_the_same(earlier: Interaction, request: Request, enrollment: Enrollment) -> bool:
    """Whether an entry of the log is this wish, which was sent again."""
    if (earlier.enrollment_id, earlier.kind) != (enrollment.pk, InteractionKind.OVERRODE):
        return False
    is_about_module = request.module is None or request.module.pk == earlier.module_id
    said = (earlier.response.get("wish"), earlier.response.get("reason", ""))
    return is_about_module and said == (request.wish, request.reason)


def _as_event(request: Request, step: Recommendation) -> Event:
    is_about_step = request.module is None or request.module.pk == step.module_id
    return Event(
        kind=InteractionKind.OVERRODE,
        module_id=request.module.pk if request.module else step.module_id,
        variant_id=step.variant_id if is_about_step else None,
        response={
            "wish": request.wish,
            "reason": request.reason,
            "difficulty": step.variant.difficulty if is_about_step and step.variant else None,
        },
        key=request.key,
    )


def _record(enrollment: Enrollment, step: Recommendation, kind: InteractionKind, **response: str) -> Interaction:
    """Append what happens to a step at most once."""
    key = uuid.uuid5(step.pk, kind)
    event = Event(kind=kind, module_id=step.module_id, variant_id=step.variant_id, response=response, key=key)
    return record_event(enrollment, event)
