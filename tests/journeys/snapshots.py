"""Databases to begin a journey from. Filling one takes seconds, bringing it back a fraction of one.

A live server answers in threads of its own, so its tests cannot be rolled back: each one empties the database. What a
journey needs is therefore built once, kept as the raw rows of every table, and copied in again before each test.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

Rows = dict[str, bytes]  # the rows of each table, as PostgreSQL copies them


@dataclass
class Snapshots:
    """The databases that were built in this session, by name."""

    kept: dict[str, Rows] = field(default_factory=dict)

    def bring(self, name: str, build: Callable[[], object]) -> None:
        """Make the database what `build` made of an empty one the first time."""
        if name in self.kept:
            replace(self.kept[name])
        else:
            build()
            self.kept[name] = copied()
        ContentType.objects.clear_cache()


def copied() -> Rows:
    with connection.cursor() as cursor:
        return {table: _rows(cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)')) for table in _tables()}


@transaction.atomic
def replace(rows: Rows) -> None:
    """Put these rows in place of everything. Numbers given by sequences go on, so they never meet the old ones."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in rows))
        for table, data in rows.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
                copy.write(data)


def _rows(copy: Iterable[bytes]) -> bytes:
    with copy as data:
        return b"".join(bytes(part) for part in data)


def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
