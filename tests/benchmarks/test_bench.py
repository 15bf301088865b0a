"""The benchmark itself: it runs, its clients send what can be read, and its figures mean what they say."""

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from courses.marking import as_shown, response_from
from lms.house.bench_clients import guess
from lms.house.bench_table import Row, as_table, percentile
from tests.courses.samples import EVERY_KIND, Content


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content["kind"])
def test_a_guess_can_be_read(content: Content) -> None:
    shown = as_shown(content, 1)

    for seed in range(20):
        assert response_from(content, guess(shown, random.Random(seed)))


def test_a_percentile_is_a_time_that_was_measured() -> None:
    times = [n / 1000 for n in range(1, 101)]

    assert [percentile(times, percent) for percent in (0, 50, 99)] == [1.0, 51.0, 100.0]


def test_the_table_says_which_aims_were_missed() -> None:
    table = as_table([Row("quick", 3.0, most=5.0), Row("many", 90.0, "/s", least=250.0), Row("told", 7.0)])

    assert [line.split()[-1] for line in table.splitlines()[1:]] == ["met", "missed", "ms"]


@pytest.fixture
def database_of_its_own(transactional_db: None) -> Iterator[str]:
    """An empty database on the server of the tests."""
    if connection.vendor != "postgresql":
        pytest.skip("the benchmark is for PostgreSQL")
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_benchmark_runs_without_errors(database_of_its_own: str, tmp_path: Path) -> None:
    small = ["--seconds", "1", "--clients", "2", "--learners", "4", "--history", "30", "--out", tmp_path / "bench.json"]

    run = subprocess.run(
        [sys.executable, "-m", "lms.house.bench", *small],
        env={**os.environ, "DATABASE_URL": database_of_its_own},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert run.returncode == 0, run.stderr[-2000:]
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert figures["runs"][0]["answers"] > 0
    assert figures["runs"][0]["errors"] == {}
    assert "resident memory" in run.stdout
