"""What every request gets: the person's own time zone, and under /authoring/ a door."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from courses.access import for_authors


class TimeZoneMiddleware:
    """Show times in the zone that the person chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "")
        try:
            with timezone.override(zoneinfo.ZoneInfo(zone) if zone else None):
                return self.get_response(request)
        except zoneinfo.ZoneInfoNotFoundError:
            return self.get_response(request)


@for_authors
def door(request: HttpRequest) -> HttpResponse:
    """Answer whether somebody may enter: an empty page says yes."""
    return HttpResponse(status=204)


class AuthoringMiddleware:
    """Let only authors in, whichever of Wagtail's pages they ask for, and let those pages show previews in a frame.

    Wagtail's own door sends who is signed in but may not enter to the sign-in page, which sends them back again.
    """

    prefix = "/authoring/"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(self.prefix):
            response._csp_replace = settings.AUTHORING_CSP  # type: ignore[attr-defined]
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not request.path.startswith(self.prefix):
            return None
        answer = door(request)
        return None if answer.status_code == 204 else answer
