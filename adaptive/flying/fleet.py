"""Many flights, on several processors: each learner has a chance of their own, so how they are shared changes nothing.

The others are fresh processes, not forks: a Celery worker's may not have children by `multiprocessing`, and threads and
database connections do not survive a fork. They read the plan from a pipe and have nothing to do with the database.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import IO, Any

from django.conf import settings

from adaptive.flying.flights import Plan
from adaptive.flying.trails import Trail, fly

MOST_PROCESSES = 4
SQUAD = 25  # learners who go side by side
WORTH_SHARING = 60  # learners: the start of a process takes as long as some thirty flights
MOST_LEARNERS = 2_000

Report = Callable[[int], None]  # is told how many flights are over
Message = Trail | None  # none: a process has come to its end


class FlightBroken(Exception):
    """A process that flew some of the learners ended before they did."""


def processors() -> int:
    """Return how many processors this process may use, of those that flights are shared by at most."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


def fly_all(plan: Plan, learners: int, processes: int = 0, report: Report = lambda over: None) -> list[Trail]:
    """Fly so many learners; return their trails in the order of their numbers. 0 processes: as many as are worth it.

    Raises FlightBroken.
    """
    processes = processes or (processors() if learners >= WORTH_SHARING else 1)
    flying = _here(plan, learners) if processes == 1 else _apart(plan, learners, processes)
    trails = []
    for trail in flying:
        trails.append(trail)
        report(len(trails))
    return sorted(trails, key=lambda trail: trail.number)


def fly_part(source: IO[bytes], target: IO[bytes]) -> None:
    """Fly the learners that stand in `source`, and write their trails to `target`, as they land."""
    plan, squads = pickle.load(source)
    for numbers in squads:
        for trail in fly(plan, numbers):
            pickle.dump(trail, target)
            target.flush()


def squads_of(learners: int) -> list[range]:
    """Return the numbers of those who fly side by side: always the same together."""
    return [range(first, min(first + SQUAD, learners)) for first in range(0, learners, SQUAD)]


def _here(plan: Plan, learners: int) -> Iterator[Trail]:
    return (trail for numbers in squads_of(learners) for trail in fly(plan, numbers))


def _apart(plan: Plan, learners: int, processes: int) -> Iterator[Trail]:
    parts = [pickle.dumps((plan, squads_of(learners)[first::processes])) for first in range(processes)]
    landed: Queue[Message] = Queue()
    started = [_start() for _ in parts]
    listeners = [Thread(target=_listen, args=(*pair, landed)) for pair in zip(started, parts, strict=True)]
    for listener in listeners:
        listener.start()
    try:
        waiting = processes
        while waiting:
            trail = landed.get()
            waiting -= trail is None
            if trail:
                yield trail
        if any(process.wait() for process in started):
            raise FlightBroken(f"processes ended with {[process.returncode for process in started]}")
    finally:
        for process in started:
            process.kill()
            process.wait()
        for listener in listeners:
            listener.join()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "fly_part"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _listen(process: Any, part: bytes, landed: Queue[Message]) -> None:
    """Send a process its part, and pass on what comes back until there is no more."""
    try:
        with process.stdout as trails, process.stdin as source:
            source.write(part)
            source.close()
            while True:
                landed.put(pickle.load(trails))
    except (EOFError, OSError, pickle.UnpicklingError):
        landed.put(None)
