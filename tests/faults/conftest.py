"""The site as in production, on this process's test database: a web server, Redis, and a course to learn."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection

from courses.models import Course
from lms.house.bench_run import production
from lms.house.services import temporary_folder
from tests.factories import make_course
from tests.faults.learners import Book
from tests.faults.processes import Redis, Web


@pytest.fixture(scope="package")
def redis() -> Iterator[Redis]:
    with temporary_folder("adept-faults-") as base:
        server = Redis(base)
        server.start()
        yield server
        server.kill()


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site keeps its files."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="package")
def environment(django_db_setup: None, redis: Redis, folder: Path) -> dict[str, str]:
    """What a process of the site needs to know."""
    if connection.vendor != "postgresql":
        pytest.skip("production runs on PostgreSQL")
    address = site.DATABASE_URL.rsplit("/", 1)[0] + f"/{connection.settings_dict['NAME']}"
    return production() | {
        "DATABASE_URL": address,
        "REDIS_URL": redis.address,
        "ADEPT_DATA_ROOT": str(folder),
        "C_FORCE_ROOT": "1",
        "QUEUE_PREFIX": f"faults-{os.getpid()}-",
    }


@pytest.fixture(scope="package")
def running_web(environment: dict[str, str], folder: Path) -> Iterator[Web]:
    server = Web(environment, folder / "web.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def fresh_process(settings: Any, folder: Path, empty_memory: None) -> None:
    """This process reads the files of the site, and remembers nothing from the test before."""
    settings.CHECKPOINT_DIR = folder / "checkpoints"


@pytest.fixture
def web(transactional_db: None, running_web: Web) -> Web:
    return running_web


@pytest.fixture
def course(transactional_db: None) -> Course:
    return make_course(modules=8, questions=6)


@pytest.fixture
def book() -> Book:
    return Book()
