"""What must hold after every fault: nothing promised is lost, nothing is there twice, and all that follows agrees."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from adaptive.adapting import standing_of
from adaptive.models import LearnerState, Outcome
from adaptive.serving import COUNTING, LiveTutor, live_tutor
from analytics import summarizing
from analytics.models import EnrollmentTotal, QuestionTotal
from courses.marking import response_from
from courses.models import Enrollment, Interaction, OutboxEntry
from tests.analytics.test_summarizing import counts
from tests.conftest import forget_what_is_kept
from tests.faults.learners import Book, Promise


def what_is_wrong(book: Book) -> list[str]:
    """Return every broken promise and every disagreement; nothing when all is well."""
    forget_what_is_kept()
    return [
        *broken_promises(book),
        *answers_nobody_gave(book),
        *gaps_in_the_log(),
        *answers_without_what_belongs_to_them(),
        *states_unlike_the_log(),
        *counts_unlike_the_log(),
    ]


def broken_promises(book: Book) -> Iterator[str]:
    """What was acknowledged must be in the log once, as it was sent and as the learner was told."""
    rows = defaultdict(list)
    for row in Interaction.objects.answers().select_related("question_version"):
        rows[row.key].append(row)
    for promise in book.promises:
        found = rows[promise.key]
        if len(found) != 1:
            yield f"answer {promise.key} was promised, and is there {len(found)} times"
        elif _told(found[0]) != _promised(promise, found[0]):
            yield f"answer {promise.key} is not what was promised"


def _told(row: Interaction) -> tuple[Any, ...]:
    return row.presentation_id, row.response, row.sequence, row.score


def _promised(promise: Promise, row: Interaction) -> tuple[Any, ...]:
    assert row.question_version
    response = response_from(row.question_version.content, promise.response)
    return promise.presentation, response, promise.result["sequence"], promise.result["mark"]["score"]


def answers_nobody_gave(book: Book) -> Iterator[str]:
    keys = Counter(Interaction.objects.answers().values_list("key", flat=True))
    asked = Counter(Interaction.objects.answers().values_list("presentation", flat=True))
    yield from (f"nobody sent the answer {key}" for key in keys.keys() - book.sent)
    yield from (f"answer {key} is there {times} times" for key, times in keys.items() if times > 1)
    yield from (f"question {shown} was answered {times} times" for shown, times in asked.items() if times > 1)


def gaps_in_the_log() -> Iterator[str]:
    for enrollment in Enrollment.objects.all():
        numbers = list(enrollment.interactions.order_by("sequence").values_list("sequence", flat=True))
        if numbers != list(range(1, enrollment.last_sequence + 1)):
            yield f"the log of {enrollment.pk} has gaps: {len(numbers)} entries, the last is {enrollment.last_sequence}"


def answers_without_what_belongs_to_them() -> Iterator[str]:
    """An answer brings an outcome; whatever happened is counted already, or waits in the outbox."""
    with_outcome = set(Outcome.objects.values_list("answer", flat=True))
    waiting = set(OutboxEntry.objects.values_list("interaction", flat=True))
    counted = dict(EnrollmentTotal.objects.values_list("enrollment", "seen_up_to"))
    for row in Interaction.objects.all():
        if row.kind == "answered" and row.pk not in with_outcome:
            yield f"{row} has no outcome"
        if row.sequence > counted.get(row.enrollment_id, 0) and row.pk not in waiting:
            yield f"{row} is not counted, and does not wait to be"


def states_unlike_the_log() -> Iterator[str]:
    """Replaying the log must give what is stored, for every state."""
    states = LearnerState.objects.select_related("enrollment__course__edition")
    answered = set(Interaction.objects.answers().values_list("enrollment", flat=True))
    yield from (f"{pk} answered, and has no state" for pk in answered - {state.enrollment_id for state in states})
    for state in states:
        enrollment = state.enrollment
        live = live_tutor(enrollment.course_id) if state.checkpoint_id else COUNTING
        if live.checkpoint != state.checkpoint_id or state.seen_up_to > enrollment.last_sequence:
            yield f"state {state.pk} is of another checkpoint, or ahead of its log"
        elif _lived(enrollment, live) != _replayed(enrollment, live):
            yield f"state {state.pk} is not what its log says"


def _lived(enrollment: Enrollment, live: LiveTutor) -> tuple[Any, ...]:
    return _facts(standing_of(enrollment, live).state)


def _replayed(enrollment: Enrollment, live: LiveTutor) -> tuple[Any, ...]:
    with transaction.atomic():
        LearnerState.objects.filter(enrollment=enrollment, checkpoint=live.checkpoint).delete()
        state = standing_of(enrollment, live).state
        transaction.set_rollback(True)
    return _facts(state)


def _facts(state: LearnerState) -> tuple[Any, ...]:
    return bytes(state.belief), state.progress, state.mastery, state.seen_up_to


def counts_unlike_the_log() -> Iterator[str]:
    """Fold what waits; then the counts must be what the log adds up to, and what counting anew gives."""
    summarizing.drain()
    yield from (f"{entry} is left in the outbox: {entry.parked_because}" for entry in OutboxEntry.objects.all())
    answers = Interaction.objects.answers()
    by_learner = Counter(answers.values_list("enrollment", flat=True))
    by_question = Counter(answers.values_list("question_version__question", flat=True))
    if by_learner != Counter(dict(EnrollmentTotal.objects.values_list("enrollment", "answers"))):
        yield "the totals of learners are not what the log adds up to"
    if by_question != Counter(dict(QuestionTotal.objects.values_list("question", "answers"))):
        yield "the totals of questions are not what the log adds up to"
    folded = counts()
    summarizing.rebuild()
    if counts() != folded:
        yield "counting anew gives something else"
