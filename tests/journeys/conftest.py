"""A real browser, a real course, and a real Celery worker on the test's own database."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from courses.models import Course, User
from tests.journeys.snapshots import Snapshots

CHROMIUM = os.environ.get("ADEPT_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 15_000  # milliseconds until an element must be there
COURSE = "python-foundations"
# What the browser itself says when a test drops the network, or when we answer 409 or 422 on purpose.
EXPECTED = re.compile(r"Failed to load resource: (net::ERR_|the server responded with a status of (409|422))")

SignIn = Callable[..., Page]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def snapshots() -> Snapshots:
    return Snapshots()


@pytest.fixture(autouse=True)
def fresh_process(own_cache: None, empty_memory: None) -> None:
    """Each test begins like a process that has just started."""


@pytest.fixture(autouse=True)
def world(transactional_db: None, snapshots: Snapshots) -> None:
    """The database of this test: the demo course and nobody yet. A module that needs another one overrides this."""
    snapshots.bring("the demo course", load_demo_course)


def load_demo_course() -> None:
    call_command("load_course", str(settings.BASE_DIR / "courses" / "demo" / COURSE), verbosity=0)


@pytest.fixture
def course(world: None) -> Course:
    return Course.objects.get(slug=COURSE)


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[NewPage]:
    """Open pages, each in a browser of its own. The test fails when a console reports an error, a policy's included."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(base_url=live_server.url, **{"viewport": DESKTOP, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.on("page", lambda page: watch(page, problems))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


def watch(page: Page, problems: list[str]) -> None:
    """Write down what the page's console reports as an error, unless a test brought it about."""
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            problems.append(f"{page.url}: {message.text}")
            if message.type == "error" and not EXPECTED.match(message.text)
            else None
        ),
    )


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of somebody who is not signed in."""
    return new_page()


@pytest.fixture
def signed_in(new_page: NewPage, live_server: LiveServer) -> SignIn:
    """Open a page as this person, without going through the sign-in page each time."""

    def sign_in(user: User, **options: object) -> Page:
        page = new_page(**options)
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    return sign_in


@pytest.fixture
def worker(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with its scheduler, on this test's database. What others left in its queues is thrown away."""
    name, prefix = connection.settings_dict["NAME"], settings.QUEUE_PREFIX
    address = settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{name}"
    environment = {**os.environ, "DATABASE_URL": address, "C_FORCE_ROOT": "1"}
    celery = [sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat", "--pool", "solo"]
    queues = ["-Q", f"{prefix}celery,{prefix}gpu", "--purge", "--without-gossip", "--without-mingle"]
    beat = ["--schedule", f"/tmp/{name}-beat", "--loglevel", "WARNING"]
    process = subprocess.Popen([*celery, *queues, *beat], env=environment)
    yield process
    process.terminate()
    process.wait(20)
