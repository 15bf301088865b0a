"""What `make demo` does: prepare what is missing, start web and worker, say where to go, stop cleanly."""

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from adaptive import serving
from adaptive.calibrating import calibrate_courses
from adaptive.forgetting import refresh_paces
from adaptive.jobs import ask_for
from adaptive.modalities import refresh_modality_effects
from adaptive.simulating import simulate_cohort, simulate_member
from courses.enrolling import join
from courses.formats.loading import WouldOverwrite, load_folder
from courses.models import Cohort, Course, User

Say = Callable[[str], object]

COURSES = settings.BASE_DIR / "courses" / "demo"
PASSWORD = "learn-by-doing"
SHOWN_DAYS = 8  # since the learner whose account is shown began
PAUSE = 0.5  # seconds between two looks at the processes
PEOPLE: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("learner", "learner@example.org", {"first_name": "Ada", "last_name": "Nwosu"}),
    ("trainer", "trainer@example.org", {"first_name": "Grace", "last_name": "Lindholm", "is_trainer": True}),
    ("author", "author@example.org", {"first_name": "Noor", "last_name": "Haddad", "is_author": True}),
    (
        "admin",
        "admin@example.org",
        {"first_name": "Robin", "last_name": "Vega", "is_staff": True, "is_superuser": True},
    ),
)


@dataclass(frozen=True)
class Intake:
    """A cohort of the demo: one course, lived through for some weeks by a share of the simulated learners."""

    name: str
    course: str
    share: float
    seed: int
    days: int
    shown: int = 0  # sessions of the learner whose account is shown


INTAKES = (
    Intake("Spring intake (simulated)", "python-foundations", 1.0, seed=1, days=28),
    Intake("Evening class (simulated)", "spanish-from-the-first-day", 1 / 6, seed=3, days=42, shown=2),
    Intake("New staff (simulated)", "personal-data-at-work", 1 / 8, seed=2, days=14),
)


def prepare(learners: int, say: Say) -> None:
    """Bring database, courses, accounts and cohorts up to date. What is there already is left as it is."""
    migrate(say)
    for folder in sorted(path for path in COURSES.iterdir() if (path / "course.md").exists()):
        load(folder, say)
    people = {role: account(email, fields) for role, email, fields in PEOPLE}
    gather_cohorts(people["learner"], people["trainer"], learners, say)


@transaction.atomic
def gather_cohorts(learner: User, trainer: User, learners: int, say: Say) -> None:
    """Make the cohorts, all of them: what is interrupted begins anew the next time, with no row of it in memory."""
    serving.forget()
    new = {intake: cohort for intake in INTAKES if (cohort := gather(intake, trainer))}
    if new and learners:
        say(f"Simulating {learners} learners, and fewer in the smaller courses; this takes about a minute, once.")
        for intake, cohort in new.items():
            simulate_cohort(cohort, ceil(intake.share * learners), intake.seed, intake.days)
            if intake.shown:
                simulate_member(learner, cohort, intake.seed, SHOWN_DAYS, intake.shown)
        call_command("summarize", verbosity=0)
        calibrate_courses()
        refresh_modality_effects()
        refresh_paces()
        ask_for("judge")  # which policy is to teach: the worker does it while people look around
    for cohort in Cohort.objects.filter(name__in=[intake.name for intake in INTAKES]):
        join(learner, cohort)


def gather(intake: Intake, trainer: User) -> Cohort | None:
    """Return the cohort if it was not there yet."""
    cohort, is_new = Cohort.objects.get_or_create(name=intake.name, defaults={"is_simulated": True})
    cohort.trainers.add(trainer)
    cohort.courses.add(*Course.objects.filter(live=True, slug=intake.course))
    return cohort if is_new else None


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database.")
        call_command("migrate", interactive=False, verbosity=0)


def load(folder: Path, say: Say) -> None:
    """Load a course folder unless exactly this was loaded before."""
    stamp = settings.DATA_DIR / f"loaded-{folder.name}"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    is_there = Course.objects.filter(slug=folder.name).exists()
    if not (is_there and stamp.exists() and stamp.read_text() == digest):
        say(f"Loading the course {folder.name}.")
        try:
            load_folder(folder)
        except WouldOverwrite:
            say("It was changed in the browser since, and is left as it is.")
        stamp.write_text(digest)


def account(email: str, fields: dict[str, object]) -> User:
    """Return the demo account, made now if it is missing."""
    return User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, **fields)


def serve(port: int, say: Say) -> None:
    """Run web and worker until Ctrl-C. A worker that ends is started again; without a web server there is no demo."""
    free = free_port(port)
    if free != port:
        say(f"Port {port} is taken; using {free}.")
    logs = settings.DATA_DIR / "log"
    logs.mkdir(parents=True, exist_ok=True)
    connection.close()
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, signal.default_int_handler)
    with contextlib.ExitStack() as processes, contextlib.suppress(KeyboardInterrupt):
        web = processes.enter_context(running(web_command(free), logs / "web.log"))
        wait_until_ready(free, web, logs)
        say(welcome(free))
        worker = processes.enter_context(running(worker_command(), logs / "worker.log"))
        while web.poll() is None:
            time.sleep(PAUSE)
            if worker.poll() is not None:
                say(f"The worker ended by itself ({logs / 'worker.log'} says why) and is started again.")
                worker = processes.enter_context(running(worker_command(), logs / "worker.log"))
        sys.exit(f"The web server ended by itself; {logs / 'web.log'} says why. `make demo` starts it again.")
    say("Stopped. Everything is kept; `make demo` goes on from here.")


def web_command(port: int) -> list[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "lms.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    return [
        *gunicorn,
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--preload",
        "--graceful-timeout",
        "3",
        "--log-level",
        "warning",
    ]


def worker_command() -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat", "--pool", "solo", "--loglevel", "INFO"]
    schedule = ["--schedule", str(settings.DATA_DIR / "celerybeat")]
    return [*celery, *schedule, "--without-gossip", "--without-mingle", "-Q", "celery,gpu"]


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run it in its own session, so that Ctrl-C reaches us first and we stop it in order."""
    with log.open("ab") as output:
        process = start(command, output)
        try:
            yield process
        finally:
            stop(process)


def start(command: list[str], output: BinaryIO) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output, start_new_session=True
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(port: int, web: subprocess.Popen[bytes], logs: Path) -> None:
    for _ in range(300):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2)
            return
        if web.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"The web server did not start; {logs / 'web.log'} says why.")


def free_port(first: int) -> int:
    """Return the first port from here on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    sys.exit(f"All ports from {first} to {first + 99} are taken. Choose others: manage.py demo --port N")


def welcome(port: int) -> str:
    folder = getattr(settings, "EMAIL_FILE_PATH", "")
    mail = f"Mail that it sends lies in {folder}\n  " if folder else ""
    logins = "\n".join(f"    {role:<8} {email}" for role, email, _ in PEOPLE)
    return (
        f"\n  Adept is running: http://127.0.0.1:{port}/\n\n  Sign in as\n{logins}\n"
        f"  with the password {PASSWORD}\n\n"
        f"  {mail}Ctrl-C stops it.\n"
    )
