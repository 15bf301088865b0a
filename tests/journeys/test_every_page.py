"""Every page works on a phone and on a desk, on paper and by night, for people who hear it or go by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.cohort import build_cohort, person
from tests.journeys.conftest import NewPage, SignIn, load_demo_course
from tests.journeys.pages import NO_PAGES, PAGES, address_of, names_of_ours
from tests.journeys.snapshots import Snapshots

WIDTHS = (1280, 390)
THEMES = ("light", "dark")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PEOPLE = ("", "ada", "ben", "grace", "noor", "root")
# The second theme changes nothing but colors. Selectors and style sheets from elsewhere would only cost time.
RULES = {"light": {"type": "tag", "values": STANDARDS}, "dark": {"type": "rule", "values": ["color-contrast"]}}
OPTIONS = {"resultTypes": ["violations"], "selectors": False, "preload": False}


@pytest.fixture(autouse=True)
def world(transactional_db: None, snapshots: Snapshots) -> None:
    """The demo course with a cohort at work in it."""
    snapshots.bring("a cohort at work", lambda: (load_demo_course(), build_cohort()))


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who or "nobody")
def test_every_page_is_accessible(who: str, signed_in: SignIn, new_page: NewPage, subtests: pytest.Subtests) -> None:
    page = signed_in(person(who), reduced_motion="reduce") if who else new_page(reduced_motion="reduce")
    for name in [name for name, visit in PAGES.items() if visit.who == who]:
        with subtests.test(page=name):
            response = page.goto(address_of(name))

            assert response
            assert response.status == 200
            page.evaluate(Axe().axe_script)
            assert [problem for width in WIDTHS for problem in problems_at(page, width)] == []


def test_every_page_of_ours_stands_in_the_table() -> None:
    assert names_of_ours() - PAGES.keys() - NO_PAGES == set()


def problems_at(page: Page, width: int) -> list[str]:
    """What is wrong with the page at this many pixels, in either theme."""
    page.set_viewport_size({"width": width, "height": 900})
    too_wide = pixels_too_wide(page)
    found = [f"{width}: {too_wide} pixels too wide"] if too_wide > 0 else []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.evaluate("Promise.allSettled(document.getAnimations().map((moving) => moving.finished))")
        found += [f"{width}, {theme}: {violation}" for violation in violations(page, theme)]
    return found


def pixels_too_wide(page: Page) -> int:
    """How far the page goes beyond its window, once charts have taken the new width: they do so a little later."""
    for _ in range(30):
        too_wide = int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        if too_wide <= 0:
            break
        page.wait_for_timeout(100)
    return too_wide


def violations(page: Page, theme: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with the elements that do it."""
    results = page.evaluate("(options) => axe.run(options)", OPTIONS | {"runOnly": RULES[theme]})
    return [f"{found['id']}: {[node['html'] for node in found['nodes']]}" for found in results["violations"]]
