"""Answering a question on its page as a person does: with a mouse, with a keyboard alone, or without JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page

from courses.marking import Response
from courses.marking.shuffling import shown_id
from courses.models import Presentation

FARTHEST = 80  # presses of Tab until something must have been reached
TRUE_OR_FALSE = ("true", "false")


def shown_on(page: Page) -> Presentation:
    """The question that the page asks."""
    found = re.search(r"/questions/([0-9a-f-]{36})/", page.url)
    assert found, page.url
    return Presentation.objects.select_related("question_version__question").get(pk=found[1])


def by_mouse(page: Page, response: Response) -> None:
    for name, value in choices_in(response):
        page.locator(".choice-row", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()
    for name, value in texts_in(response):
        fill(page.locator(f'[name="{name}"]'), value)
    for place, item in enumerate(response.get("order", [])):
        move = row_of(page, item).locator("[data-move=up]")
        for _ in range(place_of(page, item) - place):
            move.click()
    page.locator(".confidence-choices label").first.click()
    page.get_by_role("button", name="Submit").click()


def by_keyboard(page: Page, response: Response) -> None:
    fill_by_keyboard(page, response)
    tab_to(page, page.locator("input[name=confidence]").first)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Submit"))
    page.keyboard.press("Enter")


def fill_by_keyboard(page: Page, response: Response) -> None:
    """Tab, Space, arrows, Enter and letters; nothing else."""
    for name, value in choices_in(response):
        choose(page, page.locator(f'input[name="{name}"][value="{value}"]'))
    for name, value in texts_in(response):
        field = page.locator(f'[name="{name}"]')
        tab_to(page, field)
        select(page, field, value) if is_select(field) else page.keyboard.type(value)
    for place, item in enumerate(response.get("order", [])):
        if place_of(page, item) > place:
            tab_to(page, row_of(page, item).locator("[data-move=up]"))
        while place_of(page, item) > place:
            page.keyboard.press("ArrowUp")


def without_javascript(page: Page, response: Response) -> None:
    for name, value in choices_in(response):
        page.locator(".choice-row", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()
    for name, value in texts_in(response):
        fill(page.locator(f'[name="{name}"]'), value)
    for place, item in enumerate(response.get("order", []), start=1):
        page.locator(f"select[name=position_{shown_id(item)}]").select_option(str(place))
    page.get_by_role("button", name="Submit").click()


def choices_in(response: Response) -> Iterator[tuple[str, str]]:
    """The names and values of the buttons and boxes to press."""
    if "choice" in response:
        chosen = response["choice"]
        yield "choice", chosen if chosen in TRUE_OR_FALSE else shown_id(chosen)
    for chosen in response.get("choices", []):
        yield "choices", shown_id(chosen)


def texts_in(response: Response) -> Iterator[tuple[str, Any]]:
    """The names and values of the fields to fill in, and of the lists to choose from."""
    if "text" in response:
        yield "text", response["text"]
    for left, right in response.get("pairs", {}).items():
        yield f"pair_{shown_id(left, 'left')}", shown_id(right, "right")
    for number, word in enumerate(response.get("gaps", []), start=1):
        yield f"gap_{number}", word


def fill(field: Locator, value: str) -> None:
    if not is_select(field):
        field.fill(value)
    elif field.locator(f'option[value="{value}"]').count():
        field.select_option(value)
    else:
        field.select_option(index=1)  # a wrong answer that the list does not offer


def is_select(field: Locator) -> bool:
    return field.evaluate("(field) => field.tagName") == "SELECT"


def row_of(page: Page, item: str) -> Locator:
    return page.locator(".ordering-item", has=page.locator(f"select[name=position_{shown_id(item)}]"))


def place_of(page: Page, item: str) -> int:
    """The place at which an item stands now, from 0."""
    return int(page.locator(f"select[name=position_{shown_id(item)}]").input_value()) - 1


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this, or its group of buttons, has the focus."""
    element = wanted.element_handle()
    for _ in range(FARTHEST):
        if element.evaluate("(it) => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def choose(page: Page, wanted: Locator) -> None:
    """Choose a radio button or tick a box. Arrows walk through a group of buttons."""
    name, kind = wanted.get_attribute("name"), wanted.get_attribute("type")
    if kind == "checkbox":
        tab_to(page, wanted)
        page.keyboard.press("Space")
        return
    tab_to(page, page.locator(f"input[name={name}]").first)
    page.keyboard.press("Space")
    while not wanted.is_checked():
        page.keyboard.press("ArrowDown")


def select(page: Page, field: Locator, value: str) -> None:
    """Walk down a list until this is chosen."""
    for _ in range(field.locator("option").count()):
        if field.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {value}")
