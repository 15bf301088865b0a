"""The course in its own order: what it adds to a score, and the last rung, which needs no tutor and no numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from django.db.models import Count, Max

from adaptive.adapting import Standing
from adaptive.explaining import Reason, reason_given
from adaptive.guarding import NothingToLearn
from adaptive.models import Aim, Recommendation, Rung
from adaptive.progress import Ending
from adaptive.steering import DirectiveEntry, steering_of
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, syllabus_of
from adaptive.ways import Candidate
from courses.models import Enrollment, Interaction, InteractionKind
from mlcore.ordering import order_terms

POLICY = "course order"


def order_of(standing: Standing, candidates: Sequence[Candidate]) -> np.ndarray:
    """Return what the author's order adds to each score, so that it decides between equals (`mlcore.ordering`).  [n]"""
    begun = [standing.progress.module(one.module.id) for one in candidates]
    is_new = [
        one.aim == Aim.LEARN and not (own.opened or own.answered) for one, own in zip(candidates, begun, strict=True)
    ]
    is_layered = any(skill.requires for skill in standing.syllabus.skills.values())
    return order_terms(np.array([one.module.place for one in candidates]), np.array(is_new), is_layered)


def step_in_order(enrollment: Enrollment) -> Recommendation:
    """Offer the first module that was not finished yet; when all were, the one finished least often.

    What trainers or rules put aside is left out here, too, and what they want offered first comes first: once the
    modules that it builds on are finished, as nobody can say here what is known.
    """
    module, reason = _next_module(enrollment, syllabus_of(enrollment))
    latest = Recommendation.objects.of(enrollment).first()
    if latest and latest.rung == Rung.COURSE_ORDER and latest.module_id == module.id and _has(module, latest):
        return latest
    return Recommendation.objects.create(
        enrollment=enrollment,
        module_id=module.id,
        variant_id=module.variants[0].id if module.variants else None,
        purpose=Aim.LEARN,
        rung=Rung.COURSE_ORDER,
        policy=POLICY,
        propensity=1.0,
        reasons=[reason],
        edition=syllabus_of(enrollment).edition,
        after_sequence=enrollment.last_sequence,
    )


def _has(module: ModuleEntry, step: Recommendation) -> bool:
    """The lesson of the step is published, and its learner can use it."""
    return step.variant_id is None or module.variant(step.variant_id) is not None


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


def _next_module(enrollment: Enrollment, syllabus: Syllabus) -> tuple[ModuleEntry, Reason]:
    """Return the module to offer, and why: it was asked for first, it has a deadline, or it is next in the course."""
    finished = enrollment.interactions.filter(kind=InteractionKind.FINISHED).values_list("module")
    endings = {pk: (count, last) for pk, count, last in finished.annotate(Count("id"), Max("at")).order_by()}
    times = dict.fromkeys(_placed(enrollment), 1) | {pk: count for pk, (count, _) in endings.items()}
    last = {pk: at for pk, (_, at) in endings.items()}
    steering = steering_of(enrollment)
    left = steering.left_of(syllabus.modules.values())
    if not left:
        raise NothingToLearn
    done = frozenset(times)
    for rule, asked in (("pinned", steering.pinned), ("due", steering.wanted)):
        ready = [one for one in left if one.id in asked and not (one.id in done and _is_met(asked[one.id], last))]
        for module in ready:
            if _has_basis(syllabus, module, done, steering.waived):
                return module, reason_given(rule, asked[module.id])
    return min(left, key=lambda module: times.get(module.id, 0)), {"rule": "order"}


def _is_met(asked: DirectiveEntry, last: Mapping[int, datetime]) -> bool:
    """As returning.is_fulfilled, of a module that is done: `last` is when the latest visit to each ended."""
    at = last.get(asked.about)
    return asked.for_all or not asked.made or at is None or at > datetime.fromisoformat(asked.made)


def _placed(enrollment: Enrollment) -> set[int]:
    """Return the modules whose skills seemed known from the latest placement test."""
    tests = enrollment.interactions.filter(kind=InteractionKind.PLACED, response__because=Ending.PLACED)
    found = tests.order_by("-sequence").values_list("response__known", flat=True).first()
    return {module for modules in (found or {}).values() for module in modules}


def _has_basis(syllabus: Syllabus, module: ModuleEntry, done: frozenset[int], waived: frozenset[int]) -> bool:
    """Every module that teaches what this one builds on is finished, or what it teaches counts as known."""
    needed = [skill for skill in module.requires if skill not in waived]
    return all(before.id in done for skill in needed for before in syllabus.taught_in[skill])
