"""The commands of docs/api.md, run in one shell against a live server."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from courses.models import Interaction, InteractionKind, Question, User
from tests.api.world import small_course

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
COMMANDS = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def course_of_choices(transactional_db: None) -> None:
    small_course("python-foundations")
    for question in Question.objects.exclude(kind="single_choice"):
        question.live = False
        question.save()


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_every_command_of_the_page_works(live_server: LiveServer, course_of_choices: None) -> None:
    User.objects.create_user("learner@example.org", "learn-by-doing")
    commands = ["set -euo pipefail", *COMMANDS]

    shell = subprocess.run(
        ["bash", "-c", "\n".join(commands)],
        env={**os.environ, "SITE": live_server.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert shell.returncode == 0, shell.stderr
    kinds = list(Interaction.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds[:3] == [InteractionKind.OVERRODE, InteractionKind.OPENED, InteractionKind.ANSWERED]
    assert kinds.count(InteractionKind.ANSWERED) == 1
    assert shell.stdout.count('"verdict"') == 2
    assert "interval" in shell.stdout


def test_the_page_names_every_status_of_an_answer() -> None:
    for status in ("201", "200", "400", "404", "409", "422", "429", "503"):
        assert re.search(rf"^\|[^|]*\b{status}\b", PAGE.read_text(), re.MULTILINE)
