"""Servers in processes of their own, which a test may kill, freeze and start again."""

import os
import random
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from django.conf import settings

from lms.house.bench_run import gunicorn, wait_for
from lms.house.services import Cluster, free_port, start_redis

Process = subprocess.Popen[bytes]


@dataclass
class Server(ABC):
    """A process that leads a group of its own. `start` says how to make it."""

    process: Process = field(init=False)

    @abstractmethod
    def start(self) -> None: ...

    def everyone(self) -> list[int]:
        """The process and all that descend from it."""
        found, looking = [], [self.process.pid]
        while looking:
            found.append(looking.pop())
            looking += children_of(found[-1])
        return found

    def kill(self) -> None:
        """Kill all of it at once, as when a machine loses power."""
        everyone = self.everyone()
        send(everyone, signal.SIGSTOP)  # so that nobody can react to the death of another
        send(everyone, signal.SIGKILL)
        self.process.wait(10)
        until(lambda: not any(map(is_alive, everyone)))

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still: it listens, and never answers."""
        everyone = self.everyone()
        send(everyone, signal.SIGSTOP)
        try:
            yield
        finally:
            send(everyone, signal.SIGCONT)


@dataclass
class Web(Server):
    """gunicorn as in production."""

    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                gunicorn(self.port), env=self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log
            )
        wait_for(f"http://127.0.0.1:{self.port}/health/ready")

    def kill_a_worker(self, chance: random.Random) -> None:
        send([chance.choice(children_of(self.process.pid))], signal.SIGKILL)


@dataclass
class Worker(Server):
    """A Celery worker as in production: one process takes messages, and a child does the work."""

    environment: dict[str, str]
    log: Path
    queues: str

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "lms", "worker", "-Q", self.queues, "-c", "1", "-l", "INFO"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log
            )

    def kill_the_child(self) -> None:
        """Kill who does the work. The other one stands still until it is dead.

        Celery hears of the death while the child is still dying, finds it alive, and looks again five seconds later.
        """
        children = children_of(self.process.pid)
        send([self.process.pid], signal.SIGSTOP)
        send(children, signal.SIGKILL)
        until(lambda: not any(map(is_alive, children)))
        send([self.process.pid], signal.SIGCONT)


@dataclass
class Postgres(Server):
    cluster: Cluster

    def start(self) -> None:
        self.process = self.cluster.start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # SIGTERM would wait for everybody to hang up
            self.process.wait(20)


@dataclass
class Redis(Server):
    base: Path
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = start_redis(self.base, self.port)

    def forget(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def send(processes: Iterable[int], how: signal.Signals) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def is_alive(pid: int) -> bool:
    """Whether it still runs; one that nobody has buried yet does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Look again and again until this holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} seconds for nothing"
        time.sleep(0.02)
