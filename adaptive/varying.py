"""The guard against narrow fare, held against what a learner had lately: modalities, skills, types of questions.

It bounds what may be drawn, not what it is worth. What a learner asks for or a trainer wants goes before it. Questions
alone are a way of learning like any other (`mlcore.effects.credit`), so a window holds no more of them than of lessons
in one modality, and its entropy has the same floor: who has many reviews due gets other things between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adaptive.adapting import Standing
from adaptive.guarding import Admitted
from adaptive.syllabus import QuestionEntry
from mlcore import diversity
from mlcore.diversity import Step, all_within, keeps_kinds
from mlcore.effects.credit import QUESTIONS

NOT_FOR = ("asked", "pinned", "due", "put_off")  # rules that let in what somebody wants


def varied(standing: Standing, may_be: Admitted) -> np.ndarray:
    """Return which candidates leave no skill and no modality more than its share of the latest steps.  [n]

    All of them, where none does or where somebody asked for them.
    """
    if may_be.rule in NOT_FOR:
        return np.ones(len(may_be.candidates), bool)
    modules, steps = standing.syllabus.modules, standing.progress.steps
    return diversity.varied(
        [_step(modality, modules[module].skills if module in modules else ()) for module, modality in steps],
        [_step(one.variant.modality if one.variant else "", one.module.skills) for one in may_be.candidates],
    )


def of_several_kinds(standing: Standing, questions: Sequence[QuestionEntry]) -> list[QuestionEntry]:
    """Return the questions that keep types mixed, once a first module is known; all of them, where none does."""
    if not any(module.done for module in standing.progress.modules.values()):
        return list(questions)
    allowed = all_within(keeps_kinds(standing.progress.kinds, [question.kind for question in questions]))
    return [question for question, is_allowed in zip(questions, allowed, strict=True) if is_allowed]


def _step(modality: str, skills: Sequence[int]) -> Step:
    return Step((modality or QUESTIONS,), skills)
