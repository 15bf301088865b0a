"""One made-up learner flies through a course: where they went, what they answered, and what was true of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from adaptive.flying.flights import Flight, Plan
from adaptive.flying.learners import Character, Learner
from adaptive.models import Aim
from adaptive.syllabus import QuestionEntry
from adaptive.visiting import MOST_ANSWERS

DAY = 86_400.0
SESSION_MINUTES, SESSION_SPREAD = 45.0, 0.4  # of work in one go: median, and sd of its logarithm
GAP_DAYS = 1.0  # between sessions, on average
MOST_TO_EACH = 10  # visits to each module on average, reviews among them, before a flight counts as endless


@dataclass(frozen=True)
class Mark:
    """When something was reached: after so many answers, and so many minutes of work."""

    answers: int
    minutes: float


@dataclass
class Visit:
    """One visit to a module."""

    module: int
    variant: int | None
    is_review: bool
    is_ready: bool  # every prerequisite was truly held
    asked: list[tuple[int, bool]] = field(default_factory=list)  # questions, and whether they were answered right
    solving: list[float] = field(default_factory=list)  # the true chances to solve them by knowing
    ended: str = ""  # as in progress.Ending


@dataclass
class Trail:
    """A whole flight."""

    number: int
    character: Character
    visits: list[Visit] = field(default_factory=list)
    reached: dict[int, Mark] = field(default_factory=dict)  # skill -> first time of competence
    known: frozenset[int] = frozenset()  # skills that we believe known when it ends
    is_complete: bool = False
    answers: int = 0
    minutes: float = 0.0  # of work
    days: float = 0.0

    def competence(self, skills: frozenset[int]) -> Mark | None:
        """When the last of these skills was reached; None if one never was."""
        if not skills <= self.reached.keys():
            return None
        marks = [self.reached[skill] for skill in skills]
        return max(marks, key=lambda mark: mark.minutes, default=Mark(0, 0.0))


def fly(plan: Plan, number: int) -> Trail:
    """Let the learner of this number go through the course, to its end or until it proves endless."""
    journey = Journey(plan, number)
    while not journey.is_over:
        journey.visit()
    return journey.trail()


class Journey:
    """A learner, their flight, and what is noted of it."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.learner = Learner(plan.syllabus, number, plan.seed)
        self.flight = Flight.of(plan, self.learner.rng)
        self.noted = Trail(number, self.learner.character)
        self.most_visits = MOST_TO_EACH * len(plan.syllabus.modules)
        self.left = self._session()
        self.missing = list(self.learner.requires)  # skills not competent in yet
        self._note_competence()

    @property
    def is_over(self) -> bool:
        is_endless = len(self.noted.visits) >= self.most_visits or self.flight.answers >= self.most_answers
        return self.flight.standing.is_complete or is_endless

    @property
    def most_answers(self) -> int:
        return self.most_visits * MOST_ANSWERS

    def visit(self) -> None:
        """Open the step on offer, study it, and answer until the visit ends."""
        flight, at = self.flight, self.flight.at.timestamp()
        flight.begin_step()
        is_ready = self.learner.can(flight.module.requires, at)
        visit = Visit(flight.module.id, flight.step.variant_id, flight.step.purpose == Aim.REVIEW, is_ready)
        self.noted.visits.append(visit)
        if flight.variant:
            self._work(self.learner.study(flight.module, flight.variant, at))
        flight.ask()
        while (question := flight.question) and not visit.ended:
            self._answer(question, visit)

    def trail(self) -> Trail:
        noted, standing = self.noted, self.flight.standing
        noted.is_complete, noted.answers = standing.is_complete, self.flight.answers
        beliefs = standing.beliefs(list(standing.syllabus.skills))
        noted.known = frozenset(skill for skill, belief in beliefs.items() if belief.is_known)
        return noted

    def _answer(self, question: QuestionEntry, visit: Visit) -> None:
        at = self.flight.at.timestamp()
        visit.solving.append(self.learner.solves(question, at))
        is_right, seconds = self.learner.answer(question, at)
        self._work(seconds)
        visit.asked.append((question.id, is_right))
        visit.ended = self.flight.answer(float(is_right), seconds)

    def _work(self, seconds: float) -> None:
        """Let time pass; where a session is over, until the next one."""
        self.flight.wait(seconds)
        self.noted.minutes += seconds / 60.0
        self._note_competence()
        self.left -= seconds
        if self.left <= 0.0:
            gap = self.learner.rng.gammavariate(2.0, GAP_DAYS / 2.0)
            self.flight.wait(gap * DAY)
            self.noted.days += gap
            self.left = self._session()

    def _session(self) -> float:
        return 60.0 * self.learner.rng.lognormvariate(math.log(SESSION_MINUTES), SESSION_SPREAD)

    def _note_competence(self) -> None:
        at = self.flight.at.timestamp()
        for skill in [skill for skill in self.missing if self.learner.can([skill], at)]:
            self.noted.reached[skill] = Mark(self.flight.answers, self.noted.minutes)
            self.missing.remove(skill)
