"""Learners who answer through the API, and send again until they know, as the browser does."""

import itertools
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from rest_framework.authtoken.models import Token

from courses.enrolling import enroll
from courses.models import Course, User
from lms.house.bench_clients import guess
from tests.faults.processes import Web, until
from tests.faults.sending import CALM, Json, Line, Lost, Reply, Weather

PAUSES = (0.02, 0.05, 0.1, 0.2)  # seconds between tries; the browser has more patience
GIVE_UP = 60.0  # seconds


class GoneAway(Exception):
    """Who closes the page when nothing comes back, and never sends the same again."""


@dataclass(frozen=True)
class Promise:
    """An answer that the server says it keeps."""

    key: uuid.UUID
    presentation: uuid.UUID
    response: Json
    result: Json


@dataclass
class Book:
    """What learners sent, and what they were told. Many threads write into it."""

    sent: set[uuid.UUID] = field(default_factory=set)
    promises: list[Promise] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)  # where somebody met an answer that was not their own

    @property
    def statuses(self) -> Counter[int]:
        return Counter(reply.status for reply in self.replies)

    def wait_for(self, promises: int) -> None:
        """Wait until there are so many more."""
        enough = len(self.promises) + promises
        until(lambda: len(self.promises) >= enough)

    def wait_for_status(self, status: int) -> None:
        """Wait until somebody is told this from now on."""
        known = len(self.replies)
        until(lambda: any(reply.status == status for reply in self.replies[known:]))


@dataclass
class Learner:
    course: str
    line: Line
    book: Book
    question: Json | None = None
    is_patient: bool = True
    has_left: bool = False  # with a request on its way, which may arrive after the next one

    def visit(self) -> None:
        """Take a turn. Who went away comes back to a fresh page."""
        try:
            self.take_turn()
        except GoneAway:
            self.question, self.has_left = None, True

    def take_turn(self) -> None:
        """Answer one question, and find the next."""
        self.question = self.question or self.find_question()
        if self.question:
            response = guess(self.question["question"], self.line.chance)
            came = self.answer(uuid.UUID(self.question["id"]), response)
            self.question = came["next"]["question"]

    def find_question(self) -> Json | None:
        step = self.insist(f"courses/{self.course}/next/", {}).body
        if step["question"]:
            return dict(step["question"])
        came = self.insist(f"recommendations/{step['recommendation']['id']}/opened/", {}).body
        return came["next"]["question"] if "next" in came else came["question"]

    def answer(self, presentation: uuid.UUID, response: Json, key: uuid.UUID | None = None, **more: object) -> Json:
        """Give an answer and see that it is kept; return what came of it, or of an earlier one."""
        key = key or uuid.uuid4()
        self.book.sent.add(key)
        body = {"key": str(key), "response": response, "seconds": 20, **more}
        reply = self.insist(f"presentations/{presentation}/answer/", body)
        if reply.status == 409:
            return dict(reply.body["result"])
        assert reply.status in (200, 201), reply
        self.book.promises.append(Promise(key, presentation, response, reply.body))
        return reply.body

    def insist(self, path: str, body: Json) -> Reply:
        """Send the same request until somebody has taken it."""
        end = time.monotonic() + GIVE_UP
        for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
            try:
                replies = self.line.post(path, body)
            except Lost as problem:
                self.book.lost.append(str(problem))
                if not self.is_patient:
                    raise GoneAway from problem
            else:
                self.book.replies += replies
                taken = [reply for reply in replies if reply.status < 500 and reply.status != 429]
                assert len({str(reply.body) for reply in taken}) < 2, (
                    f"the same request was answered differently: {taken}"
                )
                if taken:
                    self.book.contradicted += [path for reply in taken if reply.status == 409 and not self.has_left]
                    return taken[0]
            assert time.monotonic() < end, f"nobody took {path} in {GIVE_UP} seconds"
            time.sleep(pause)
        raise AssertionError


def learners_of(course: Course, web: Web, book: Book, count: int, weather: Weather = CALM) -> list[Learner]:
    """So many people who have just enrolled. One in three is impatient."""
    people = [User.objects.create(email=f"learner{n}@example.org", password="!") for n in range(count)]
    for person in people:
        enroll(person, course)
    learners = [learner(person, course, web, book, weather) for person in people]
    for one in learners[::3]:
        one.is_patient = False
    return learners


def learner(person: User, course: Course, web: Web, book: Book, weather: Weather = CALM) -> Learner:
    """Somebody enrolled, on a connection of their own."""
    token = Token.objects.get_or_create(user=person)[0].key
    return Learner(course.slug, Line(web.port, token, weather, random.Random(person.email)), book)


@contextmanager
def at_work(learners: Sequence[Learner], together: int = 6) -> Iterator[None]:
    """Let so many of them work at once, taking turns. Who has sent an answer still waits for its promise."""
    over = Event()

    def work(group: Sequence[Learner]) -> None:
        for one in itertools.cycle(group):
            if over.is_set():
                break
            one.visit()

    with ThreadPoolExecutor(together) as pool:
        working = [pool.submit(work, learners[place::together]) for place in range(together)]
        try:
            yield
        finally:
            over.set()
            for one in working:
                one.result()
    for one in learners:
        one.line.close()
