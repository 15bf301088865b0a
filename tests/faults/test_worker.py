"""A worker dies in the middle of a job, again and again, and while it counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from adaptive.jobs import LOST_AFTER, MOST_ATTEMPTS, ask_for
from adaptive.models import Job, JobState
from courses.enrolling import enroll
from courses.models import Course, Interaction, OutboxEntry, User
from tests.factories import make_history
from tests.faults.checking import counts_unlike_the_log, gaps_in_the_log
from tests.faults.processes import Redis, Worker, until

SWEEP, COUNT = "adaptive.tasks.sweep_jobs", "analytics.tasks.drain_outbox"
LEARNERS, ANSWERS = 12, 100

Tell = Callable[[str], None]


@pytest.fixture(scope="module")
def running_worker(environment: dict[str, str], folder: Path) -> Iterator[Worker]:
    prefix = environment["QUEUE_PREFIX"]
    server = Worker(environment, folder / "worker.log", f"{prefix}celery,{prefix}gpu")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def worker(transactional_db: None, running_worker: Worker) -> Worker:
    return running_worker


@pytest.fixture
def tell(environment: dict[str, str], redis: Redis) -> Tell:
    """Send the worker a task, as the schedule does."""

    def send(task: str) -> None:
        with current_app.connection_for_write(url=redis.address) as line:
            current_app.send_task(task, queue=environment["QUEUE_PREFIX"] + "celery", connection=line)

    return send


def is_running(job: Job, attempt: int) -> Callable[[], bool]:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=attempt).exists


def let_time_pass() -> None:
    """As if the last sign of life were older than a worker may be silent."""
    Job.objects.update(heartbeat_at=timezone.now() - LOST_AFTER - timedelta(seconds=1))


def test_a_job_that_goes_on_killing_its_workers_is_parked(worker: Worker, tell: Tell) -> None:
    job = ask_for("retrain")
    Job.objects.update(attempts=MOST_ATTEMPTS - 2)  # as if it had killed some before

    for attempt in (MOST_ATTEMPTS - 1, MOST_ATTEMPTS):
        tell(SWEEP)
        until(is_running(job, attempt))
        worker.kill_the_child()
        let_time_pass()
    tell(SWEEP)
    until(Job.objects.filter(pk=job.pk, state=JobState.FAILED).exists)
    tell(SWEEP)
    time.sleep(0.5)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, MOST_ATTEMPTS)
    assert job.message == "Its worker died 5 times."


@contextmanager
def held(table: str) -> Iterator[None]:
    """Keep everybody else from writing into a table, so that they stop in the middle of what they do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() != (0,)


def test_a_worker_killed_while_it_counts_loses_and_doubles_nothing(worker: Worker, tell: Tell, course: Course) -> None:
    for n in range(LEARNERS):
        make_history(enroll(User.objects.create(email=f"learner{n}@example.org"), course), ANSWERS)
    OutboxEntry.objects.bulk_create([OutboxEntry(interaction=row) for row in Interaction.objects.all()])

    with held("analytics_questiontotal"):
        tell(COUNT)
        until(somebody_waits)
        worker.kill_the_child()
    tell(COUNT)
    until(lambda: not OutboxEntry.objects.exists())

    assert not [*gaps_in_the_log(), *counts_unlike_the_log()]


def test_a_job_whose_worker_was_killed_is_done_by_the_next_one(worker: Worker, tell: Tell) -> None:
    job = ask_for("retrain")
    tell(SWEEP)
    until(is_running(job, 1))

    worker.kill()
    worker.start()
    tell(SWEEP)
    let_time_pass()
    tell(SWEEP)
    until(Job.objects.filter(pk=job.pk, ended_at__isnull=False).exists, 60)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.REFUSED, 2)
    assert "Too little to learn from" in job.message
