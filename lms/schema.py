"""What every endpoint of the API may answer besides what it says itself."""

from typing import Any

Endpoint = tuple[str, str, str, Any]  # path, its pattern, method, view

PROBLEM = {"$ref": "#/components/schemas/Problem"}
PAUSE = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def only_ours(endpoints: list[Endpoint], **context: Any) -> list[Endpoint]:
    """Leave out what Wagtail's own pages call."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def add_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Document the refusals that have the same shape everywhere."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for code, description in _problems(path, method, operation).items():
                operation["responses"].setdefault(code, _as_response(code, description))
    return result


def _problems(path: str, method: str, operation: dict[str, Any]) -> dict[str, str]:
    problems = {"429": "Too many requests. Nothing was recorded.", "503": "Not possible just now."}
    if method == "post":
        problems |= {"400": "What was sent cannot be read.", "413": "What was sent is too large."}
    if operation.get("security") not in ([], [{}]):
        problems |= {"401": "Not signed in.", "403": "A session without its CSRF token."}
    if "{" in path:
        problems |= {"404": "There is no such thing, or it is not yours."}
    return dict(sorted(problems.items()))


def _as_response(code: str, description: str) -> dict[str, Any]:
    response: dict[str, Any] = {"description": description, "content": {"application/json": {"schema": PROBLEM}}}
    return response | ({"headers": PAUSE} if code in ("429", "503") else {})
