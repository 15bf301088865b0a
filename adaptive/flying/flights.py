"""A learner who exists in memory only: the decisions are the product's, and nothing is read or written.

None takes a placement test: everybody begins at the beginning.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from adaptive.adapting import Standing, nothing_seen
from adaptive.asking import POLICY, askable, pick_among, predict_questions
from adaptive.deciding import Draws, decide
from adaptive.flying.rows import Blank
from adaptive.imagining import version_of
from adaptive.mastery import Level
from adaptive.modalities import factors_in
from adaptive.models import Aim, Recommendation
from adaptive.progress import Ending
from adaptive.recommending import Inputs, choose
from adaptive.sequence_terms import sequencer_for
from adaptive.sequencing import LiveSequencer
from adaptive.serving import LiveTutor
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, VariantEntry
from courses.models import Enrollment, Interaction, InteractionKind, Presentation, Purpose
from mlcore.answers import Answer
from mlcore.effects.believing import Effect, believed, means_of, tries_of
from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law
from mlcore.retention import usual_paces
from mlcore.tutor import Mastery

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday; always the same, as the same seed must lead the same way

ENTRIES, PRESENTATIONS, OFFERS = Blank(Interaction), Blank(Presentation), Blank(Recommendation)


@dataclass(frozen=True)
class Plan:
    """All that is needed to fly learners through a course, without a database. It can be sent to another process."""

    syllabus: Syllabus
    live: LiveTutor
    effects: Mapping[str, Effect]  # of ways of learning on other learners of the subject
    seed: int = 0
    sequencer: LiveSequencer | None = None  # of the recurrent policy, where that chooses
    law: Law = USUAL  # by which learners of the subject are taken to forget
    paces: Numbers = field(default_factory=usual_paces)  # at which


@dataclass(frozen=True)
class Wanted:
    """A question that is to be chosen among these."""

    module: ModuleEntry
    variant: int | None
    aim: Aim
    questions: Sequence[QuestionEntry]


@dataclass(frozen=True)
class Given:
    """An answer that is to be taken in: as an entry of the log, and as the tutor reads it."""

    entry: Interaction
    answer: Answer


@dataclass
class Flight:
    """One learner on the way. All chance comes from `rng`, and time is what `at` says.

    Who is patient waits, as to ask the tutor for many at once costs little more than for one: with each question until
    the success at those that are `wanted` was predicted and `show` is called, and with each answer that was `given`
    until a belief was made of it and `take_in` is called.
    """

    standing: Standing
    rng: random.Random
    effects: Mapping[str, Effect] = field(default_factory=dict)
    at: datetime = BEGAN
    offers: list[Recommendation] = field(default_factory=list)
    shown: Presentation | None = None  # the question that waits
    answers: int = 0
    is_patient: bool = False
    wanted: Wanted | None = None
    given: Given | None = None
    ended: str = ""  # how the latest visit ended with its last answer; "" while it goes on

    @cached_property
    def factors(self) -> dict[str, list[str]]:
        return factors_in(self.standing.syllabus)

    @classmethod
    def of(cls, plan: Plan, rng: random.Random) -> Flight:
        nobody = Enrollment(course_id=plan.syllabus.course_id)
        standing = nothing_seen(nobody, plan.live, plan.syllabus, plan.sequencer, plan.law)
        standing.paces = plan.paces
        return cls(standing, rng, plan.effects, is_patient=True)

    @property
    def step(self) -> Recommendation:
        return self.offers[-1]

    @property
    def module(self) -> ModuleEntry:
        return self.standing.syllabus.modules[self.step.module_id]

    @property
    def variant(self) -> VariantEntry | None:
        return self.module.variant(self.step.variant_id)

    @property
    def question(self) -> QuestionEntry | None:
        """The question that waits for its answer."""
        if self.shown is None:
            return None
        asked = self.shown.question_version.question_id
        return next(question for question in self.module.questions if question.id == asked)

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def go_on(self) -> None:
        """Begin steps until there is a question to answer, or the course is complete."""
        while self.shown is None and not self.standing.is_complete:
            self.begin_step()
            self.ask()

    def begin_step(self) -> None:
        """Open the step on offer, or the next one."""
        if not self.offers or self.step.after_sequence < self.standing.progress.closed:
            self.offers.append(self._draw_step(self.standing))
        self.ended = ""
        self._happens(InteractionKind.OPENED)

    def ask(self) -> None:
        """Let the step that was opened ask its first question. Where there is none, it is finished by this."""
        self.shown = self._draw_question(self.standing, self.module, self.step.variant_id, Aim(self.step.purpose))
        if self.shown is None and self.wanted is None:
            self._happens(InteractionKind.FINISHED, response={"because": Ending.READ})

    def show(self, predicted: np.ndarray) -> None:
        """Choose the question that is wanted, now that the success at each is predicted, and its sd.  [2, q]"""
        wanted, self.wanted = self.wanted, None
        if wanted:
            self.shown = self._present(wanted, predicted)

    def answer(self, score: float, seconds: float | None = None) -> str:
        """Answer the question that waits. Returns how the visit ended with it; "" while it goes on."""
        self.give(score, seconds)
        if self.given:
            self.take_in(self.standing.live.tutor.fold(self.standing.belief, [self.given.answer]))
        return self.ended

    def give(self, score: float, seconds: float | None = None) -> None:
        """Answer the question that waits. What that leads to is decided when it is taken in."""
        shown, self.shown = self.shown, None
        if shown is None:
            raise ValueError("there is no question to answer")
        version = shown.question_version
        entry = self._entry(
            InteractionKind.ANSWERED, score=score, presentation=shown, question_version=version, seconds_spent=seconds
        )
        (answer,) = self.standing.note([entry])
        self.given = Given(entry, answer)
        self.answers += 1

    def take_in(self, belief: Any, told: Sequence[Mastery] | None = None) -> None:
        """Go on with what is believed after the answer that was given; `told` as in `Standing.believe`."""
        given, self.given = self.given, None
        if given is None:
            raise ValueError("there is no answer to take in")
        self.standing.believe(belief, told)
        decision = decide(self.standing, given.entry, Draws(self._draw_question, self._draw_step))
        self.shown = decision.question
        if decision.step:
            self.offers.append(decision.step)
        self.ended = str(decision.ending.response["because"]) if decision.ending else ""

    def wish(self, wish: str, reason: str = "") -> None:
        """Ask for something else than the step on offer."""
        difficulty = self.variant.difficulty if self.variant else None
        response = {"wish": wish, "reason": reason, "difficulty": difficulty}
        self._happens(InteractionKind.OVERRODE, response=response)
        self.shown = None

    def _happens(self, kind: InteractionKind, **facts: Any) -> None:
        self.standing.take_in([self._entry(kind, **facts)])

    def _entry(self, kind: InteractionKind, **facts: Any) -> Interaction:
        return ENTRIES.row(
            sequence=self.standing.state.seen_up_to + 1,
            kind=kind,
            at=self.at,
            module_id=self.step.module_id,
            variant_id=self.step.variant_id,
            **facts,
        )

    def _draw_step(self, standing: Standing) -> Recommendation:
        effects = believed(standing.progress.arms, self.factors, self.effects)
        tries = tries_of(effects, self.rng)
        by = sequencer_for(standing)
        inputs = Inputs(self.at, self.rng.getrandbits(63), means_of(effects), tries=tries, sequencer=by)
        may_be, weighed = choose(standing, inputs)
        chosen = weighed.candidates[weighed.pick]
        return OFFERS.row(
            module_id=chosen.module.id,
            variant_id=chosen.variant.id if chosen.variant else None,
            purpose=chosen.aim,
            reasons=[{"rule": may_be.rule}],
            after_sequence=standing.state.seen_up_to,
        )

    def _draw_question(
        self, standing: Standing, module: ModuleEntry, variant: int | None, aim: Aim
    ) -> Presentation | None:
        wanted = Wanted(module, variant, aim, askable(standing, module))
        if not wanted.questions:
            return None
        if self.is_patient:
            self.wanted = wanted
            return None
        return self._present(wanted, predict_questions(standing, module, variant, wanted.questions))

    def _present(self, wanted: Wanted, predicted: np.ndarray) -> Presentation:
        drawn = pick_among(self.standing, wanted.module, wanted.questions, (predicted, self.rng.random()))
        return PRESENTATIONS.row(
            question_version=version_of(drawn.question, self.standing.syllabus),
            module_id=wanted.module.id,
            variant_id=wanted.variant,
            purpose=Purpose.REVIEW if wanted.aim == Aim.REVIEW else Purpose.PRACTICE,
            policy=POLICY,
            propensity=drawn.propensity,
            predicted=drawn.predicted,
            shown_at=self.at,
        )


def masterable(plan: Plan) -> frozenset[int]:
    """Return the skills that we believe mastered of who answers every question of the course once, all of them right.

    Nobody can show more: to answer the same question again shows that one remembers it.
    """
    standing = Flight.of(plan, random.Random(plan.seed)).standing
    for module in plan.syllabus.modules.values():
        answers = [_right(module, question, plan.syllabus) for question in module.questions]
        if answers:
            standing.take_in(answers)
    beliefs = standing.beliefs(list(plan.syllabus.skills)).values()
    return frozenset(belief.skill for belief in beliefs if belief.level == Level.MASTERED)


def _right(module: ModuleEntry, question: QuestionEntry, syllabus: Syllabus) -> Interaction:
    return Interaction(
        sequence=1,
        kind=InteractionKind.ANSWERED,
        at=BEGAN,
        module_id=module.id,
        question_version=version_of(question, syllabus),
        score=1.0,
    )
