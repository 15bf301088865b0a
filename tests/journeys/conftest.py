"""A real browser, and a real Celery worker on the test's own database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from courses.models import User

CHROMIUM = os.environ.get("ADEPT_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SignIn = Callable[[User], Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when the console reports an error, a policy violation among them."""
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert not problems


@pytest.fixture
def signed_in(browser: Browser, live_server: LiveServer) -> Iterator[SignIn]:
    """Sign people in, each in a browser of their own, through the sign-in page."""
    contexts: list[BrowserContext] = []

    def sign_in(user: User, password: str = "correct horse battery") -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with its scheduler, on this test's database and on queues of its own."""
    name = connection.settings_dict["NAME"]
    address = settings.DATABASE_URL.rsplit("/", 1)[0] + f"/{name}"
    environment = {**os.environ, "DATABASE_URL": address, "QUEUE_PREFIX": f"{name}-", "C_FORCE_ROOT": "1"}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "lms",
        "worker",
        "--beat",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    ]
    queues = [
        "-Q",
        f"{name}-celery,{name}-gpu",
        "--without-gossip",
        "--without-mingle",
        "--schedule",
        f"/tmp/{name}-beat",
    ]
    process = subprocess.Popen([*command, *queues], env=environment)
    yield process
    process.terminate()
    process.wait(20)
