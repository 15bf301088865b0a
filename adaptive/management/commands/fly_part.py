"""`manage.py fly_part`: what `fly` starts on each further processor; of no use by itself."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from adaptive.flying.fleet import fly_part


class Command(BaseCommand):
    help = "Fly learners for another process: reads a plan from standard input, writes trails to standard output."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as trails:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is said meanwhile must not come between them
            fly_part(sys.stdin.buffer, trails)
