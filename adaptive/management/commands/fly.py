"""`manage.py fly COURSE`: made-up learners go through a course before real ones do; says what to mend."""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from adaptive.flying.fleet import MOST_LEARNERS, FlightBroken
from adaptive.flying.reports import DRAFT, LEARNERS, PUBLISHED, SEED, Order, Row, fly_through
from adaptive.flying.telling import percent, tell
from adaptive.management.naming import course_called


class Command(BaseCommand):
    help = (
        "Let made-up learners fly through a course, as drafted or as published, and say what to mend before real ones "
        "come. Nothing is written to the database. Ends with 1 if there is anything to mend."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="its slug")
        edition = parser.add_mutually_exclusive_group()
        edition.add_argument("--draft", dest="edition", action="store_const", const=DRAFT, help="with drafts (default)")
        edition.add_argument("--published", dest="edition", action="store_const", const=PUBLISHED, help="without them")
        parser.add_argument("--learners", type=learners, default=LEARNERS, metavar="N", help=f"({LEARNERS})")
        parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="the same one flies the same way (1)")
        parser.add_argument("--processes", type=int, default=0, metavar="P", help="as many as there are processors")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole report there; - for here")
        parser.add_argument("--recurrent", action="store_true", help="by the recurrent policy")
        parser.set_defaults(edition=DRAFT)

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("edition", "learners", "seed", "processes", "recurrent")
        order = Order(course_called(options["course"]), *(options[name] for name in names))
        began = time.monotonic()
        try:
            report = fly_through(order)
            self._write(report, options["json"])
        except (FlightBroken, OSError) as problem:
            raise CommandError(str(problem)) from problem
        sys.stderr.write(f"flown in {time.monotonic() - began:.1f} s\n")
        if any(not finding["is_note"] for finding in report["findings"]):
            raise SystemExit(1)

    def _write(self, report: Row, target: Path | None) -> None:
        data = json.dumps(report, indent=1, ensure_ascii=False)
        if target == Path("-"):
            self.stdout.write(data)
            return
        if target:
            target.write_text(data + "\n", encoding="utf-8")
        self.stdout.write("\n".join(_told(report)))


def learners(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST_LEARNERS):
        raise ArgumentTypeError(f"expected a number from 1 to {MOST_LEARNERS}, got {text}")
    return int(text)


def _told(report: Row) -> Iterator[str]:
    yield f"{report['title']} ({report['edition']}): {report['learners']} learners, {report['answers']} answers"
    yield from _competence(report["competence"])
    yield f"dead ends: {report['dead_ends']} learners"
    for module in report["modules"]:
        yield "  " + _module(module)
    for finding in map(tell, report["findings"]):
        word = "note" if finding.is_note else "mend"
        yield f"{word}: {finding.name}: {finding.title}: {finding.seen} {finding.todo}"
    if not report["findings"]:
        yield "Nothing to mend."


def _competence(found: Row) -> Iterator[str]:
    yield f"competent in all skills: {found['reached']} of {found['trying']} who try"
    if found["minutes"]:
        hours = {name: value / 60 for name, value in found["minutes"].items()}
        yield (
            f"  after {hours['median']:.1f} hours of work (most {hours['low']:.1f} to {hours['high']:.1f}) "
            f"and {found['answers']['median']:.0f} answers"
        )


def _module(module: Row) -> str:
    if module["success"] is None:
        return f"{module['title'][:32]:<32} nothing is asked"
    return (
        f"{module['title'][:32]:<32} reached {percent(module['reached'] or 0):>5}, answers {module['answers']:>4.1f}, "
        f"right {percent(module['success']):>5}"
    )
