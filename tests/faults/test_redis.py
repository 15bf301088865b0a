"""Redis dies, was never there, and stands still: learners go on, and hardly notice."""

import random
from statistics import median

from courses.models import Course
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, at_work, learners_of
from tests.faults.processes import Redis, Web

SLOWEST, USUAL = 2.0, 0.5  # seconds that an answer may take without Redis, on a busy machine


def test_answers_go_on_while_redis_is_dead(web: Web, redis: Redis, course: Course, book: Book) -> None:
    learners = learners_of(course, web, book, 8)

    with at_work(learners, together=2):
        book.wait_for(15)
        redis.kill()
        book.wait_for(25)
        redis.start()
        book.wait_for(15)

    assert_nobody_waited(book)
    assert not what_is_wrong(book)


def test_answers_go_on_where_redis_never_was(web: Web, redis: Redis, course: Course, book: Book) -> None:
    redis.kill()
    web.kill_a_worker(random.Random(1))

    with at_work(learners_of(course, web, book, 8), together=2):
        book.wait_for(25)
    redis.start()

    assert_nobody_waited(book)
    assert not what_is_wrong(book)


def test_answers_go_on_while_redis_stands_still(web: Web, redis: Redis, course: Course, book: Book) -> None:
    learners = learners_of(course, web, book, 8)

    with at_work(learners, together=2):
        book.wait_for(15)
        with redis.frozen():
            book.wait_for(25)

    assert_nobody_waited(book)
    assert not what_is_wrong(book)


def assert_nobody_waited(book: Book) -> None:
    seconds = [reply.seconds for reply in book.replies]
    assert book.statuses.keys() == {200, 201}
    assert max(seconds) < SLOWEST
    assert median(seconds) < USUAL
