"""The web server dies under load, in parts and as a whole."""

import random

from courses.models import Course
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, at_work, learners_of
from tests.faults.processes import Web


def test_killing_web_workers_under_load_loses_nothing(web: Web, course: Course, book: Book) -> None:
    chance = random.Random(1)

    with at_work(learners_of(course, web, book, 18)):
        for _ in range(10):
            book.wait_for(chance.randrange(5, 20))
            web.kill_a_worker(chance)
        book.wait_for(20)

    assert book.lost
    assert book.statuses.keys() == {200, 201}
    assert not what_is_wrong(book)


def test_killing_all_of_the_web_server_under_load_loses_nothing(web: Web, course: Course, book: Book) -> None:
    with at_work(learners_of(course, web, book, 18)):
        book.wait_for(40)
        web.kill()
        web.start()
        book.wait_for(40)

    assert book.lost
    assert book.statuses.keys() == {200, 201}
    assert not what_is_wrong(book)
