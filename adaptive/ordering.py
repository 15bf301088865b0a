"""The last rung: the course in its own order, from the log alone. It needs no tutor and no numbers."""

from __future__ import annotations

from django.db.models import Count, Max

from adaptive.guarding import NothingToLearn
from adaptive.models import Aim, Recommendation, Rung
from adaptive.steering import steering_of
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, syllabus_of
from courses.models import Enrollment, Interaction, InteractionKind

POLICY = "course order"


def step_in_order(enrollment: Enrollment) -> Recommendation:
    """Offer the first module that was not finished yet; when all were, the one finished least often.

    What trainers put aside is left out here, too; the rest of their wishes needs a tutor.
    """
    module = _first_unfinished(enrollment, syllabus_of(enrollment))
    latest = Recommendation.objects.of(enrollment).first()
    if latest and latest.rung == Rung.COURSE_ORDER and latest.module_id == module.id:
        return latest
    return Recommendation.objects.create(
        enrollment=enrollment,
        module_id=module.id,
        variant_id=module.variants[0].id if module.variants else None,
        purpose=Aim.LEARN,
        rung=Rung.COURSE_ORDER,
        policy=POLICY,
        propensity=1.0,
        reasons=[{"rule": "order"}],
        edition=syllabus_of(enrollment).edition,
        after_sequence=enrollment.last_sequence,
    )


def question_in_order(enrollment: Enrollment, module: ModuleEntry) -> QuestionEntry | None:
    """Return the first question of the module that was shown least often."""
    shown = enrollment.presentations.filter(module=module.id).values_list("question_version__question")
    times = dict(shown.annotate(times=Count("id")).order_by())
    return min(module.questions, key=lambda question: times.get(question.id, 0), default=None)


def answers_since_finishing(answer: Interaction) -> int:
    """Count the answers of this visit to the module, with this one."""
    entries = answer.enrollment.interactions.filter(module=answer.module_id)
    finished = entries.filter(kind=InteractionKind.FINISHED).aggregate(last=Max("sequence"))["last"] or 0
    return entries.answers().after(finished).count()


def _first_unfinished(enrollment: Enrollment, syllabus: Syllabus) -> ModuleEntry:
    finished = enrollment.interactions.filter(kind=InteractionKind.FINISHED).values_list("module")
    times = dict(finished.annotate(times=Count("id")).order_by())
    left = steering_of(enrollment).left_of(syllabus.modules.values())
    if not left:
        raise NothingToLearn
    return min(left, key=lambda module: times.get(module.id, 0))
