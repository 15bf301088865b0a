"""The database hangs up, dies under load, and stands still. It is a server of this file's own."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from courses.models import Course
from lms.house.services import FORGETFUL, make_cluster, temporary_folder
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, at_work, learners_of
from tests.faults.processes import Postgres, Web

EVERYONE_ELSE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = %s"


@pytest.fixture(scope="module")
def postgres(environment: dict[str, str]) -> Iterator[Postgres]:
    """A server with the tables of the test database. While it runs, this process uses it, too."""
    with temporary_folder("adept-faults-") as base:
        server = Postgres(make_cluster(base, FORGETFUL))
        server.start()
        copy_tables(server, environment["DATABASE_URL"])
        theirs = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "NAME", "USER")}
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": server.cluster.port, "NAME": "postgres"}
        connection.settings_dict["USER"] = "adept"
        yield server
        connection.close()
        connection.settings_dict |= theirs
        server.stop()


def copy_tables(server: Postgres, source: str) -> None:
    """Copy the tables and what migrations wrote into them."""
    programs = server.cluster.programs
    dump = subprocess.run([programs / "pg_dump", "--no-owner", source], capture_output=True, check=True).stdout
    load = [programs / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", server.cluster.address]
    subprocess.run(load, input=dump, stdout=subprocess.DEVNULL, check=True)


@pytest.fixture(scope="module")
def running_web(postgres: Postgres, environment: dict[str, str], folder: Path) -> Iterator[Web]:
    server = Web(environment | {"DATABASE_URL": postgres.cluster.address}, folder / "other-web.log")
    server.start()
    yield server
    server.stop()


def test_a_database_that_hangs_up_under_load_loses_nothing(web: Web, course: Course, book: Book) -> None:
    with at_work(learners_of(course, web, book, 18)):
        for _ in range(4):
            book.wait_for(30)
            with connection.cursor() as cursor:
                cursor.execute(EVERYONE_ELSE, [connection.settings_dict["USER"]])
        book.wait_for(30)

    assert book.statuses.keys() == {200, 201, 503}
    assert all(reply.retry_after for reply in book.replies if reply.status == 503)
    assert not what_is_wrong(book)


def test_a_database_that_dies_under_load_loses_nothing(
    web: Web, postgres: Postgres, course: Course, book: Book
) -> None:
    learners = learners_of(course, web, book, 18)
    connection.close()

    with at_work(learners):
        for _ in range(2):
            book.wait_for(30)
            postgres.kill()
            book.wait_for_status(503)
            postgres.start()
        book.wait_for(30)

    assert book.statuses.keys() == {200, 201, 503}
    assert not what_is_wrong(book)


def test_a_database_that_stands_still_under_load_loses_nothing(
    web: Web, postgres: Postgres, course: Course, book: Book
) -> None:
    learners = learners_of(course, web, book, 18)
    for one in learners:
        one.line.patience = 1.0

    with at_work(learners):
        book.wait_for(30)
        with postgres.frozen():
            time.sleep(3)
        book.wait_for(30)

    assert "timed out" in book.lost
    assert book.statuses.keys() - {409} <= {200, 201, 503}  # who went away may meet the answer they sent before
    assert not what_is_wrong(book)
