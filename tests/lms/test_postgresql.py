"""A connection that the server closed is noticed before a request uses it, and without asking the server."""

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_off_is_not_usable() -> None:
    connection.ensure_connection()
    assert connection.is_usable()

    pid = connection.connection.info.backend_pid
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()

    assert not connection.is_usable()
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()


@pytest.mark.django_db
def test_looking_takes_no_statement() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert connection.is_usable()

    assert not captured.captured_queries
