"""What a learner does where no tutor can be used, and the course goes on in its order."""

from adaptive.models import Recommendation, Rung
from adaptive.recommending import recommend_next
from adaptive.stepping import Request, open_step, override
from courses.models import Enrollment, InteractionKind, Module
from courses.recording import Event, record_event
from tests.adaptive.acting import finish_a_module
from tests.adaptive.conftest import again


def said(enrollment: Enrollment, wish: str, about: Module | None = None, reason: str = "") -> Recommendation:
    """Open the step on offer and ask for this; return what came of it, which stays on offer."""
    open_step(again(enrollment))
    step = override(again(enrollment), Request(wish, about, reason))
    assert step.rung == Rung.COURSE_ORDER
    assert recommend_next(again(enrollment)) == step
    return step


def visit(enrollment: Enrollment, entries: int = 0) -> None:
    """Finish the step on offer, after so many more entries of the log."""
    for _ in range(entries):
        record_event(again(enrollment), Event(kind=InteractionKind.HINTED))
    finish_a_module(enrollment)


def way(step: Recommendation) -> tuple[str, str | None, int | None]:
    return step.module.slug, step.variant and step.variant.modality, step.variant and step.variant.difficulty
