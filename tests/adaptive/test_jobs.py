"""Work for workers: a row that is done once, found again when its worker dies, and parked when it keeps dying."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from adaptive import jobs
from adaptive.jobs import MOST_ATTEMPTS, Refused, ask_for, run, sweep
from adaptive.models import Job, JobState
from courses.models import User


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the broker."""
    messages: list[str] = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args, **more: messages.append(args[0]))
    return messages


def do(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    monkeypatch.setattr(jobs, "import_string", lambda name: work)


def test_wanting_the_same_thing_twice_is_one_job(ada: User) -> None:
    assert ask_for("retrain", ada) == ask_for("retrain")
    assert Job.objects.count() == 1


def test_a_job_tells_how_it_went(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    do(monkeypatch, lambda job, report: report(0.5, "half") or ({"log_loss": 0.5}, "Done well."))

    job = run(ask_for("retrain").pk)

    job.refresh_from_db()
    assert (job.state, job.message, job.progress, job.result) == (JobState.DONE, "Done well.", 1.0, {"log_loss": 0.5})
    assert job.heartbeat_at


def test_a_job_is_done_once_however_often_it_is_handed_out(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Job] = []
    do(monkeypatch, lambda job, report: done.append(job) or ({}, ""))
    job = ask_for("retrain")

    run(job.pk)
    run(job.pk)

    assert len(done) == 1


def test_a_refusal_and_a_fault_are_told_apart(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(job: Job, report: Any) -> None:
        raise Refused("Worse than before.", {"live": 0.5})

    def break_down(job: Job, report: Any) -> None:
        raise ZeroDivisionError("on purpose")

    do(monkeypatch, refuse)
    refused = run(ask_for("retrain").pk)
    do(monkeypatch, break_down)
    failed = run(ask_for("retrain").pk)

    assert (refused.state, refused.message, refused.result) == (JobState.REFUSED, "Worse than before.", {"live": 0.5})
    assert (failed.state, failed.message) == (JobState.FAILED, "ZeroDivisionError: on purpose")


def test_the_sweeper_hands_out_what_waits_and_what_a_dead_worker_left(db: None, sent: list[str]) -> None:
    job = ask_for("retrain")
    sweep()
    assert sent == [str(job.pk)]

    _die(job, attempts=1)
    sweep()

    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert sent == [str(job.pk)] * 2


def test_a_job_that_keeps_dying_is_parked(db: None, sent: list[str]) -> None:
    job = ask_for("retrain")
    _die(job, attempts=MOST_ATTEMPTS)

    sweep()

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not sent


def test_a_job_whose_worker_lives_is_left_alone(db: None, sent: list[str]) -> None:
    job = ask_for("retrain")
    Job.objects.update(state=JobState.RUNNING, heartbeat_at=timezone.now(), attempts=1)

    sweep()

    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert not sent


def test_without_a_broker_the_job_waits(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **more: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(jobs.current_app, "send_task", refuse)

    call_command("retrain")

    assert Job.objects.get().state == JobState.WAITING


def test_a_web_process_never_loads_what_only_training_needs() -> None:
    heavy = ("torch", "sklearn", "pandas", "scipy")
    program = (
        "import os, sys; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'lms.settings')\n"
        "import django; django.setup(); import lms.urls, lms.celery, adaptive.tasks\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def _die(job: Job, attempts: int) -> None:
    gone = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=attempts, heartbeat_at=gone)
