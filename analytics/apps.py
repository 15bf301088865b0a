"""The app that tells people what happened."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
