"""The network between the browser and the server loses requests, loses responses, and delivers twice."""

from courses.models import Course
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, at_work, learners_of
from tests.faults.processes import Web
from tests.faults.sending import Weather


def test_a_network_that_loses_and_repeats_changes_nothing(web: Web, course: Course, book: Book) -> None:
    storm = Weather(lost_requests=0.08, lost_responses=0.08, doubled=0.1)

    with at_work(learners_of(course, web, book, 18, storm)):
        book.wait_for(150)

    assert {"the connection broke before the request was sent", "the connection broke before the response came"} <= {
        *book.lost
    }
    assert book.statuses.keys() - {409} == {200, 201}
    assert not book.contradicted
    assert not what_is_wrong(book)
