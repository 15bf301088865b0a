"""`manage.py retrain`: ask for training; with --now, train in this process."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from adaptive import jobs
from adaptive.models import JobState


class Command(BaseCommand):
    help = "Train the tutor again on what learners did. It serves only if it is at least as good as the one that does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="train here and wait, instead of asking a worker")
        parser.add_argument("--steps", type=int, help="batches of learners to train on")

    def handle(self, *args: Any, now: bool, steps: int | None, **options: Any) -> None:
        job = jobs.ask_for("retrain", options={"steps": steps} if steps else {})
        if not now:
            jobs.hand_out(job)
            self.stdout.write(f"Training is wanted (job {job.pk}). A worker takes it up within half a minute.")
            return
        job = jobs.run(job.pk)
        if job.state == JobState.FAILED:
            raise CommandError(job.message)
        self.stdout.write(f"{job.get_state_display()}. {job.message}")
