"""`manage.py export_interactions FILE`: the log of answers, for `python -m mlcore`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from adaptive.exporting import export_interactions
from courses.models import Course


class Command(BaseCommand):
    help = "Write the answers of all courses, or of some, as CSV for `python -m mlcore`. Learners are under pseudonyms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV file to write")
        parser.add_argument("--course", nargs="+", metavar="SLUG", help="of these courses only")
        parser.add_argument("--with-simulated", action="store_true", help="made-up learners too")

    def handle(self, *args: Any, file: Path, course: list[str] | None, with_simulated: bool, **options: Any) -> None:
        courses = Course.objects.order_by("slug")
        if course:
            courses = courses.filter(slug__in=course)
            if unknown := set(course) - {one.slug for one in courses}:
                raise CommandError(f"There is no course {', '.join(sorted(unknown))}.")
        try:
            with file.open("w", encoding="utf-8", newline="") as out:
                written = export_interactions(list(courses), out, with_simulated=with_simulated)
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from problem
        self.stdout.write(f"{written} answers written to {file}.")
