"""One shape for every error of the API."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with `{"detail": ..., "fields": {...}}`: what is wrong, and where."""
    response = exception_handler(error, context)
    if response is not None and not (isinstance(response.data, dict) and "detail" in response.data):
        response.data = {"detail": "Some of what was sent needs mending; see fields.", "fields": response.data}
    return response
