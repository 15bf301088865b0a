"""What the learner model adds to the authoring area."""

from django.urls import URLPattern, path
from wagtail import hooks

from adaptive.views import flights


@hooks.register("register_admin_urls")
def pages_about_flights() -> list[URLPattern]:
    return [
        path("course/<int:pk>/flight/", flights.flight, name="authoring_flight"),
        path("course/<int:pk>/flight/start/", flights.fly, name="authoring_fly"),
        path("course/<int:pk>/flight/progress/", flights.progress, name="authoring_flight_progress"),
        path("course/<int:pk>/flight/report.json", flights.report, name="authoring_flight_report"),
    ]
