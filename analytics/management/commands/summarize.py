"""`manage.py summarize`: count what waits now; with --rebuild count the whole log again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analytics.summarizing import drain, rebuild


class Command(BaseCommand):
    help = "Count what learners did since the last time. With --rebuild, forget all counts and count the whole log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count the whole log again")

    def handle(self, *args: Any, **options: Any) -> None:
        counted = rebuild() if options["rebuild"] else drain()
        self.stdout.write(f"Counted {counted} interactions.")
