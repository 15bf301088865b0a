"""The log becomes counts: a fold from each learner's bookmark, told by the outbox where something is new.

One transaction moves the counts, the bookmark and the outbox together, so that being killed loses and doubles nothing.
The answers of one learner are counted in order; an interaction that cannot be counted holds up only its own learner,
and only until it is parked.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import F, QuerySet

from analytics import writing
from analytics.counting import take_in
from analytics.models import EnrollmentTotal
from courses.models import Enrollment, Interaction, OutboxEntry

BATCH = 500  # entries of the outbox
MOST = 5_000  # interactions in one transaction
TRIES = 5


@dataclass
class Step:
    """What one transaction did: how much it counted, and whom it left for the next time."""

    counted: int = 0
    left: set[int] = field(default_factory=set)  # enrollments
    failures: dict[int, str] = field(default_factory=dict)  # interaction to reason


def drain() -> int:
    """Count everything that waits, and return how many interactions that were."""
    counted, left = 0, set[int]()
    while step := _next_step(left):
        counted += step.counted
        left |= step.left
    return counted


@transaction.atomic
def rebuild() -> int:
    """Forget all counts and count the whole log again. What cannot be counted is parked at once."""
    _keep_others_out()
    writing.forget_all()
    OutboxEntry.objects.update(attempts=0, parked_because="")
    learners = list(Enrollment.objects.filter(last_sequence__gt=0).order_by("pk").values_list("pk", flat=True))
    counted = sum(_count_all(learners[start : start + BATCH]) for start in range(0, len(learners), BATCH))
    counted_entries = OutboxEntry.objects.filter(
        parked_because="", interaction__sequence__lte=F("interaction__enrollment__total__seen_up_to")
    )
    counted_entries.delete()
    return counted


def _next_step(left: Collection[int]) -> Step | None:
    try:
        return _fold_outbox(left, BATCH, MOST)
    except Exception:
        return _fold_singly(left)


@transaction.atomic
def _fold_outbox(left: Collection[int], size: int, most: int) -> Step | None:
    """Count a batch, and take out of the outbox what was counted. None when nothing waits."""
    locked = _waiting(left).select_for_update(skip_locked=True, of=("self",))
    sequences = {entry.pk: entry.interaction for entry in locked.select_related("interaction")[:size]}
    if not sequences:
        return None
    learners = {interaction.enrollment_id for interaction in sequences.values()}
    totals = writing.locked_totals(learners)
    step = _count(totals, most, TRIES)
    step.left |= learners - totals.keys()
    OutboxEntry.objects.filter(pk__in=[pk for pk, row in sequences.items() if _is_counted(row, totals)]).delete()
    return step


def _fold_singly(left: Collection[int]) -> Step | None:
    """Count what a batch could not write, one interaction at a time, and note which of them it was."""
    together = Step(left=set(left))
    for _ in range(BATCH):
        entry = _waiting(together.left).select_related("interaction").first()
        if entry is None:
            break
        try:
            step = _fold_outbox(together.left, 1, 1) or Step()
        except Exception as problem:
            learner = entry.interaction.enrollment_id
            _note_failure(_next_of(learner) or entry.pk, _reason(problem), TRIES)
            step = Step(left={learner})
        together.counted += step.counted
        together.left |= step.left
    return together if together.counted or together.left != set(left) else None


def _count_all(learners: Collection[int]) -> int:
    """Count everything of these learners."""
    counted = 0
    while (step := _count(writing.locked_totals(learners), MOST, tries=1)).counted or step.failures:
        counted += step.counted
    return counted


def _count(totals: dict[int, EnrollmentTotal], most: int, tries: int) -> Step:
    """Fold what these learners did after their bookmarks, in order. A failure stops its learner, nobody else."""
    step = Step()
    events = _unseen(totals)[:most]
    parked = _parked(events)
    tally = writing.tally_for(totals, events)
    for event in events:
        if event.enrollment_id in step.left:
            continue
        if event.pk in parked:
            totals[event.enrollment_id].seen_up_to = event.sequence
            continue
        try:
            take_in(tally, totals[event.enrollment_id], event)
            step.counted += 1
        except (TypeError, ValueError, LookupError) as problem:
            step.failures[event.pk] = _reason(problem)
            step.left.add(event.enrollment_id)
    writing.save(totals, tally)
    for interaction_id, reason in step.failures.items():
        _note_failure(interaction_id, reason, tries)
    return step


def _waiting(left: Collection[int]) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(parked_because="").exclude(interaction__enrollment__in=left).order_by("pk")


def _unseen(learners: Collection[int]) -> QuerySet[Interaction]:
    """What happened after the bookmarks, a learner at a time."""
    unseen = Interaction.objects.filter(
        enrollment__in=learners, sequence__gt=F("enrollment__total__seen_up_to")
    ).order_by("enrollment_id", "sequence")
    return unseen.select_related("question_version", "presentation").defer("result", "question_version__content")


def _next_of(learner: int) -> int | None:
    unseen = _unseen([learner]).values_list("pk", flat=True)[:BATCH]
    parked = set(
        OutboxEntry.objects.exclude(parked_because="").filter(pk__in=list(unseen)).values_list("pk", flat=True)
    )
    return next((pk for pk in unseen if pk not in parked), None)


def _parked(events: Iterable[Interaction]) -> set[int]:
    entries = OutboxEntry.objects.exclude(parked_because="").filter(pk__in=[event.pk for event in events])
    return set(entries.values_list("pk", flat=True))


def _is_counted(interaction: Interaction, totals: dict[int, EnrollmentTotal]) -> bool:
    total = totals.get(interaction.enrollment_id)
    return total is not None and interaction.sequence <= total.seen_up_to


def _note_failure(interaction_id: int, reason: str, tries: int) -> None:
    entry = OutboxEntry.objects.get_or_create(interaction_id=interaction_id)[0]
    entry.attempts += 1
    entry.parked_because = reason if entry.attempts >= tries else ""
    entry.save()


def _reason(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:500]


def _keep_others_out() -> None:
    """Let nobody else count until this transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE analytics_enrollmenttotal IN SHARE ROW EXCLUSIVE MODE")
