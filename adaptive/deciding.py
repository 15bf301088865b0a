"""What an answer leads to: decided on where the learner stands, without reading or writing anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.adapting import Standing
from adaptive.asking import draw_question
from adaptive.guarding import is_put_aside
from adaptive.models import Aim, Recommendation
from adaptive.recommending import draw_step
from adaptive.syllabus import ModuleEntry
from adaptive.visiting import ending_of
from courses.models import Interaction, InteractionKind, Presentation, Purpose


@dataclass(frozen=True)
class Decision:
    """What comes next: a question, or the end of the visit and another step. Neither, if the visit was broken off."""

    question: Presentation | None = None
    ending: Interaction | None = None  # the next entry of the log
    step: Recommendation | None = None


@dataclass(frozen=True)
class Draws:
    """How a question of a module and a step are drawn."""

    question: Callable[[Standing, ModuleEntry, int | None, Aim], Presentation | None]
    step: Callable[[Standing], Recommendation]


def decide(standing: Standing, answer: Interaction, draws: Draws | None = None) -> Decision:
    """Go on in the module of the answer, which was taken in; or end the visit, take that in, and choose a step.

    Drawn by chance as things are now, or as who imagines learners wants it.
    """
    draws = draws or Draws(draw_question, draw_step)
    module, aim = _module_at_work(standing, answer), _aim(answer)
    if module is None:
        return Decision()
    because = ending_of(standing, module, aim)
    if not because:
        return Decision(question=draws.question(standing, module, answer.variant_id, aim))
    ending = ending_after(answer, because)
    standing.take_in([ending])
    return Decision(ending=ending, step=draws.step(standing))


def ending_after(answer: Interaction, because: str) -> Interaction:
    """Return the entry of the log that says that the visit ended with this answer."""
    return Interaction(
        sequence=answer.sequence + 1,
        kind=InteractionKind.FINISHED,
        module_id=answer.module_id,
        variant_id=answer.variant_id,
        response={"because": because},
    )


def _module_at_work(standing: Standing, answer: Interaction) -> ModuleEntry | None:
    """The module of the answer, unless the learner moved on since the question was shown, or it was put aside."""
    module = standing.syllabus.modules.get(answer.module_id or 0)
    goes_on = module and standing.progress.current == module.id and not is_put_aside(standing, module)
    return module if goes_on else None


def _aim(answer: Interaction) -> Aim:
    is_review = answer.presentation is not None and answer.presentation.purpose == Purpose.REVIEW
    return Aim.REVIEW if is_review else Aim.LEARN
