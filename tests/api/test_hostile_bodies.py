"""Whatever is sent, the answer is a clear refusal, and never a fault of the server."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.parsing import LARGEST_BODY

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


def send(body: bytes | str) -> int:
    client = Client(raise_request_exception=False)
    return client.post("/api/v1/token/", body, "application/json").status_code


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        "[" * 30_000,
        "[" * 30_000 + "]" * 30_000,
        '{"email":' * 5_000 + "1" + "}" * 5_000,
        '{"email":' * 14 + "1" + "}" * 14,
        "",
        "nonsense",
        "null",
        "[]",
        '"text"',
        '{"email": NaN, "password": Infinity}',
        '{"email": "\\ud800@example.org", "password": "\\udfff"}',
        '{"\\ud800": 1}',
        '{"email": "a@b.c", "password": "\\u0000"}',
        '{"email": ' + "9" * 5_000 + "}",
        b"\xff\xfe{}",
    ],
    ids=lambda body: str(body)[:20],
)
def test_a_hostile_body_is_refused(body: bytes | str) -> None:
    assert send(body) == 400


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused_unread() -> None:
    assert send(json.dumps({"password": "x" * LARGEST_BODY})) == 413


@pytest.mark.django_db
def test_an_unknown_field_is_named() -> None:
    body = json.dumps({"email": "a@example.org", "password": "x", "is_staff": True})
    refused = Client().post("/api/v1/token/", body, "application/json")

    assert refused.status_code == 400
    assert refused.json()["fields"] == {"is_staff": ["There is no such field."]}


@pytest.mark.django_db
def test_a_form_is_no_json() -> None:
    assert Client().post("/api/v1/token/", {"email": "a@example.org"}).status_code == 415


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(JSON)
def test_any_json_is_refused_or_read(value: object) -> None:
    assert send(json.dumps(value)) in (400, 429)
