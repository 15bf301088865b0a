"""Long work is a row: who wants it writes one, a worker takes it up, and a sweeper hands it out again when it dies."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from adaptive.models import Job, JobState
from courses.models import Course, User

log = logging.getLogger(__name__)

# By name and not by import: only a worker that has the job in hand loads torch, a web process never does.
WORK = {
    "retrain": ("adaptive.retraining.retrain", "adaptive.tasks.run_training"),
    "fly": ("adaptive.flying.flight_jobs.fly", "adaptive.tasks.run_flight"),
    "judge": ("adaptive.switching.judge_courses", "adaptive.tasks.run_judging"),
}

HEARTBEAT = 10.0  # seconds
LOST_AFTER = timedelta(minutes=1)
MOST_ATTEMPTS = 5
HANDED_OUT_EVERY = 30  # seconds between sweeps

Report = Callable[[float, str], None]


class Refused(Exception):
    """The work was done and its result is not good enough to use; the message says why."""

    def __init__(self, reason: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.result = result or {}


def ask_for(
    kind: str,
    asked_by: User | None = None,
    options: dict[str, Any] | None = None,
    course: Course | None = None,
) -> Job:
    """Write down that work is wanted, of all courses or of one; return the row that is there already if it is."""
    try:
        with transaction.atomic():
            return Job.objects.create(kind=kind, asked_by=asked_by, options=options or {}, course=course)
    except IntegrityError:
        return Job.objects.get(kind=kind, course=course, state__in=(JobState.WAITING, JobState.RUNNING))


def run(job_id: UUID | str) -> Job:
    """Do the work of a job, unless somebody else has it in hand. What happened is in the row afterwards."""
    if not _claim(job_id):
        return Job.objects.get(pk=job_id)
    job = Job.objects.get(pk=job_id)
    with _beating(job):
        try:
            result, message = import_string(WORK[job.kind][0])(job, _reporter(job))
            _end(job, JobState.DONE, message, result)
        except Refused as refused:
            _end(job, JobState.REFUSED, str(refused), refused.result)
        except Exception as problem:  # the row must tell, whatever broke
            log.exception("Job %s broke", job.pk)
            _end(job, JobState.FAILED, f"{type(problem).__name__}: {problem}", {})
    return job


def sweep() -> None:
    """Take back the jobs whose worker has died, park those that keep dying, and hand out what is waiting."""
    lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=timezone.now() - LOST_AFTER)
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED, message=f"Its worker died {MOST_ATTEMPTS} times.", ended_at=timezone.now()
    )
    lost.filter(attempts__lt=MOST_ATTEMPTS).update(state=JobState.WAITING, message="Its worker died; trying again.")
    for job in Job.objects.filter(state=JobState.WAITING, kind__in=WORK):
        hand_out(job)


def hand_out(job: Job) -> None:
    """Tell a worker. When there is no broker the next sweep tries again; being told twice is harmless."""
    try:
        current_app.send_task(WORK[job.kind][1], [str(job.pk)], expires=HANDED_OUT_EVERY)
    except Exception:  # every broker has its own errors, and none of them matters here
        log.warning("Job %s could not be handed out; the next sweep will", job.pk, exc_info=True)


def _claim(job_id: UUID | str) -> bool:
    """Take a waiting job in hand; False if it is not waiting."""
    waiting = Job.objects.filter(pk=job_id, state=JobState.WAITING)
    return bool(
        waiting.update(
            state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=timezone.now(), progress=0.0, message=""
        )
    )


def _reporter(job: Job) -> Report:
    def report(progress: float, message: str) -> None:
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
            progress=progress, message=message[:300], heartbeat_at=timezone.now()
        )

    return report


@contextmanager
def _beating(job: Job) -> Iterator[None]:
    """Show every few seconds that the worker lives, however long a step takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT):
            with suppress(DatabaseError):  # a missed beat is made up for by the next
                Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(heartbeat_at=timezone.now())
            connection.close()

    heart = threading.Thread(target=beat, name=f"heart of {job.pk}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _end(job: Job, state: JobState, message: str, result: dict[str, Any]) -> None:
    job.state, job.message, job.result = state, message[:300], result
    job.ended_at, job.progress = timezone.now(), 1.0
    job.save(update_fields=["state", "message", "result", "ended_at", "progress"])
