"""What somebody does with a placement test: begins or resumes it, answers, and stops whenever they like."""

from __future__ import annotations

from django.db import transaction

from adaptive.adapting import Standing, caught_up, read_standing, standing_of
from adaptive.deciding import Decision
from adaptive.degrading import on_the_best_rung
from adaptive.directives import Directive
from adaptive.placement import (
    MOST_QUESTIONS,
    conclusion,
    draw_question,
    is_asked_anew,
    is_on_offer,
    is_under_way,
    may_be_taken,
)
from adaptive.progress import Ending
from adaptive.recommending import draw_step
from adaptive.serving import LiveTutor, live_tutor
from adaptive.visiting import Place
from courses import clock
from courses.models import Enrollment, Interaction, InteractionKind, InteractionQuerySet, Presentation, Purpose
from courses.recording import append, lock
from courses.statements import insert

ANSWERED = InteractionKind.ANSWERED


def is_of_placement(answer: Interaction) -> bool:
    return answer.presentation is not None and answer.presentation.purpose == Purpose.PLACEMENT


def waiting_question(enrollment: Enrollment) -> Presentation | None:
    """Return the question of the test that waits for its answer."""
    shown = enrollment.presentations.filter(purpose=Purpose.PLACEMENT).exclude(interactions__kind=ANSWERED)
    began = _began_anew(enrollment)
    shown = shown.filter(shown_at__gte=began.at) if began else shown
    return shown.select_related("question_version", "module").order_by("-shown_at").first()


def place_of(shown: Presentation) -> Place:
    """Return which question of the test this is, and how many there will be at most."""
    return Place(min(answers_in_test(shown.enrollment).count() + 1, MOST_QUESTIONS), MOST_QUESTIONS)


def answers_in_test(enrollment: Enrollment) -> InteractionQuerySet:
    """Return the answers of the latest test, in their order."""
    began = _began_anew(enrollment)
    later = enrollment.interactions.after(began.sequence if began else 0)
    return later.answers().filter(presentation__purpose=Purpose.PLACEMENT)


def finding(enrollment: Enrollment) -> Interaction | None:
    """Return the entry of the log that ended the test: the latest, where there were several."""
    return _placed(enrollment).exclude(response__because=Ending.ANEW).order_by("-sequence").first()


def is_kept_back(shown: Presentation) -> bool:
    """Nothing is said about an answer of the test until that has ended."""
    enrollment = shown.enrollment
    if shown.purpose != Purpose.PLACEMENT:
        return False
    return is_under_way(standing_of(enrollment, live_tutor(enrollment.course_id)))


def is_overtaken(shown: Presentation) -> bool:
    """A question of a test that has ended, or of another than the one that goes on, is not asked any more."""
    enrollment = shown.enrollment
    if shown.purpose != Purpose.PLACEMENT:
        return False
    goes_on = is_on_offer(standing_of(enrollment, live_tutor(enrollment.course_id)))
    return not goes_on or waiting_question(enrollment) != shown


def begin_placement(enrollment: Enrollment) -> Presentation | None:
    """Return the question to answer now: the one that waits, or a new one. None if there is nothing to ask.

    Who wants another test, or one after all, begins it anew.
    """

    def ask(live: LiveTutor) -> Presentation | None:
        lock(enrollment)
        standing = caught_up(read_standing(enrollment, live))
        if not may_be_taken(standing):
            return None
        if is_asked_anew(standing) or not is_on_offer(standing):
            _begin_anew(standing)
        return waiting_question(enrollment) or _asked(standing)

    return on_the_best_rung(enrollment, ask, otherwise=lambda: None)


def stop_placement(enrollment: Enrollment) -> None:
    """End the test with what its answers tell so far; without any, nobody wanted it. Stopping twice changes nothing."""

    def end(live: LiveTutor) -> None:
        lock(enrollment)
        standing = caught_up(read_standing(enrollment, live))
        if is_on_offer(standing):
            if is_asked_anew(standing):
                _begin_anew(standing)
            _conclude(standing, was_stopped=True)

    @transaction.atomic
    def end_without_tutor() -> None:
        append(enrollment, without_finding())

    on_the_best_rung(enrollment, end, otherwise=end_without_tutor)


def leave_placement(enrollment: Enrollment) -> Interaction | None:
    """End a test that is left for a lesson, with what its answers tell; return the entry that says so.

    None if there was none to leave: nobody who has not answered yet has begun, unless they began it anew.
    """
    if not _is_left(standing_of(enrollment, live_tutor(enrollment.course_id))):
        return None

    def end(live: LiveTutor) -> Interaction | None:
        lock(enrollment)
        standing = caught_up(read_standing(enrollment, live))
        return _conclude(standing, was_stopped=True) if _is_left(standing) else None

    return on_the_best_rung(enrollment, end, otherwise=lambda: None)


def go_on_placing(standing: Standing) -> Decision:
    """Go on after an answer of the test, which was taken in: ask the next question, or end with what was found.

    Neither, if real work has begun meanwhile: then the answer is one like any other.
    """
    if not is_on_offer(standing):
        return Decision()
    question = draw_question(standing)
    if question:
        return Decision(question=question)
    ending = conclusion(standing)
    standing.take_in([ending])
    return Decision(ending=ending, step=draw_step(standing))


def without_finding() -> Interaction:
    """Return the entry of the log that ends a test about which nothing can be said."""
    return Interaction(kind=InteractionKind.PLACED, response={"because": Ending.SKIPPED, "known": {}, "chances": {}})


def _begin_anew(standing: Standing) -> None:
    """Forget the answers of the earlier test; what it found counts until this one ends.

    Where a trainer asks for another one, what they asked for is done with its beginning.
    """
    asked = standing.steering.placement
    response: dict[str, object] = {"because": Ending.ANEW} | ({"directive": asked.id} if asked else {})
    standing.take_in([append(standing.enrollment, Interaction(kind=InteractionKind.PLACED, response=response))])
    if asked:
        Directive.objects.filter(pk=asked.id, ended_at=None).update(ended_at=clock.now())
        standing.steering = standing.steering.without(asked)
    standing.keep()


def _began_anew(enrollment: Enrollment) -> Interaction | None:
    """Return the entry of the log with which the latest test began that was not the first."""
    return _placed(enrollment).filter(response__because=Ending.ANEW).order_by("-sequence").first()


def _placed(enrollment: Enrollment) -> InteractionQuerySet:
    return enrollment.interactions.filter(kind=InteractionKind.PLACED)


def _asked(standing: Standing) -> Presentation | None:
    """Choose the next question, and write it down before it is shown; end the test if there is none."""
    question = draw_question(standing)
    if question:
        insert(question)
    else:
        _conclude(standing)
    return question


def _is_left(standing: Standing) -> bool:
    return is_under_way(standing) or (standing.progress.placement.is_anew and is_on_offer(standing))


def _conclude(standing: Standing, was_stopped: bool = False) -> Interaction:
    ending = append(standing.enrollment, conclusion(standing, was_stopped))
    standing.take_in([ending])
    standing.keep()
    return ending
