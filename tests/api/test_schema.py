"""The published description of the API is valid, and what the API says is what it describes."""

from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft4Validator
from openapi_spec_validator import validate

from courses.models import Enrollment, User
from tests.api.learning import begin, right, send, wrong
from tests.api.world import Caller, Json


@pytest.fixture(scope="module")
def schema() -> Json:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def test_the_schema_is_valid_openapi(schema: Json) -> None:
    validate(schema)


def test_nothing_in_the_schema_had_to_be_guessed(tmp_path: Any) -> None:
    call_command("spectacular", fail_on_warn=True, validate=True, file=str(tmp_path / "schema.yaml"))


def test_enums_have_names_of_their_own(schema: Json) -> None:
    enums = {name for name, part in schema["components"]["schemas"].items() if "enum" in part}

    assert enums >= {"Aim", "Confidence", "Difficulty", "Level", "Modality", "Purpose", "QuestionKind", "Rung", "Wish"}
    assert not any(name.endswith("Enum") for name in enums)


def test_every_refusal_is_described(schema: Json) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert {"429", "503"} <= set(operation["responses"]), (method, path)
            assert ("{" not in path) or "404" in operation["responses"]


def conforms(schema: Json, response: Any, path: str, method: str) -> Json:
    """Check the body against what the schema says of this status; return it."""
    described = schema["paths"][f"/api/v1/{path}"][method]["responses"][str(response.status_code)]
    shape = described["content"]["application/json"]["schema"]
    Draft4Validator(_strict({"allOf": [shape], "components": schema["components"]})).validate(response.json())
    body: Json = response.json()
    return body


def _strict(shape: Any) -> Any:
    """OpenAPI's `nullable` in JSON Schema's words, and no field that is not described."""
    if isinstance(shape, list):
        return [_strict(part) for part in shape]
    if not isinstance(shape, dict):
        return shape
    strict = {key: _strict(part) for key, part in shape.items() if key != "nullable"}
    if shape.get("type") == "object" and "properties" in shape:
        strict.setdefault("additionalProperties", False)
    return {"anyOf": [strict, {"type": "null"}]} if shape.get("nullable") else strict


def test_a_whole_session_is_as_described(schema: Json, caller: Caller, enrollment: Enrollment) -> None:
    conforms(schema, caller.get("courses/"), "courses/", "get")
    conforms(schema, caller.get("courses/python/"), "courses/{slug}/", "get")
    conforms(schema, caller.post("courses/python/enroll/"), "courses/{slug}/enroll/", "post")
    step = conforms(schema, caller.post("courses/python/next/"), "courses/{slug}/next/", "post")["recommendation"]["id"]
    for deed in ("opened", "finished", "opened"):
        came = caller.post(f"recommendations/{step}/{deed}/")
        conforms(schema, came, f"recommendations/{{recommendation_id}}/{deed}/", "post")
    conforms(schema, caller.get(f"recommendations/{step}/"), "recommendations/{recommendation_id}/", "get")
    other = caller.post(f"recommendations/{step}/override/", {"wish": "another-way"})
    conforms(schema, other, "recommendations/{recommendation_id}/override/", "post")
    for purpose in ("learn", "review"):
        chosen = caller.post("courses/python/choose/", {"module": "module-1", "purpose": purpose})
        conforms(schema, chosen, "courses/{slug}/choose/", "post")
    conforms(schema, caller.get("reviews/"), "reviews/", "get")
    conforms(schema, caller.get("courses/python/state/"), "courses/{slug}/state/", "get")


def test_answers_to_every_kind_of_question_are_as_described(
    schema: Json, caller: Caller, enrollment: Enrollment
) -> None:
    kinds = set()
    path = "presentations/{presentation_id}/answer/"
    for turn in range(40):
        shown = begin(caller)
        kinds.add(shown["question"]["kind"])
        conforms(schema, caller.get(f"presentations/{shown['id']}/"), "presentations/{presentation_id}/", "get")
        respond = right if turn % 2 else wrong
        for response in (respond(shown["id"]), right(shown["id"])):
            conforms(schema, send(caller, shown["id"], response), path, "post")
        if len(kinds) == 8:
            break

    assert len(kinds) == 8


def test_refusals_are_as_described(schema: Json, caller: Caller, enrollment: Enrollment, grace: User) -> None:
    shown, path = begin(caller), "presentations/{presentation_id}/answer/"

    assert conforms(schema, send(caller, shown["id"], {}), path, "post")["fields"]["response"]
    assert conforms(schema, send(Caller(grace), shown["id"], {}), path, "post")["detail"]
    assert conforms(schema, send(Caller(), shown["id"], {}), path, "post")["detail"]
    assert conforms(schema, Caller().post("token/", {"email": "x"}), "token/", "post")["fields"]
