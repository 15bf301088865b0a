"""Made-up learners fly through a course: where they went, what they answered, and what was true of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from adaptive.flying.flights import Flight, Plan
from adaptive.flying.learners import Character, Learner
from adaptive.models import Aim
from adaptive.preparing import prepared_for_each
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


def fly(plan: Plan, numbers: Iterable[int]) -> Iterator[Trail]:
    """Let the learners of these numbers go through the course, each to its end or until it proves endless.

    They go side by side, from question to answer, as to ask the tutor for many at once costs little more than for one.
    """
    going = {journey: journey.go() for journey in (Journey(plan, number) for number in numbers)}
    while going:
        for journey in [journey for journey, way in going.items() if not next(way, False)]:
            del going[journey]
            yield journey.trail()
        flights = [journey.flight for journey in going]
        predict_for([flight for flight in flights if flight.wanted])
        take_in_for([flight for flight in flights if flight.given])


def take_in_for(flights: Sequence[Flight]) -> None:
    """Let each of these learners, who all gave an answer, go on with what is believed after it."""
    if not flights:
        return
    tutor, skills = flights[0].standing.live.tutor, list(flights[0].standing.syllabus.skills)
    answers = [flight.given.answer for flight in flights if flight.given]
    beliefs = tutor.fold_each([flight.standing.belief for flight in flights], answers)
    for flight, belief, told in zip(flights, beliefs, tutor.mastery_each(beliefs, skills), strict=True):
        flight.take_in(belief, told)


def predict_for(flights: Sequence[Flight]) -> None:
    """Show each of these learners, who all wait for one, the next question."""
    if not flights:
        return
    wanted = [flight.wanted for flight in flights if flight.wanted]
    standings = [flight.standing for flight in flights]
    modality_of, tutor = standings[0].syllabus.modality_of, standings[0].live.tutor
    asked = prepared_for_each(standings[0], [(one.questions, modality_of.get(one.variant or 0)) for one in wanted])
    counts = [len(one.questions) for one in wanted]
    owner = np.repeat(np.arange(len(wanted)), counts)
    predicted = np.stack(tutor.predict_each([standing.belief for standing in standings], asked, owner))
    for flight, own in zip(flights, np.split(predicted, np.cumsum(counts)[:-1], axis=1), strict=True):
        flight.show(own)


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

    def go(self) -> Iterator[bool]:
        """Go to the end; pause wherever a question is wanted, and wherever one was answered."""
        while not self.is_over:
            yield from self._visit()

    def _visit(self) -> Iterator[bool]:
        """Open the step on offer, study it, and answer until the visit ends."""
        flight, at = self.flight, self.flight.at.timestamp()
        flight.begin_step()
        is_ready = self.learner.can(flight.module.requires, at)
        visit = Visit(flight.module.id, flight.step.variant_id, flight.step.purpose == Aim.REVIEW, is_ready)
        self.noted.visits.append(visit)
        if flight.variant:
            self._work(self.learner.study(flight.module, flight.variant, at))
        flight.ask()
        while flight.wanted:
            yield True
            if question := flight.question:
                self._answer(question, visit)
                yield True
        visit.ended = flight.ended

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
        self.flight.give(float(is_right), seconds)

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
