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
from tests.courses.samples import EVERY_KIND

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
COMMANDS = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


def run(live_server: LiveServer, commands: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the commands in one shell that stops at the first failure."""
    return subprocess.run(
        ["bash", "-c", "\n".join(["set -euo pipefail", *commands])],
        env={**os.environ, "SITE": live_server.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def learner(transactional_db: None) -> User:
    small_course("python-foundations")
    return User.objects.create_user("learner@example.org", "learn-by-doing")


def ask_only(kind: str) -> None:
    """Take every question of another kind out of the course."""
    for question in Question.objects.exclude(kind=kind):
        question.live = False
        question.save()


@needs_curl
@pytest.mark.parametrize("kind", [content["kind"] for content in EVERY_KIND])
def test_every_command_of_the_page_works_whatever_is_asked(live_server: LiveServer, learner: User, kind: str) -> None:
    ask_only(kind)

    shell = run(live_server, COMMANDS)

    assert shell.returncode == 0, shell.stderr + shell.stdout[-500:]
    kinds = list(Interaction.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds[:3] == [InteractionKind.OVERRODE, InteractionKind.OPENED, InteractionKind.ANSWERED]
    assert kinds.count(InteractionKind.ANSWERED) == 1
    assert shell.stdout.count('"verdict"') == 2
    assert "interval" in shell.stdout


@needs_curl
def test_the_page_can_be_run_again_by_a_learner_who_has_begun(live_server: LiveServer, learner: User) -> None:
    for _again in range(2):
        shell = run(live_server, COMMANDS)
        assert shell.returncode == 0, shell.stderr + shell.stdout[-500:]

    assert Interaction.objects.filter(kind=InteractionKind.ANSWERED).count() == 2


@needs_curl
def test_a_refusal_is_shown_and_stops_the_session(live_server: LiveServer, learner: User) -> None:
    refused = "call $SITE/api/v1/presentations/$QUESTION/answer/ -d '{}'; echo went on"

    shell = run(live_server, [*COMMANDS[:-3], refused])

    assert shell.returncode != 0
    assert "This field is required." in shell.stdout
    assert "went on" not in shell.stdout


def test_the_page_names_every_status_of_an_answer() -> None:
    for status in ("201", "200", "400", "404", "409", "422", "429", "503"):
        assert re.search(rf"^\|[^|]*\b{status}\b", PAGE.read_text(), re.MULTILINE)
