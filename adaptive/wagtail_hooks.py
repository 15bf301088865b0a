"""What the learner model adds to the authoring area."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from wagtail import hooks

from adaptive.speaking_of import SPOKEN_OF, offered, spoken_of
from adaptive.views import flights
from courses.authoring.releasing import MET
from courses.authoring.views import kept


@hooks.register("register_admin_urls")
def pages_about_flights() -> list[URLPattern]:
    return [
        path("course/<int:pk>/flight/", flights.flight, name="authoring_flight"),
        path("course/<int:pk>/flight/start/", flights.fly, name="authoring_fly"),
        path("course/<int:pk>/flight/progress/", flights.progress, name="authoring_flight_progress"),
        path("course/<int:pk>/flight/report.json", flights.report, name="authoring_flight_report"),
    ]


@hooks.register("before_delete_snippet")
def keep_what_is_spoken_of(request: HttpRequest, things: list[Any]) -> HttpResponse | None:
    found = spoken_of(things)
    return kept(request, found, SPOKEN_OF) if found else None


@hooks.register("before_delete_snippet")
def keep_what_was_offered(request: HttpRequest, things: list[Any]) -> HttpResponse | None:
    found = offered(things)
    return kept(request, found, MET) if found else None
