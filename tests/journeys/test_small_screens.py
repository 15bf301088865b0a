"""The question page at twice its size, on the narrowest screen, and for people who follow the focus with their eyes."""

import pytest
from playwright.sync_api import Page, expect

from courses.models import Course, QuestionKind, User
from tests.journeys.cohort import build_cohort, person
from tests.journeys.conftest import SignIn
from tests.journeys.pages import address_of
from tests.journeys.walking import address, ask

SMALL = {
    "320 pixels": {"viewport": {"width": 320, "height": 568}},
    "1280 pixels at 400 %": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
    "1280 pixels at 200 %": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}
MOST_STOPS = 60
PARTS = "main :is(h1, p, label, legend, input, select, button, summary, code)"
CUT_OFF = """(parts) => [...document.querySelectorAll(parts)]
    .filter((it) => it.checkVisibility() && !it.closest(".visually-hidden, pre, table:not(.stacks)"))
    .filter((it) => { const box = it.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth + 0.5; })
    .map((it) => it.outerHTML)"""
# What has the focus; whether a ring is drawn around it or its label; and which share of it nothing else lies upon.
FOCUS = """() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const ringed = [it, it.closest("label"), it.nextElementSibling].filter(Boolean).some((one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const seen = it.closest("label") || it;
    const box = seen.getBoundingClientRect();
    const spots = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [x, y]));
    const free = spots.filter(([x, y]) => {
        const top = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
        return top && (seen.contains(top) || top.contains(seen));
    });
    return { html: it.outerHTML.slice(0, 120), ringed, free: free.length / spots.length };
}"""


@pytest.mark.parametrize("size", SMALL)
def test_every_question_fits(size: str, course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada, **SMALL[size])
    for kind in QuestionKind.values:
        page.goto(address(ask(ada, course, kind)))

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind
        assert page.evaluate(CUT_OFF, PARTS) == [], kind


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_focus_is_always_in_sight(width: int, course: Course, ada: User, signed_in: SignIn) -> None:
    page = signed_in(ada, viewport={"width": width, "height": 600})
    for kind in (QuestionKind.ORDERING, QuestionKind.CLOZE):
        page.goto(address(ask(ada, course, kind)))

        stops = walk(page)

        assert any("Submit" in stop["html"] or "button-primary" in stop["html"] for stop in stops)
        assert [stop["html"] for stop in stops if not stop["ringed"]] == []
        assert [stop["html"] for stop in stops if stop["free"] < 0.5] == []


def test_a_table_wider_than_the_phone_scrolls_by_itself_and_says_so(signed_in: SignIn) -> None:
    build_cohort()
    page = signed_in(person("grace"), viewport={"width": 390, "height": 844})
    for name in ("analytics:cohort", "analytics:questions"):
        page.goto(address_of(name))
        table = page.locator(".table-scroll.has-more").first

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.get_by_text("Scroll sideways for more").first.is_visible()
        table.evaluate("(it) => it.scrollTo(it.scrollWidth, 0)")
        expect(page.locator(".table-scroll.is-wide:not(.has-more)").first).to_be_visible()


def test_the_skill_map_scrolls_by_itself_and_says_so(signed_in: SignIn) -> None:
    build_cohort()
    page = signed_in(person("ada"), viewport={"width": 390, "height": 844})

    page.goto(address_of("adaptive:map"))

    page.get_by_text("Scroll sideways for more").first.wait_for()
    skills = page.get_by_role("region", name="Skill map")
    skills.focus()
    page.keyboard.press("ArrowRight")
    scrolled = "() => new Promise((done) => setTimeout(() => done(document.activeElement.scrollLeft), 100))"
    assert any(page.evaluate(scrolled) > 0 for _ in range(100)), "the arrow key moves nothing"
    expect(skills).to_be_focused()
    skills.evaluate("(it) => it.scrollTo(it.scrollWidth, 0)")
    expect(page.locator(".skill-map.is-wide:not(.has-more)")).to_be_visible()


def test_tables_of_words_stand_row_by_row_on_a_phone(signed_in: SignIn) -> None:
    build_cohort()
    for who, name, asked, cell in (
        ("grace", "adaptive:cohort_rule", "?try", "What would have made it fire"),
        ("grace", "adaptive:cohort_rules", "", "What made it fire"),
        ("ada", "adaptive:map", "", ""),  # whether ways can be compared yet is up to chance
    ):
        page = signed_in(person(who), viewport={"width": 390, "height": 844})
        page.goto(address_of(name) + asked)
        page.locator("details").evaluate_all("(every) => every.forEach((one) => { one.open = true; })")

        if cell:
            page.get_by_role("cell").and_(page.locator(f'[data-label="{cell}"]')).first.wait_for()
        assert page.evaluate(CUT_OFF, "main .data-table :is(th[scope='row'], td, td *)") == []


def walk(page: Page) -> list[dict]:
    """Press Tab from the top of the page until it comes round, and tell what had the focus."""
    stops: list[dict] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or stop in stops[:1]:
            break
        stops.append(stop)
    return stops
