"""The course in its own order: what it adds to a score, and the last rung, which needs no tutor and no numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count, Max

from adaptive.adapting import Standing
from adaptive.explaining import Reason, reason_given
from adaptive.guarding import NothingToLearn
from adaptive.models import Aim, Recommendation, Rung
from adaptive.progress import Ending
from adaptive.steering import DirectiveEntry, Steering, steering_of
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, syllabus_of
from adaptive.ways import Candidate
from adaptive.wishes import Wishes, wishes_of
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

    What trainers or rules put aside is left out here, too. What the learner asked for comes first, and what they
    refused stays away for its time. Then comes what trainers want: once the modules that it builds on are finished, as
    nobody can say here what is known.
    """
    syllabus, wishes = syllabus_of(enrollment), wishes_of(enrollment)
    way, reason = _next_way(enrollment, syllabus, wishes)
    latest = Recommendation.objects.of(enrollment).first()
    if latest and latest.rung == Rung.COURSE_ORDER and _is_on_offer(latest, way.module, wishes):
        return latest
    return Recommendation.objects.create(
        enrollment=enrollment,
        module_id=way.module.id,
        variant_id=way.variant.id if way.variant else None,
        purpose=way.aim,
        rung=Rung.COURSE_ORDER,
        policy=POLICY,
        propensity=1.0,
        reasons=[reason],
        edition=syllabus.edition,
        after_sequence=enrollment.last_sequence,
    )


def _is_on_offer(step: Recommendation, module: ModuleEntry, wishes: Wishes) -> bool:
    """It is about the module, nothing closed it since, its lesson is published, and its learner can use it."""
    if step.module_id != module.id or step.after_sequence < wishes.progress.closed:
        return False
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


def _next_way(enrollment: Enrollment, syllabus: Syllabus, wishes: Wishes) -> tuple[Candidate, Reason]:
    """Return what to offer, and why: the learner asked for it, a trainer did, or it is next in the course."""
    steering, endings = steering_of(enrollment), _endings(enrollment)
    left = steering.left_of(syllabus.modules.values())
    if not left:
        raise NothingToLearn
    answered = wishes.answered(left)
    if answered:
        return answered
    free = [one for one in left if not wishes.keeps_out(one)]
    first = _asked_first(syllabus, steering, free, endings)
    if first:
        return wishes.way(first[0]), first[1]
    if not free:
        return wishes.given_back(left)
    module = min(free, key=lambda one: endings.times.get(one.id, 0))
    is_meanwhile = module.id in endings.times and any(one.id not in endings.times for one in left)
    return wishes.way(module), {"rule": "meanwhile_done" if is_meanwhile else "order"}


@dataclass(frozen=True)
class Endings:
    """How often each module was finished, and when last; one that seems known from a placement test was, once."""

    times: Mapping[int, int]
    last: Mapping[int, datetime]


def _endings(enrollment: Enrollment) -> Endings:
    finished = enrollment.interactions.filter(kind=InteractionKind.FINISHED).values_list("module")
    found = {pk: (count, last) for pk, count, last in finished.annotate(Count("id"), Max("at")).order_by()}
    times = dict.fromkeys(_placed(enrollment), 1) | {pk: count for pk, (count, _) in found.items()}
    return Endings(times, {pk: at for pk, (_, at) in found.items()})


def _asked_first(
    syllabus: Syllabus, steering: Steering, free: Sequence[ModuleEntry], endings: Endings
) -> tuple[ModuleEntry, Reason] | None:
    """Return which of these modules a trainer or a rule wants offered before all others, and their word."""
    done = frozenset(endings.times)
    for rule, asked in (("pinned", steering.pinned), ("due", steering.wanted)):
        ready = [m for m in free if m.id in asked and not (m.id in done and _is_met(asked[m.id], endings.last))]
        for module in ready:
            if _has_basis(syllabus, module, done, steering.waived):
                return module, reason_given(rule, asked[module.id])
    return None


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
