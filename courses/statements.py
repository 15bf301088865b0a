"""Statements that Django compiles once, for the few that every answer asks anew: compiling costs more than running.

Rows come and go as models, and Django writes the SQL; only its compiled form is kept. Signals are not sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet, Value, query

Row = TypeVar("Row", bound=Model)
populators_for: Any = query.get_related_populators  # no public way leads there


class Slot(Value):
    """The place of a value that comes with each execution: `filter(pk=Slot("key", UUIDField()))`."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(name, output_field=field)
        self.name = name

    def as_sql(self, *_: Any) -> tuple[str, Any]:
        return "%s", [self]


@dataclass(frozen=True)
class Compiled(Generic[Row]):
    """A query as one database understands it, and how its rows become models."""

    sql: str
    parameters: Sequence[Any]
    compiler: Any
    model: type[Row]
    columns: slice
    names: Sequence[str]
    converters: dict[int, Any]
    related: Sequence[query.RelatedPopulator]

    def rows(self, values: dict[str, Any]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_filled(parameter, values) for parameter in self.parameters])
            found: Iterable[Sequence[Any]] = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self._row(columns) for columns in found]

    def _row(self, columns: Sequence[Any]) -> Row:
        row = self.model.from_db(connection.alias, self.names, columns[self.columns])
        for populator in self.related:
            populator.populate(columns, row)
        return row


class Query(Generic[Row]):
    """A query with slots: `Query(lambda: Presentation.objects.filter(pk=Slot("id", UUIDField())))`.

    What a QuerySet does after its own statement (prefetch, annotations, known related objects) it does not.
    """

    def __init__(self, make: Callable[[], QuerySet[Row]]) -> None:
        self._make = make
        self._compiled: dict[str, Compiled[Row]] = {}

    def all(self, **values: Any) -> list[Row]:
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = _compile(self._make())
        return compiled.rows(values)

    def first(self, **values: Any) -> Row | None:
        return next(iter(self.all(**values)), None)


def insert(row: Model) -> None:
    """Write a new row."""
    sql, fields, returns_key = _insertion(type(row), connection.vendor, row.pk is None)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_saved(field, row, is_new=True) for field in fields])
        if returns_key:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that exists."""
    sql, fields = _change(type(row), connection.vendor, names)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(_saved(field, row, is_new=False) for field in fields), row.pk])


def _filled(parameter: Any, values: dict[str, Any]) -> Any:
    if not isinstance(parameter, Slot):
        return parameter
    return parameter.output_field.get_db_prep_value(values[parameter.name], connection, prepared=False)


def _saved(field: Field[Any, Any], row: Model, *, is_new: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)


def _compile(queryset: QuerySet[Row]) -> Compiled[Row]:
    compiler = queryset.query.get_compiler(using=connection.alias)
    sql, parameters = compiler.as_sql()
    select, facts = compiler.select, compiler.klass_info
    columns = slice(facts["select_fields"][0], facts["select_fields"][-1] + 1)
    return Compiled(
        sql=sql,
        parameters=parameters,
        compiler=compiler,
        model=facts["model"],
        columns=columns,
        names=[column.target.attname for column, _, _ in select[columns]],
        converters=compiler.get_converters([column for column, _, _ in select]),
        related=populators_for(facts, select, connection.alias),
    )


@cache
def _insertion(model: type[Model], vendor: str, makes_key: bool) -> tuple[str, Sequence[Field[Any, Any]], bool]:
    """Return the statement that inserts a row, the fields it takes, and whether the database makes the key."""
    meta, quote = _names_of(model)
    fields = [field for field in meta.local_concrete_fields if not (makes_key and field is meta.pk)]
    columns, places = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places})"
    return f"{sql} RETURNING {quote(meta.pk.column)}" if makes_key else sql, fields, makes_key


@cache
def _change(model: type[Model], vendor: str, names: tuple[str, ...]) -> tuple[str, Sequence[Field[Any, Any]]]:
    meta, quote = _names_of(model)
    fields = sorted((meta.get_field(name) for name in names), key=attrgetter("column"))
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {quote(meta.pk.column)} = %s", fields


def _names_of(model: type[Model]) -> tuple[Any, Callable[[str], str]]:
    return model._meta, connection.ops.quote_name
