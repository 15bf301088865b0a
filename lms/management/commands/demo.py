"""`manage.py demo`: the whole product on this machine, with courses and people to try it with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lms.house import demo


class Command(BaseCommand):
    help = "Prepare the demo (database, courses, accounts, simulated cohorts) and run web and worker until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the first port to try (8000)")
        parser.add_argument(
            "--learners",
            type=int,
            default=60,
            help="how many learners to simulate the first time (60; fewer in small courses)",
        )
        parser.add_argument("--prepare-only", action="store_true", help="stop before starting the servers")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo makes accounts with known passwords. Set ADEPT_DEMO=1 if this is what you want."
            )
        demo.prepare(options["learners"], self.stdout.write)
        if not options["prepare_only"]:
            demo.serve(options["port"], self.stdout.write)
