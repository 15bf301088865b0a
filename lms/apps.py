"""The project itself, as an app: its static files and the demo command."""

from django.apps import AppConfig


class LmsConfig(AppConfig):
    name = "lms"
