"""One benchmark: a world, a web server, clients, and the figures."""

import argparse
import contextlib
import json
import os
import platform
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from adaptive import timing
from courses.models import Enrollment
from lms.house import bench_world
from lms.house.bench_table import Row, Times, as_table, percentile, say
from lms.house.services import free_port

WARM_UP = 2.0  # seconds
SHORT = 10  # answers in the history that the long one is compared with
ROUNDS, ANSWERS_IN_ROUND = 5, 50  # of one learner alone, who may send 300 answers a minute
CANDIDATES, MANY = 20, 1_000
RUN = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "DEBUG": "0",
    "HTTPS": "0",
    "LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore",
}
LEAST_ANSWERS, MOST_P99 = {8: 250.0}, {8: 60.0, 32: 150.0}  # a second, and ms, by clients
MOST_MEMORY = 150.0
CLIENTS = Path(__file__).with_name("bench_clients.py")
Figures = dict[str, Any]


def run(asked: argparse.Namespace) -> str:
    """Measure everything, write it down as JSON, and return the table."""
    say(f"Preparing {asked.learners} learners, and two histories, of {SHORT} and of {asked.history:,} answers.")
    world = bench_world.prepare(asked.learners)
    histories = [bench_world.learner_with(answers, world.course, asked.seed) for answers in (SHORT, asked.history)]
    figures: Figures = {"machine": machine(), "seed": asked.seed, "seconds": asked.seconds}
    figures["thinking"] = [think(enrollment) for enrollment in histories]
    plan = {"right": world.right, "seed": asked.seed}
    with web_server() as (port, master):
        plan |= {"port": port, "master": master}
        timed = {"seconds": asked.seconds, "warm_up": WARM_UP, "tokens": world.tokens}
        figures["runs"] = [measure(plan | timed | {"clients": clients}) for clients in asked.clients]
        figures["alone"] = compare(plan, histories)
        figures["megabytes"] = resident_megabytes(master)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(figures, indent=1))
    return as_table(rows_of(figures))


def think(enrollment: Enrollment) -> Figures:
    standing, folding = timing.standing_after(enrollment)
    few = timing.thinking_times(standing, CANDIDATES, timing.REPEATS)
    many = timing.thinking_times(standing, MANY, timing.MANY_REPEATS)
    return {"folding_seconds": folding, "answers": enrollment.last_sequence, "few": spread(few), "many": spread(many)}


def measure(plan: Figures) -> Figures:
    """Let clients work in a process of their own."""
    spent = processor_seconds(plan["master"])
    came = subprocess.run([sys.executable, CLIENTS], input=json.dumps(plan), capture_output=True, text=True, check=True)
    measured = json.loads(came.stdout)
    figures = {
        "clients": plan["clients"],
        "answers": len(measured["answers"]),
        "answers_a_second": len(measured["answers"]) / measured["seconds"],
        "web_milliseconds": 1000 * (processor_seconds(plan["master"]) - spent) / max(measured["requests"], 1),
        "errors": measured["errors"],
        "answer": spread(measured["answers"]),
        "step": spread(measured["steps"]),
    }
    say(
        f"{plan['clients']} clients: {figures['answers_a_second']:.0f} answers/s, errors: {figures['errors'] or 'none'}"
    )
    return figures


def compare(plan: Figures, histories: list[Enrollment]) -> list[Figures]:
    """Let the learner with the short log and the one with the long log answer alone, in turns."""
    tokens = [bench_world.token_of(enrollment.learner) for enrollment in histories]
    alone = {"clients": 1, "warm_up": 0.0, "seconds": 60.0, "most": ANSWERS_IN_ROUND}
    rounds = [[measure(plan | alone | {"tokens": [token]}) for token in tokens] for _ in range(ROUNDS)]
    return [min((turn[place] for turn in rounds), key=lambda one: one["answer"]["p50"]) for place in range(len(tokens))]


def spread(times: Times) -> dict[str, float]:
    """Return percentiles, in milliseconds."""
    return {f"p{percent}": percentile(times, percent) for percent in (50, 95, 99)}


def rows_of(figures: Figures) -> list[Row]:
    rows = [row for one in figures["runs"] for row in _rows_of_run(one)]
    short, long = figures["thinking"]
    rows += [
        Row(f"take in an answer, choose among {CANDIDATES}, p50", short["few"]["p50"]),
        Row("  p99", short["few"]["p99"], most=0.5),
        Row(f"  p50 after {long['answers']:,} answers", long["few"]["p50"]),
        Row(
            f"  ratio of p50, {long['answers']:,} answers to {SHORT}", long["few"]["p50"] / short["few"]["p50"], "", 1.1
        ),
        Row(f"take in an answer, choose among {MANY:,}, p50", short["many"]["p50"]),
        Row("  p99", short["many"]["p99"]),
        Row(f"fold {long['answers']:,} answers", long["folding_seconds"], "s"),
    ]
    first, second = figures["alone"]
    ratio = second["answer"]["p50"] / first["answer"]["p50"]
    rows.append(Row(f"answer by HTTP, p50, history of {SHORT}", first["answer"]["p50"]))
    rows.append(Row(f"  ratio, history of {long['answers']:,}", ratio, "", 1.1))
    rows.append(Row("resident memory of a web worker", figures["megabytes"], "MB", MOST_MEMORY))
    return rows


def _rows_of_run(one: Figures) -> list[Row]:
    clients = one["clients"]
    return [
        Row(f"{clients} clients: answers", one["answers_a_second"], "/s", least=LEAST_ANSWERS.get(clients)),
        Row("  p50", one["answer"]["p50"], most=20.0 if clients == 8 else None),
        Row("  p95", one["answer"]["p95"]),
        Row("  p99", one["answer"]["p99"], most=MOST_P99.get(clients)),
        Row("  next step, or opening it, p50", one["step"]["p50"]),
        Row("  processor time of the web server for each request", one["web_milliseconds"]),
        Row("  errors", float(sum(one["errors"].values())), "", most=0.0),
    ]


@contextlib.contextmanager
def web_server() -> Iterator[tuple[int, int]]:
    """Run gunicorn as the image does; yield its port and the master's process id."""
    port = free_port()
    server = subprocess.Popen(gunicorn(port), env=production(), cwd=settings.BASE_DIR)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def gunicorn(port: int) -> list[str]:
    """The command of the web image, for this port."""
    command = [sys.executable, "-m", "gunicorn", "lms.wsgi", "--bind", f"127.0.0.1:{port}"]
    return [
        *command,
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--preload",
        "--log-level",
        "warning",
    ]


def production() -> dict[str, str]:
    """The environment of a web server as in production, but for what comes from outside: the addresses."""
    return {**os.environ, **RUN, "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1"}


def wait_for(address: str) -> None:
    for _ in range(600):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5)
            return
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def resident_megabytes(master: int) -> float:
    """Return the memory of the largest web worker."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,rss="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return max((int(size) / 1024 for parent, size in pairs if int(parent) == master), default=float("nan"))


def processor_seconds(master: int) -> float:
    """Return what the web workers have spent so far. Unlike latencies it does not depend on who else is busy."""
    spent = [float("nan")] if not Path("/proc/self/stat").exists() else []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == master:
                spent.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return sum(spent)


def machine() -> Figures:
    """Return what the figures depend on."""
    facts: Figures = {"python": platform.python_version(), "processors": os.cpu_count(), "system": platform.platform()}
    facts["load_before"] = os.getloadavg()[0]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {name}")
                facts[name] = cursor.fetchone()[0]
    return facts
