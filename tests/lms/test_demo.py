"""The demo needs no server: its cohorts answer, and are believed in, on SQLite as on PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

PYTHON, SPANISH, PRIVACY = "python-foundations", "spanish-from-the-first-day", "personal-data-at-work"
PLAY = """
import contextlib, json, django
django.setup()
from django.db import connection
from django.db.models import Count, Max
from adaptive import serving
from adaptive.models import Job, LearnerState, Outcome
from courses.models import Cohort, Enrollment, Interaction, OutboxEntry
from lms.house import demo
serving.FRESH_FOR = 1e6  # as on a machine so quick that nothing grows stale: what was rolled back must be forgotten
calibrate, demo.calibrate_courses = demo.calibrate_courses, lambda: {}["interrupted here"]
with contextlib.suppress(KeyError):
    demo.prepare(2, lambda words: None)
after_interruption = Interaction.objects.count()
demo.calibrate_courses = calibrate
demo.prepare(2, lambda words: None)
demo.prepare(2, lambda words: None)
logs = Enrollment.objects.annotate(entries=Count("interactions"), last=Max("interactions__sequence"))
simulated = logs.filter(learner__is_simulated=True)
own = logs.filter(learner__email="learner@example.org").order_by("course__slug")
print(json.dumps({
    "vendor": connection.vendor,
    "after_interruption": after_interruption,
    "uncounted": OutboxEntry.objects.count(),
    "logs": [[log.entries, log.last or 0, log.last_sequence] for log in logs],
    "simulated": simulated.count(),
    "own": [[log.course.slug, log.entries > 0] for log in own],
    "cohorts": list(Cohort.objects.order_by("pk").values_list("courses__slug", "trainers__email")),
    "answers": Interaction.objects.answers().count(),
    "outcomes": Outcome.objects.count(),
    "wanted": list(Job.objects.values_list("kind", "state")),
    "behind": sum(state.seen_up_to != state.enrollment.last_sequence for state in LearnerState.objects.all()),
}))
"""

WALK = """
import contextlib, html, json, re, django
django.setup()
from django.test import Client
from django.urls import Resolver404, resolve
from adaptive.forms import REASONS
from adaptive.progress import Wish
from adaptive.stepping import Request, override
from courses.models import Enrollment, User
from lms.house.demo import PEOPLE
own = Enrollment.objects.with_edition().filter(learner__email="learner@example.org")
for reason, _ in REASONS:
    override(own.get(course__slug="spanish-from-the-first-day"), Request(Wish.NOT_THIS_ONE, reason=str(reason)))
found = {}
for _, email, _ in PEOPLE:
    client, waiting = Client(headers={"host": "localhost"}, raise_request_exception=False), ["/"]
    client.force_login(User.objects.get(email=email), "django.contrib.auth.backends.ModelBackend")
    kinds = set()
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path, follow=True)
        found.setdefault(answer.status_code, []).append(f"{email} {path}")
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for link in re.findall(r'<a[^>]* href="(/[^"#]*)', answer.content.decode()):
            page = html.unescape(link)
            with contextlib.suppress(Resolver404):
                kind = resolve(page.split("?")[0]).view_name, "?" in page
                if kind not in kinds and "logout" not in page and "/bulk/" not in page:  # whose ids scripts fill in
                    kinds.add(kind)
                    waiting.append(page)
print(json.dumps(found))
"""


def test_the_demo_prepares_itself_on_sqlite_however_often_it_is_interrupted_or_repeated(tmp_path: Path) -> None:
    environment = os.environ | {"ADEPT_DEMO": "1", "DJANGO_SETTINGS_MODULE": "lms.settings"}
    environment |= {"ADEPT_DATA_ROOT": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/adept.sqlite3"}
    environment.pop("REDIS_URL", None)

    facts = told_by(PLAY, environment)

    assert facts["vendor"] == "sqlite"
    assert facts["after_interruption"] == facts["uncounted"] == 0
    assert facts["simulated"] == 4
    assert facts["own"] == [[PRIVACY, False], [PYTHON, False], [SPANISH, True]]
    assert facts["cohorts"] == [[course, "trainer@example.org"] for course in (PYTHON, SPANISH, PRIVACY)]
    assert all(entries == last == counted for entries, last, counted in facts["logs"])
    assert facts["answers"] == facts["outcomes"] > 20
    assert facts["behind"] == 0
    assert facts["wanted"] == [["judge", "waiting"]]

    pages = told_by(WALK, environment)
    assert pages.keys() == {"200"}, pages
    assert len(pages["200"]) > 60


def told_by(script: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run a script in a process of its own, and return what it prints last."""
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told
