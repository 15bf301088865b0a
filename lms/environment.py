"""What the environment's variables mean, and a refusal that names the one that is wrong."""

from pathlib import Path
from typing import Any, NoReturn

import dj_database_url
import dj_email_url
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError, ValidationError

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

MAIL_TIMEOUT = 20  # seconds for each word of a mail server; all of them are far less than adaptive.notifying.AT_WORK
UNKNOWN_ZONE = "not a time zone, such as Europe/Lisbon"


def refuse(message: str) -> NoReturn:
    """Stop at start with the reason, before anything has been changed."""
    raise ImproperlyConfigured(message) from None


def redis_address(url: str) -> None:
    """Accept nothing or a Redis address."""
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValidationError("must start with redis://, rediss:// or unix://")


def database_from(url: str, pool_size: int) -> Any:
    """Return Django's settings for this database: SQLite tuned for a small server, PostgreSQL never lossy."""
    try:
        database: Any = dj_database_url.parse(url, conn_max_age=0 if pool_size else 60, conn_health_checks=True)
    except (ValueError, KeyError) as error:
        raise EnvError(f'Environment variable "DATABASE_URL" is not a database address: {error}') from None
    if database["ENGINE"].endswith("sqlite3"):
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        pragmas = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON;"
        )
        database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    elif database["ENGINE"].endswith("postgresql"):
        database["ENGINE"] = "lms.postgresql"
        options = database.setdefault("OPTIONS", {})
        options["options"] = "-c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=60s"
        options |= {"server_side_binding": True, "prepare_threshold": 5}  # plan a statement once: half of its cost
        if pool_size:
            options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    else:
        raise EnvError('Environment variable "DATABASE_URL" must start with postgresql:// or sqlite:///')
    return database


def broker_from(url: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return Celery's broker and its options. Without an address jobs travel through a folder."""
    if url and not url.startswith("filesystem:"):
        return url, {
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
        }
    for name in ("jobs", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    jobs, control = str(folder / "jobs"), str(folder / "control")
    return "filesystem://", {
        "data_folder_in": jobs,
        "data_folder_out": jobs,
        "control_folder": control,
        "polling_interval": 0.05,
    }


def mail_from(url: str) -> dict[str, Any]:
    """Return Django's mail settings. No mail server is waited for without end."""
    try:
        settings: dict[str, Any] = dict(dj_email_url.parse(url))
    except ValueError as error:
        raise EnvError(f'Environment variable "EMAIL_URL" is not the address of a mail server: {error}') from None
    if not settings.get("EMAIL_BACKEND"):
        known = ", ".join(f"{scheme}://" for scheme in sorted(dj_email_url.SCHEMES))
        raise EnvError(f'Environment variable "EMAIL_URL" must start with one of {known}')
    if settings["EMAIL_FILE_PATH"]:
        settings["EMAIL_FILE_PATH"] = str(Path("/") / settings["EMAIL_FILE_PATH"])
    settings["EMAIL_TIMEOUT"] = settings["EMAIL_TIMEOUT"] or MAIL_TIMEOUT
    return settings
