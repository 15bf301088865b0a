"""A made-up cohort lives through its courses by the same deeds as everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from adaptive.advancing import advance
from adaptive.models import Outcome, Recommendation
from adaptive.progress import Wish
from adaptive.stepping import Request, open_step, override, practice
from adaptive.syllabus import Syllabus, syllabus_of
from adaptive.wronging import wrong_response
from courses import clock, marking
from courses.answering import Submission
from courses.enrolling import join
from courses.hinting import take_hint
from courses.models import Cohort, Enrollment, InteractionKind, Modality, Presentation, User
from courses.recording import Event, record_event
from mlcore.simulation import SimulatedLearner, random_traits

FIRST_NAMES = (
    "Amara",
    "Bo",
    "Chidi",
    "Dina",
    "Elio",
    "Fen",
    "Gita",
    "Hugo",
    "Ines",
    "Jonas",
    "Kavya",
    "Luca",
    "Mina",
    "Niko",
)
LAST_NAMES = (
    "Abara",
    "Berg",
    "Costa",
    "Duarte",
    "Eriksen",
    "Fofana",
    "Grund",
    "Hansen",
    "Ito",
    "Jansen",
    "Khan",
    "Mori",
)
SESSION_GAP_DAYS = 3.0  # on average
ANSWERS_IN_SESSION = 8
HINT_CHANCE, WISH_CHANCE, QUIT_CHANCE = 0.12, 0.03, 0.12  # for each answer, step, session


@dataclass
class Life:
    """One simulated learner in one course: who they are in truth, and what time it is for them."""

    enrollment: Enrollment
    syllabus: Syllabus
    truth: SimulatedLearner
    rng: np.random.Generator
    at: datetime

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def simulate_cohort(cohort: Cohort, learners: int, seed: int, days: int = 28) -> None:
    """Add simulated learners to the cohort and let them live through its courses for some weeks up to now."""
    for number, rng in enumerate(np.random.default_rng(seed).spawn(learners)):
        with transaction.atomic():
            began = timezone.now() - timedelta(days=days * float(rng.uniform(0.15, 1.0)))
            with clock.set_to(began):
                enrollments = join(_person(cohort, number), cohort)
            for enrollment in enrollments:
                live_through(enrollment, _sessions(began, rng), rng)


def simulate_member(learner: User, cohort: Cohort, seed: int, days: int, sessions: int) -> None:
    """Let somebody who is there join the cohort and work on its courses in this many sessions, evenly over the days."""
    rng, now = np.random.default_rng(seed), timezone.now()
    times = [now - timedelta(days=days * (1 - number / sessions)) for number in range(sessions)]
    with transaction.atomic(), clock.set_to(times[0]):
        enrollments = join(learner, cohort)
    for enrollment in enrollments:
        live_through(enrollment, times, rng)


def live_through(enrollment: Enrollment, sessions: Iterable[datetime], rng: np.random.Generator) -> None:
    """Play these sessions."""
    syllabus = syllabus_of(enrollment)
    needs = {str(skill.id): [str(before) for before in skill.requires] for skill in syllabus.skills.values()}
    truth = SimulatedLearner(random_traits(rng, tuple(Modality.values)), needs, rng)
    life = Life(enrollment, syllabus, truth, rng, enrollment.enrolled_at)
    for starts_at in sessions:
        life.at = max(life.at, starts_at)
        play_session(life, int(rng.poisson(ANSWERS_IN_SESSION)) + 2)


def play_session(life: Life, answers: int) -> None:
    """Work through steps until this many questions are answered."""
    question: Presentation | None = None
    for _ in range(answers):
        question = question or begin_step(life)
        if question is None:
            return
        outcome = answer(life, question)
        question = outcome.next_question


def begin_step(life: Life) -> Presentation | None:
    """Open the step on offer (now and then another is asked for), study it, and return its first question."""
    with clock.set_to(life.at):
        step = open_step(life.enrollment)
        if life.rng.random() < WISH_CHANCE:
            wish = str(life.rng.choice([Wish.TOO_EASY, Wish.TOO_HARD, Wish.ANOTHER_WAY]))
            override(life.enrollment, Request(wish=wish, module=step.module, key=_key(life.rng)))
            step = open_step(life.enrollment)
    study(life, step)
    with clock.set_to(life.at):
        return practice(life.enrollment)


def study(life: Life, step: Recommendation) -> None:
    """Read what the step offers, and note the time it took."""
    if step.variant is None:
        return
    skills = [str(skill) for skill in life.syllabus.modules[step.module_id].skills]
    seconds = life.truth.study(skills, step.variant.modality, life.at.timestamp())
    life.wait(seconds)
    with clock.set_to(life.at):
        event = Event(InteractionKind.TIMED, step.module_id, step.variant_id, seconds_spent=seconds, key=_key(life.rng))
        record_event(life.enrollment, event)


def answer(life: Life, question: Presentation) -> Outcome:
    """Answer as this learner would: right or plausibly wrong, quicker when sure, sometimes after a hint."""
    content = question.question_version.content
    skills = [str(life.syllabus.skill_of[slug]) for slug in content["skills"] if slug in life.syllabus.skill_of]
    modality = question.variant.modality if question.variant else Modality.TEXT
    chance = life.truth.chance(skills, content["difficulty"], life.at.timestamp())
    is_right, seconds = life.truth.answer(skills, content["difficulty"], modality, life.at.timestamp())
    life.wait(seconds)
    if not is_right and content["hints"] and life.rng.random() < 3 * HINT_CHANCE:
        with clock.set_to(life.at):
            take_hint(question, 1)
    response = marking.right_response(content) if is_right else wrong_response(content, life.rng)
    sure = int(np.clip(np.round(1 + 2 * chance + life.rng.normal(0, 0.4)), 1, 3))
    with clock.set_to(life.at):
        outcome = advance(Submission(question, response, _key(life.rng), seconds, sure))
    life.enrollment.refresh_from_db(fields=["last_sequence", "finished_at"])
    return outcome


def _person(cohort: Cohort, number: int) -> User:
    user = User(
        email=f"simulated-{cohort.pk}-{number + 1:03d}@example.invalid",
        first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
        last_name=LAST_NAMES[(number // len(FIRST_NAMES) * 5 + number) % len(LAST_NAMES)],
        is_simulated=True,
    )
    user.set_unusable_password()
    user.save()
    return user


def _sessions(began: datetime, rng: np.random.Generator) -> Iterator[datetime]:
    """From the first day until now, or until the learner gives up."""
    at, eager = began, float(rng.lognormal(0.0, 0.5))
    while at < timezone.now() - timedelta(hours=1):
        yield at
        if rng.random() < QUIT_CHANCE:
            return
        at += timedelta(days=float(rng.gamma(2.0, SESSION_GAP_DAYS * eager / 2)))


def _key(rng: np.random.Generator) -> UUID:
    return UUID(bytes=rng.bytes(16), version=4)
