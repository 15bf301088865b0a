"""Learners of every habit go through courses: each always has a next thing to do, and gets to the end."""

import random
from collections.abc import Callable

import pytest
from django.utils import timezone

from adaptive.adapting import read_standing, standing_of
from adaptive.directives import LEAST_AIM, MOST_AIM, DirectiveKind
from adaptive.flying.flights import Flight
from adaptive.guarding import ALL_ASIDE
from adaptive.models import Outcome, Recommendation
from adaptive.progress import Wish
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.steering import DirectiveEntry, Steering
from adaptive.stepping import Request, override, practice
from adaptive.syllabus import Syllabus
from adaptive.visiting import MOST_ANSWERS, MOST_VISITS
from courses.enrolling import enroll
from courses.models import Course, Enrollment, User
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again
from tests.factories import make_course

Habit = Callable[[int, random.Random], bool]

HABITS: dict[str, Habit] = {
    "always right": lambda n, rng: True,
    "always wrong": lambda n, rng: False,
    "alternating": lambda n, rng: n % 2 == 0,
    "random": lambda n, rng: rng.random() < 0.6,
    "right, then wrong": lambda n, rng: n < 12,
}


def made_up_learner(course: Course, number: int) -> Enrollment:
    learner = User.objects.create(email=f"learner{number}@example.org", first_name=f"Learner {number}")
    return again(enroll(learner, course))


def live_through(enrollment: Enrollment, habit: Habit, rng: random.Random, wishes: float = 0.0) -> list[Outcome]:
    """Learn until the course is finished, and sometimes ask for something else."""
    most = MOST_ANSWERS * MOST_VISITS * enrollment.course.modules.count()
    outcomes: list[Outcome] = []
    question = None
    while len(outcomes) < 3 * most:
        if question is None:
            enrollment = again(enrollment)
            if enrollment.finished_at:
                break
            question = practice(enrollment)
        elif rng.random() < wishes:
            override(again(enrollment), Request(rng.choice(Wish.ALL)))
            question = None
        else:
            outcomes.append(respond(question, habit(len(outcomes), rng)))
            question = outcomes[-1].next_question
    return outcomes


@pytest.mark.parametrize("habit", HABITS)
def test_a_learner_gets_through_the_demo_course(demo: Course, habit: str) -> None:
    enrollment = made_up_learner(demo, 0)

    outcomes = live_through(enrollment, HABITS[habit], random.Random(1))

    finished = again(enrollment)
    modules = finished.course.modules.count()
    assert finished.finished_at
    assert all(outcome.next_question or outcome.next_step for outcome in outcomes)
    assert len(outcomes) <= MOST_ANSWERS * MOST_VISITS * modules
    if habit == "always right":
        assert len(outcomes) <= 5 * modules


def test_two_hundred_learners_get_through_the_demo_course(demo: Course) -> None:
    enrollment, rng = made_up_learner(demo, 0), random.Random(7)
    modules = enrollment.course.modules.count()

    for number in range(200):
        habit, wishes = rng.choice(list(HABITS)), 0.3 if number % 20 == 0 else 0.0
        flight = fly(in_memory(enrollment, rng), HABITS[habit], rng, wishes)

        assert flight.standing.is_complete, (number, habit)
        assert wishes or flight.answers <= MOST_ANSWERS * MOST_VISITS * modules
        assert {offer.module_id for offer in flight.offers} == set(flight.standing.syllabus.modules)


def in_memory(enrollment: Enrollment, rng: random.Random) -> Flight:
    """A learner who goes on from here without leaving a trace."""
    return Flight(read_standing(enrollment, live_tutor(enrollment.course_id)), random.Random(rng.random()))


def fly(flight: Flight, habit: Habit, rng: random.Random, wishes: float, most: int = 0) -> Flight:
    """Learn until the course is over or for so many answers, and sometimes ask for something else."""
    most = most or 3 * MOST_ANSWERS * MOST_VISITS * len(flight.standing.syllabus.modules)
    flight.go_on()
    while flight.shown and flight.answers < most:
        flight.wait(60.0)
        if rng.random() < wishes:
            flight.wish(rng.choice(Wish.ALL))
        else:
            flight.answer(float(habit(flight.answers, rng)))
        flight.go_on()
    return flight


def test_forty_learners_get_through_a_small_course_with_everything_written_down(db: None) -> None:
    course, rng = make_course(modules=2, questions=3), random.Random(7)

    for number in range(40):
        name = rng.choice(list(HABITS))
        enrollment = made_up_learner(course, number)
        live_through(enrollment, HABITS[name], rng, wishes=0.3 if number % 4 == 0 else 0.0)
        assert again(enrollment).finished_at, (number, name)


def test_nobody_gets_stuck_whatever_trainers_ask_for(db: None) -> None:
    enrollment, rng = made_up_learner(make_course(modules=5, questions=4), 0), random.Random(11)
    flagged = 0

    for number in range(40):
        flight = in_memory(enrollment, rng)
        flight.standing.steering = made_up_steering(flight.standing.syllabus, rng)
        fly(flight, HABITS["random"], rng, wishes=0.2, most=30)

        assert flight.answers == 30 or flight.standing.is_complete, number
        aside = flight.standing.steering.aside
        astray = [offer for offer in flight.offers if offer.module_id in aside]
        assert {offer.reasons[0]["rule"] for offer in astray} <= {ALL_ASIDE}
        flagged += bool(astray)

    assert 0 < flagged < 20


def made_up_steering(syllabus: Syllabus, rng: random.Random) -> Steering:
    """Directives about anything, often against each other; now and then every module is put aside."""
    share, skills, until = rng.choice((0.2, 0.5, 1.0)), list(syllabus.skills), timezone.now().isoformat()
    made = []
    for number, module in enumerate(syllabus.modules):
        kind = DirectiveKind.BAN if rng.random() < share else rng.choice(list(DirectiveKind))
        about = rng.choice(skills) if kind == DirectiveKind.WAIVER else module
        percent = rng.randint(LEAST_AIM, MOST_AIM) if kind == DirectiveKind.AIM else 0
        made.append(DirectiveEntry(number, kind, about, until, percent=percent))
    return Steering(tuple(made))


def test_in_memory_the_same_is_decided_as_in_the_log(db: None) -> None:
    enrollment = made_up_learner(make_course(), 0)
    outcomes = live_through(enrollment, HABITS["random"], random.Random(5))
    stored = standing_of(again(enrollment), live_tutor(enrollment.course_id))
    blank = made_up_learner(enrollment.course, 1)

    replayed = in_memory(blank, random.Random(5)).standing
    for entry in enrollment.interactions.select_related("question_version", "presentation").order_by("sequence"):
        replayed.take_in([entry])

    assert len(outcomes) > 10
    assert replayed.progress == stored.progress
    assert replayed.belief.to_bytes() == stored.belief.to_bytes()


def test_after_the_end_there_is_always_a_review(db: None) -> None:
    enrollment = made_up_learner(make_course(modules=3, questions=4), 0)
    rng = random.Random(3)
    live_through(enrollment, HABITS["random"], rng)

    for n in range(20):
        question = practice(again(enrollment))
        assert question
        assert question.purpose == "review"
        respond(question, n % 2 == 0)

    standing = standing_of(again(enrollment), live_tutor(enrollment.course_id))
    assert recommend_next(again(enrollment)).module_id in standing.syllabus.modules
    assert Recommendation.objects.filter(purpose="review").count() > 3
