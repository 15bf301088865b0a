"""The throw-away servers go when their command does, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from lms.house.services import is_listening, temporary_folder

SERVICES = settings.BASE_DIR / "lms" / "house" / "services.py"
TELL = "import os, time; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True); time.sleep(600)"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' own user may enter, too."""
    with temporary_folder("adept-test-") as folder:
        yield folder


def test_being_told_to_stop_stops_the_servers_and_empties_their_folders(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with subprocess.Popen(
        [sys.executable, SERVICES, sys.executable, "-c", TELL],
        env=environment | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        ports = [urlsplit(address).port or 0 for address in runner.stdout.readline().split()] if runner.stdout else []
        assert [is_listening(port) for port in ports] == [True, True]
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(30) == 128 + signal.SIGTERM

    deadline = time.monotonic() + 10
    while any(is_listening(port) for port in ports) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [is_listening(port) for port in ports] == [False, False]
    assert not list(folder.iterdir())
