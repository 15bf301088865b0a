"""Everything that can be checked without running the product. All of it runs, side by side, then says what failed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PRODUCTION = {
    "DEBUG": "0",
    "ADEPT_DEMO": "0",
    "HTTPS": "1",
    "SECRET_KEY": "checked-" + "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DATABASE_URL": "postgresql://adept@127.0.0.1:1/adept",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "adept.example.org",
}
DEVELOPMENT = {"DEBUG": "1"}
CODE = ("lms", "courses", "adaptive", "analytics", "mlcore", "tests", "manage.py")

CHECKS: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("lint", ["ruff", "check", "--quiet", *CODE], {}),
    ("format", ["ruff", "format", "--quiet", "--check", *CODE], {}),
    ("contracts", ["lint-imports", "--no-cache"], DEVELOPMENT),
    ("types", ["mypy", "--no-error-summary", "lms", "courses", "adaptive", "analytics", "mlcore"], DEVELOPMENT),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"], DEVELOPMENT),
    ("deployment", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ("templates", ["djhtml", "--check", "templates"], {}),
)


def main() -> None:
    with ThreadPoolExecutor(os.cpu_count()) as together:
        passed = list(together.map(lambda check: passes(*check), CHECKS))
    failed = [name for (name, *_), well in zip(CHECKS, passed, strict=True) if not well]
    if failed:
        sys.exit(f"check: failed: {', '.join(failed)}")


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check; print what it said only if it failed."""
    began = time.monotonic()
    process = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    word = "ok" if process.returncode == 0 else "FAILED"
    said = process.stdout + process.stderr if process.returncode != 0 else ""
    sys.stdout.write(f"check: {name:<11}{word} ({time.monotonic() - began:.1f} s)\n{said}")
    return process.returncode == 0


if __name__ == "__main__":
    main()
