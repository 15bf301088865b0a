"""Several workers count at once, while learners go on answering. Only on a database that lets them."""

import random
from threading import Thread

import pytest
from django.db import connection

from analytics import summarizing
from courses.models import Course, Enrollment, Interaction, OutboxEntry, User
from tests.analytics.test_summarizing import counts
from tests.analytics.world import answer, course_with, enrolled, questions_of

LEARNERS, ANSWERS, WORKERS = 6, 15, 3


def answers_on(enrollment: Enrollment, course: Course, problems: list[Exception]) -> None:
    chance = random.Random(enrollment.pk)
    try:
        for _ in range(ANSWERS):
            answer(enrollment, chance.choice(questions_of(course)), chance.choice(["c0", "c1"]))
    except Exception as problem:
        problems.append(problem)
    finally:
        connection.close()


def drains_on(problems: list[Exception]) -> None:
    try:
        for _ in range(20):
            summarizing.drain()
    except Exception as problem:
        problems.append(problem)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_workers_that_count_together_lose_and_double_nothing() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer")
    course = course_with(modules=2, questions=3)
    learners = [enrolled(User.objects.create(email=f"{n}@example.org"), course) for n in range(LEARNERS)]
    problems: list[Exception] = []
    threads = [Thread(target=answers_on, args=(learner, course, problems)) for learner in learners]
    threads += [Thread(target=drains_on, args=(problems,)) for _ in range(WORKERS)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    summarizing.drain()
    folded = counts()
    summarizing.rebuild()

    assert not problems
    assert not OutboxEntry.objects.exists()
    assert Interaction.objects.count() == LEARNERS * ANSWERS
    assert sum(dict(row)["answers"] for row in folded["EnrollmentTotal"]) == LEARNERS * ANSWERS
    assert counts() == folded
