"""One learner in many places: eight tabs at once, and a device that was offline with a wrong clock."""

import itertools
import random
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from courses.enrolling import enroll
from courses.models import Course, Enrollment, Interaction, QuestionVersion, User
from tests.factories import present
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, Learner, at_work, learner
from tests.faults.processes import Redis, Web
from tests.faults.sending import Json

TABS, LATE, A_DAY = 8, 200, timedelta(days=1)


def test_eight_tabs_of_one_learner_keep_one_log(web: Web, course: Course, ada: User, book: Book) -> None:
    enrollment = enroll(ada, course)

    with at_work([learner(ada, course, web, book) for _ in range(TABS)], together=TABS):
        book.wait_for(20)

    told = {
        reply.body["result"]["sequence"] for reply in book.replies if reply.status == 409 and "result" in reply.body
    }
    assert told
    assert book.statuses.keys() == {200, 201, 409}
    assert told <= set(enrollment.interactions.answers().values_list("sequence", flat=True))
    assert not what_is_wrong(book)


@dataclass(frozen=True)
class Late:
    """An answer given long ago, by a clock that was wrong."""

    presentation: uuid.UUID
    response: Json
    key: uuid.UUID
    client_sequence: int
    client_at: str


def given_offline(enrollment: Enrollment, count: int) -> list[Late]:
    """Answers to questions that were shown before the network went away."""
    versions = itertools.cycle(QuestionVersion.objects.filter(question__module__course=enrollment.course))
    shown = [present(enrollment, version) for _, version in zip(range(count), versions, strict=False)]
    clocks = (timezone.now() - A_DAY, timezone.now() + A_DAY)
    return [
        Late(one.pk, {"text": str(n % 7)}, uuid.uuid4(), n, (clocks[n % 2] + timedelta(seconds=n)).isoformat())
        for n, one in enumerate(shown)
    ]


def deliver(sender: Learner, queue: Sequence[Late]) -> None:
    for late in queue:
        more = {"client_sequence": late.client_sequence, "client_at": late.client_at}
        sender.answer(late.presentation, late.response, late.key, **more)
    sender.line.close()


def test_late_answers_in_any_order_and_sent_twice_are_kept_once(
    web: Web, redis: Redis, course: Course, ada: User, book: Book
) -> None:
    enrollment = enroll(ada, course)
    late, began = given_offline(enrollment, LATE), timezone.now()
    twice = random.Random(1).sample(late * 2, 2 * LATE)

    for part in (twice[:LATE], twice[LATE:]):
        with ThreadPoolExecutor(2) as devices:
            senders = [learner(ada, course, web, book) for _ in range(2)]
            list(devices.map(deliver, senders, (part[::2], part[1::2])))
        redis.forget()  # as a minute later: who was offline may send only so many at once

    kept = Interaction.objects.answers().filter(enrollment=enrollment)
    assert {(row.key, row.client_sequence, row.client_at.isoformat()) for row in kept if row.client_at} == {
        (one.key, one.client_sequence, one.client_at) for one in late
    }
    assert book.statuses == {200: LATE, 201: LATE}
    assert all(began <= row.at <= timezone.now() for row in kept)
    assert not what_is_wrong(book)
