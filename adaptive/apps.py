"""The app that chooses the next module: the only door between the product and mlcore."""

from django.apps import AppConfig


class AdaptiveConfig(AppConfig):
    name = "adaptive"
