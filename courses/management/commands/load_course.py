"""manage.py load_course FOLDER: load a course written as a folder of Markdown."""

import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.formats.loading import Summary, WouldOverwrite, load_folder
from courses.formats.mistakes import FolderHasMistakes


class Command(BaseCommand):
    help = "Load a course from a folder of Markdown. docs/course-format.md says how to write one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--overwrite", action="store_true", help="replace what authors changed in the browser")

    def handle(self, *args: Any, folder: Path, dry_run: bool, overwrite: bool, **options: Any) -> None:
        logging.getLogger("wagtail").setLevel(logging.WARNING)  # it would name every part twice
        try:
            summary = load_folder(folder, overwrite=overwrite, dry_run=dry_run)
        except FolderHasMistakes as error:
            places = "\n".join(
                f"{folder / mistake.path}:{mistake.line}: {mistake.message}" for mistake in error.mistakes
            )
            raise CommandError(f"{places}\n{len(error.mistakes)} to mend. Nothing was changed.") from error
        except WouldOverwrite as error:
            paths = "\n".join(f"  {path}" for path in error.paths)
            raise CommandError(
                "Changed in the browser since the last load, and would be overwritten:\n"
                f"{paths}\nNothing was changed. Bring the changes into the folder, or load with --overwrite."
            ) from error
        if options["verbosity"] > 0:
            self.report(summary, dry_run)

    def report(self, summary: Summary, dry_run: bool) -> None:
        for word, paths in (
            ("created", summary.created),
            ("changed", summary.changed),
            ("unpublished, no longer in the folder", summary.unpublished),
        ):
            for path in paths:
                self.stdout.write(f"{word}: {path}")
        self.stdout.write(
            f"{summary.course}: {len(summary.created)} created, {len(summary.changed)} changed, "
            f"{len(summary.unchanged)} unchanged, {len(summary.unpublished)} unpublished."
            + (" This was a dry run: nothing was changed." if dry_run else "")
        )
