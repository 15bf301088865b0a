"""Which question of a module comes next: one not seen yet, likely as hard as people learn most from."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import nlargest

import numpy as np
from django.db.models import BigIntegerField, DateTimeField, UUIDField

from adaptive.adapting import Standing
from adaptive.aiming import band_for
from adaptive.models import Aim, Recommendation
from adaptive.narrowing import half_of
from adaptive.ordering import question_in_order
from adaptive.preparing import prepared_questions
from adaptive.progress_rows import QuestionProgress
from adaptive.syllabus import ModuleEntry, QuestionEntry
from adaptive.varying import of_several_kinds
from courses.kept_versions import version_of
from courses.models import Enrollment, Interaction, Presentation, Purpose
from courses.statements import Query, Slot, insert
from mlcore.banding import chance_within
from mlcore.policy import PolicySettings, propensities

POLICY = "likely in the success band, 3"
SETTINGS = PolicySettings(temperature=0.1)
EXPLORED = 0.1  # of all choices are drawn evenly
DICE = secrets.SystemRandom()
FEW = 3  # questions, where none is as hard as was asked for: enough for a visit
LEAST_CHANCE = 1e-300  # to divide by, where nothing is anywhere near the band
OPEN_SKILL, SAME_SKILL, SAME_KIND = 0.3, -0.2, -0.1  # score for a skill not known yet, and for more of the same
LATEST = Query(
    lambda: Presentation.objects.filter(
        enrollment=Slot("enrollment", BigIntegerField()),
        module=Slot("module", BigIntegerField()),
        shown_at__gte=Slot("since", DateTimeField()),
    ).order_by("-shown_at")[:1]
)
ANSWERS = Query(
    lambda: Interaction.objects.answers().filter(presentation=Slot("presentation", UUIDField())).only("sequence")
)


def next_question(standing: Standing, module: ModuleEntry, variant: int | None, aim: Aim) -> Presentation | None:
    """Choose a question of the module, and write it down before it is shown. None if the module has none."""
    question = draw_question(standing, module, variant, aim)
    if question:
        insert(question)
    return question


def draw_question(standing: Standing, module: ModuleEntry, variant: int | None, aim: Aim) -> Presentation | None:
    """Choose a question of the module, and note how likely it was."""
    drawn = pick_question(standing, module, variant, DICE.random())
    if drawn is None:
        return None
    return Presentation(
        enrollment=standing.enrollment,
        question_version=version_of(drawn.question.version),
        module_id=module.id,
        variant_id=variant,
        purpose=Purpose.REVIEW if aim == Aim.REVIEW else Purpose.PRACTICE,
        policy=POLICY,
        propensity=drawn.propensity,
        checkpoint=standing.live.sha256,
        predicted=drawn.predicted,
    )


@dataclass(frozen=True)
class Drawn:
    """A question, how likely it was to be chosen, and to be answered right."""

    question: QuestionEntry
    propensity: float
    predicted: float


def pick_question(standing: Standing, module: ModuleEntry, variant: int | None, chance: float) -> Drawn | None:
    """Draw a question of the module by a number from 0 to 1. None if the module has none."""
    questions = askable(standing, module)
    if not questions:
        return None
    return pick_among(standing, module, questions, (predict_questions(standing, module, variant, questions), chance))


def pick_among(
    standing: Standing, module: ModuleEntry, questions: Sequence[QuestionEntry], drawn: tuple[np.ndarray, float]
) -> Drawn:
    """As pick_question, of these questions, where the success at each is predicted already: ([2, q], chance)."""
    predicted, chance = drawn
    chances = weigh_questions(standing, module, questions, predicted)
    pick = min(int(np.searchsorted(np.cumsum(chances), chance)), len(questions) - 1)
    return Drawn(questions[pick], float(chances[pick]), float(predicted[0, pick]))


def present_in_order(enrollment: Enrollment, module: ModuleEntry, variant: int | None) -> Presentation | None:
    """Choose the question shown least often, without weighing anything."""
    question = question_in_order(enrollment, module)
    if question is None:
        return None
    return Presentation.objects.create(
        enrollment=enrollment, question_version_id=question.version, module_id=module.id, variant_id=variant
    )


def askable(standing: Standing, module: ModuleEntry) -> list[QuestionEntry]:
    """Return the questions not seen yet, or else those that rested, or else those seen longest ago.

    They are as hard as was asked for, and of several types, if possible. How long a question rests is a setting of the
    course. A rule that asks for easier or harder lessons means their questions, too.
    """
    asked, wanted = standing.progress.questions, standing.progress.module(module.id)
    fitting = _nearest(module.questions, wanted.easiest, wanted.hardest)
    questions = half_of(fitting, standing.steering.level_in(module.id))
    unseen = [question for question in questions if question.id not in asked]
    by_age = sorted(questions, key=lambda question: asked.get(question.id, QuestionProgress()).last)
    return of_several_kinds(standing, unseen or _rested(standing, by_age) or by_age[: max(len(by_age) // 2, 1)])


def _nearest(questions: Sequence[QuestionEntry], easiest: int, hardest: int) -> list[QuestionEntry]:
    """Return the questions of these difficulties; where there are none, the few that come closest."""
    off = [max(easiest - question.difficulty, question.difficulty - hardest, 0) for question in questions]
    most = 0 if 0 in off else max(sorted(off)[:FEW], default=0)
    return [question for question, far in zip(questions, off, strict=True) if far <= most]


def predict_questions(
    standing: Standing, module: ModuleEntry, variant: int | None, questions: Sequence[QuestionEntry]
) -> np.ndarray:
    """Return the success that we expect at each question, after learning in this variant, and its sd.  [2, q]"""
    modality = standing.syllabus.modality_of.get(variant or 0)
    asked = prepared_questions(standing, module, questions, modality)
    return np.stack(standing.live.tutor.predict(standing.belief, asked))


def _rested(standing: Standing, questions: list[QuestionEntry]) -> list[QuestionEntry]:
    """Return those of these questions after which enough others were asked, in any module."""
    asked, rest = standing.progress.questions, standing.syllabus.question_rest
    latest = nlargest(rest, (question.last for question in asked.values()))
    return [question for question in questions if len(latest) == rest and asked[question.id].last < latest[-1]]


def weigh_questions(
    standing: Standing, module: ModuleEntry, questions: Sequence[QuestionEntry], predicted: np.ndarray
) -> np.ndarray:
    """Return the chance of each question to be chosen.

    What counts is how likely its success lies in the band, given what is open about the learner and the question:
    of two that are about as hard as we can tell, the one we know better comes first.
    """
    inside = chance_within(predicted[0], predicted[1], band_for(standing, SETTINGS.band))
    scores = inside / max(float(inside.max()), LEAST_CHANCE) + _mixing(standing, module, questions)
    return propensities(scores[None], replace(SETTINGS, floor=EXPLORED / len(questions)))


def _mixing(standing: Standing, module: ModuleEntry, questions: Sequence[QuestionEntry]) -> np.ndarray:
    """Score what is not known yet up, and more of the same down."""
    asked = standing.progress.questions
    seen = [question for question in module.questions if question.id in asked]
    last = max(seen, key=lambda question: asked[question.id].last, default=None)
    beliefs = standing.beliefs(module.skills)
    open_skills = {skill for skill, belief in beliefs.items() if not belief.is_known}
    several = len(module.skills) > 1
    return np.array(
        [
            OPEN_SKILL * bool(open_skills & set(question.skills))
            + SAME_SKILL * bool(several and last and last.skills == question.skills)
            + SAME_KIND * bool(last and last.kind == question.kind)
            for question in questions
        ]
    )


def open_question(enrollment: Enrollment, step: Recommendation) -> Presentation | None:
    """Return the question shown for this step that waits for its answer."""
    latest = LATEST.first(enrollment=enrollment.pk, module=step.module_id, since=step.made_at)
    return None if latest is None or ANSWERS.all(presentation=latest.pk) else latest
