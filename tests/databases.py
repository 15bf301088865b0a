"""One migrated database for all processes of a run: to migrate takes a quarter of a minute, to copy a moment.

It is made from nothing in every run, and gone after it. Django runs `migrate` on each copy as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

LOCK = 20_261_122  # any number that all processes of a run know


def make_template(name: str) -> None:
    """Make the database of this name, unless another process has; that one is waited for."""
    with one_at_a_time() as line:
        if not line.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            line.execute(f"CREATE DATABASE {name}")
            migrate(name)


def drop_template(name: str) -> None:
    """Who needs it after all makes it again."""
    with one_at_a_time() as line:
        line.execute(f"DROP DATABASE IF EXISTS {name}")


@contextmanager
def one_at_a_time() -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield line


def migrate(name: str) -> None:
    """Make the tables of this database, and leave it: one that somebody uses cannot be copied."""
    ours = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = ours
