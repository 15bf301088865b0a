"""At a desk: what belongs on one sight is on one sight, words stay whole, and what is read stands in the middle."""

import pytest

from tests.journeys.cohort import build_cohort, person
from tests.journeys.conftest import SignIn, load_demo_course
from tests.journeys.pages import address_of
from tests.journeys.snapshots import Snapshots

SCROLLED_SIDEWAYS = "(name) => { const it = document.querySelector(name); return it.scrollWidth - it.clientWidth; }"
# The least room that the longest word of each head needs, against the room it has.
BROKEN_WORDS = """() => [...document.querySelectorAll(".heat-map thead th")].filter((head) => {
    const words = document.createRange(), text = head.firstChild;
    return [...text.data.matchAll(/\\S+/g)].some((word) => {
        words.setStart(text, word.index);
        words.setEnd(text, word.index + word[0].length);
        return words.getClientRects().length > 1;
    });
}).map((head) => head.textContent)"""
MARGINS = """() => {
    const box = document.querySelector(".question").getBoundingClientRect();
    return [box.left, document.documentElement.clientWidth - box.right];
}"""


@pytest.fixture(autouse=True)
def world(transactional_db: None, snapshots: Snapshots) -> None:
    snapshots.bring("a cohort at work", lambda: (load_demo_course(), build_cohort()))


def test_the_skill_map_fits(signed_in: SignIn) -> None:
    page = signed_in(person("ada"))
    page.goto(address_of("adaptive:map"))

    assert page.evaluate(SCROLLED_SIDEWAYS, ".skill-map") == 0


def test_a_question_stands_in_the_middle(signed_in: SignIn) -> None:
    page = signed_in(person("ada"))
    page.goto(address_of("adaptive:question"))

    left, right = page.evaluate(MARGINS)
    assert left == pytest.approx(right, abs=1)


def test_the_heads_of_the_heat_map_keep_their_words_whole_and_fit(signed_in: SignIn) -> None:
    page = signed_in(person("grace"))
    page.goto(address_of("analytics:cohort"))

    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate(SCROLLED_SIDEWAYS, ".table-scroll:has(.heat-map)") == 0


def test_a_chart_of_one_series_has_no_legend(signed_in: SignIn) -> None:
    page = signed_in(person("grace"))
    page.goto(address_of("analytics:cohort"))

    page.locator(".uplot").first.wait_for()
    assert page.locator(".u-legend").count() == 0
