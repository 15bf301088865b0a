"""Whatever is sent, the answer is a clear refusal, and never a fault of the server."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Enrollment
from lms.parsing import LARGEST_BODY
from tests.api.world import Caller

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


BODYLESS = (
    "courses/python/enroll/",
    "courses/python/next/",
    "recommendations/STEP/opened/",
    "recommendations/STEP/finished/",
)


@pytest.mark.parametrize("body", ["[]", '{"a": NaN}', '{"a": 1}', "nonsense"])
@pytest.mark.parametrize("path", [*BODYLESS, "token/revoke/"])
def test_where_nothing_is_to_be_sent_anything_else_is_refused(
    caller: Caller, enrollment: Enrollment, path: str, body: str
) -> None:
    step = caller.post("courses/python/next/").json()["recommendation"]["id"]
    address = f"/api/v1/{path.replace('STEP', step)}"

    refused = caller.client.post(address, body, "application/json", headers=caller.headers)

    assert refused.status_code == 400
    assert refused.json()["detail"]


@pytest.mark.parametrize("path", BODYLESS)
def test_an_empty_body_is_nothing(caller: Caller, enrollment: Enrollment, path: str) -> None:
    step = caller.post("courses/python/next/").json()["recommendation"]["id"]
    address = f"/api/v1/{path.replace('STEP', step)}"

    for kind in ("application/json", "application/x-www-form-urlencoded", ""):
        assert caller.client.post(address, b"", kind, headers=caller.headers).status_code in (200, 409)


@pytest.mark.parametrize("method", ["get", "post", "put"])
@pytest.mark.parametrize("path", ["nothing/", "nothing", "", "recommendations/nonsense/", "courses/python/nothing/"])
def test_an_unknown_address_is_refused_in_json(method: str, path: str) -> None:
    refused = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1/{path}")

    assert refused.status_code == 404
    assert refused.json() == {"detail": "There is no such address."}


def test_an_address_without_its_last_slash_leads_on_or_says_so() -> None:
    assert Client().get("/api/v1/courses?limit=1").headers["Location"] == "/api/v1/courses/?limit=1"
    assert Client().post("/api/v1/token").json() == {"detail": "There is no such address: put a slash at its end."}
