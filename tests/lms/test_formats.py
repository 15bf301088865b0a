"""Dates look the same wherever they stand."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

WRITTEN_OUT = re.compile(r"\|(?:date|time):\"(?!DATE_FORMAT|DATETIME_FORMAT|TIME_FORMAT)")


def test_a_moment_is_written_one_way_in_the_zone_of_who_reads() -> None:
    page = Template('{{ at|date:"DATETIME_FORMAT" }}; {{ at|date:"DATE_FORMAT" }}; {{ at }}')

    with timezone.override(ZoneInfo("Europe/Lisbon")):
        written = page.render(Context({"at": datetime(2026, 7, 9, 23, 23, tzinfo=UTC)}))

    assert written == "10 Jul 2026, 00:23; 10 Jul 2026; 10 Jul 2026, 00:23"


def test_no_template_has_a_format_of_its_own() -> None:
    templates = (settings.BASE_DIR / "templates").rglob("*.html")

    assert [path.name for path in templates if WRITTEN_OUT.search(path.read_text())] == []
