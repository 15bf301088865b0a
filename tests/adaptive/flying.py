"""Learners who exist in memory only: the decisions are the product's, and no log is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from adaptive.adapting import Standing, read_standing
from adaptive.asking import draw_question
from adaptive.deciding import decide
from adaptive.models import Aim, Recommendation
from adaptive.progress import Ending
from adaptive.recommending import draw_step
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Enrollment, Interaction, InteractionKind, Presentation


@dataclass
class Flight:
    """One made-up learner on the way through a course."""

    standing: Standing
    offers: list[Recommendation] = field(default_factory=list)
    question: Presentation | None = None
    answers: int = 0

    @classmethod
    def of(cls, enrollment: Enrollment) -> Flight:
        return cls(read_standing(enrollment, live_tutor(enrollment.course_id)))

    @property
    def step(self) -> Recommendation:
        return self.offers[-1]

    def go_on(self) -> None:
        """Open a step until there is a question to answer, or the course is over."""
        while self.question is None and not self.standing.is_complete:
            if not self.offers or self.step.after_sequence < self.standing.progress.closed:
                self.offers.append(draw_step(self.standing))
            self._happens(InteractionKind.OPENED)
            module = self.standing.syllabus.modules[self.step.module_id]
            self.question = draw_question(self.standing, module, self.step.variant_id, Aim(self.step.purpose))
            if self.question is None:
                self._happens(InteractionKind.FINISHED, because=Ending.READ)

    def answer(self, score: float) -> None:
        """Answer the question that waits."""
        question = self.question
        assert question
        version = question.question_version
        answer = self._happens(InteractionKind.ANSWERED, score=score, presentation=question, question_version=version)
        self.answers += 1
        decision = decide(self.standing, answer)
        self.question = decision.question
        if decision.step:
            self.offers.append(decision.step)

    def wish(self, wish: str) -> None:
        """Ask for something else than the step on offer."""
        variant = self.standing.syllabus.modules[self.step.module_id].variant(self.step.variant_id)
        self._happens(InteractionKind.OVERRODE, wish=wish, difficulty=variant.difficulty if variant else None)
        self.question = None

    def _happens(self, kind: InteractionKind, **facts: object) -> Interaction:
        known = {name: facts.pop(name) for name in ("score", "presentation", "question_version") if name in facts}
        entry = Interaction(
            sequence=self.standing.state.seen_up_to + 1,
            kind=kind,
            at=clock.now() + timedelta(minutes=self.answers),
            module_id=self.step.module_id,
            variant_id=self.step.variant_id,
            response=facts,
            **known,
        )
        self.standing.take_in([entry])
        return entry
