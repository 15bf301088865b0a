"""One shape for every error of the API."""

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from adaptive.guarding import NothingToLearn
from courses.enrolling import NotOpen
from courses.hinting import HintBefore, NoSuchHint
from courses.marking import UnreadableResponse
from courses.recording import KeyReused

log = structlog.get_logger(__name__)

SECONDS_TO_RECOVER = 2
ALL_OF_IT = api_settings.NON_FIELD_ERRORS_KEY
MEND = "Some of what was sent needs mending; see fields."


class KeyTaken(APIException):
    status_code = 422
    default_detail = "This key was used for something else. Make a new one."


class Closed(APIException):
    status_code = 409
    default_detail = "This course is not open yet."


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with `{"detail": ..., "fields": {...}}`: what is wrong, and where."""
    if isinstance(error, OperationalError | InterfaceError):
        return _unavailable(error)
    response = exception_handler(_for_clients(error), context)
    if response is not None and not (isinstance(response.data, dict) and "detail" in response.data):
        response.data = {"detail": MEND, "fields": _flat(response.data)}
    return response


def _flat(wrong: Any) -> dict[str, Any]:
    """Name a field of a thing within a list by the place of that, from 0: `conditions.1.module`."""
    found: dict[str, Any] = {}
    for name, words in wrong.items() if isinstance(wrong, dict) else ():
        places = words if isinstance(words, dict) and all(isinstance(place, int) for place in words) else {}
        inside = {f"{name}.{place}{field}": part for place, thing in places.items() for field, part in _in(thing)}
        found |= inside or {name: words}
    return found or wrong


def _in(thing: Any) -> list[tuple[str, Any]]:
    """What is wrong with one thing of a list: with its fields, or with all of it, such as that it is nothing."""
    if not isinstance(thing, dict):
        return [("", thing)]
    return [("" if field == ALL_OF_IT else f".{field}", words) for field, words in thing.items()]


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for every address of the API that does not exist; lead on to the one that only lacks its last slash."""
    if not _is_one_slash_short(request):
        return JsonResponse({"detail": "There is no such address."}, status=404)
    if request.method in ("GET", "HEAD"):
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return JsonResponse({"detail": "There is no such address: put a slash at its end."}, status=404)


def _is_one_slash_short(request: HttpRequest) -> bool:
    return not request.path_info.endswith("/") and resolve(f"{request.path_info}/").func is not nowhere


def _for_clients(error: Exception) -> Exception:
    """Return what happened in the terms of HTTP."""
    match error:
        case UnreadableResponse():
            return ValidationError({"response": [error.message]})
        case KeyReused():
            return KeyTaken()
        case NotOpen():
            return Closed()
        case NothingToLearn():
            return Closed("This course has nothing to learn yet.")
        case NoSuchHint():
            return ValidationError({"number": ["The question has fewer hints."]})
        case HintBefore():
            return ValidationError({"number": [f"Hints come one after another. Take hint {error.number} first."]})
        case Http404():
            return NotFound()
    return error


def _unavailable(error: Exception) -> Response:
    """The database is full, locked or away. Nothing is promised; the same request may simply be sent again."""
    log.warning("database_unavailable", error=type(error).__name__, reason=str(error))
    data = {"detail": "Not possible just now. Send the same request again in a moment."}
    return Response(data, status=503, headers={"Retry-After": str(SECONDS_TO_RECOVER)})
