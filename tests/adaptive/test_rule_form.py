"""The sentence as a form with several conditions: it grows and shrinks, loses nothing, names mistakes beside them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.rules import Joined, Rule
from courses.models import Course, User
from tests.adaptive.steered import module, skill


@pytest.fixture
def author(client: Client, noor: User) -> Client:
    client.force_login(noor)
    return client


@pytest.fixture
def page(course: Course) -> str:
    return reverse("adaptive:course_rules", args=[course.slug])


def chosen(html: str, name: str) -> str:
    """What is selected in a list of the form, or stands in its box."""
    box = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    if box:
        value = re.search(r'value="([^"]*)"', box.group())
        return value.group(1) if value else ""
    return re.search(rf'<select name="{name}".*?value="([^"]*)" selected', html, re.DOTALL).group(1)  # type: ignore[union-attr]


def two(course: Course, **more: Any) -> dict[str, Any]:
    """What is sent of a rule with two conditions."""
    return {
        "joined": "any",
        "1-when": "below",
        "1-percent": "40",
        "1-module": module(course, 1).pk,
        "2-when": "mastered",
        "2-skill": skill(course, 2).pk,
        "then": "notify",
        "note": "Look",
    } | more


def test_both_conditions_are_written_down_and_can_be_written_anew(author: Client, page: str, course: Course) -> None:
    author.post(page, two(course))

    rule = Rule.objects.get()
    assert rule.sentence == (
        "When a learner has scored below 40 % in “Module 1” or has mastered “Skill-2”, notify the trainer."
    )
    anew = author.get(f"{page}{rule.pk}/").content.decode()
    assert [chosen(anew, name) for name in ("joined", "1-when", "1-percent", "2-when", "note")] == [
        "any",
        "below",
        "40",
        "mastered",
        "Look",
    ]
    author.post(f"{page}{rule.pk}/", two(course, joined="all", deed="rewrite", note=""))
    assert Rule.objects.standing().get().joined == Joined.ALL


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_condition_more_or_less_changes_nothing_that_was_typed(
    author: Client, page: str, course: Course, headers: dict[str, str]
) -> None:
    typed = two(course, **{"1-percent": "many"})

    more = author.post(page, typed | {"row": "add"}, headers=headers).content.decode()
    less = author.post(page, typed | {"row": "drop-1"}, headers=headers).content.decode()
    last = author.post(page, {"1-when": "inactive", "1-days": "4", "row": "drop-1"}, headers=headers).content.decode()

    kept = [chosen(more, name) for name in ("joined", "1-when", "1-percent", "2-when", "2-skill", "3-percent", "note")]
    assert kept == ["any", "below", "many", "mastered", str(skill(course, 2).pk), "60", "Look"]
    assert re.search('<select name="3-when"[^>]*autofocus', more)
    assert (chosen(less, "1-when"), "2-when" in less, chosen(less, "note")) == ("mastered", False, "Look")
    assert (chosen(last, "1-when"), chosen(last, "1-days")) == ("inactive", "4")
    assert "field-error" not in more + less + last
    assert ("<html" in more) == (not headers)
    assert not Rule.objects.exists()


def test_it_grows_up_to_five_conditions(author: Client, page: str, course: Course) -> None:
    rows = {f"{number}-when": "begun" for number in range(1, 5)}

    fifth = author.post(page, rows | {"row": "add"}).content.decode()
    sixth = author.post(page, rows | {"5-when": "begun", "row": "add"}).content.decode()

    assert "5-when" in fifth
    assert 'value="add"' not in fifth
    assert "6-when" not in sixth


def test_every_mistake_stands_beside_its_blank_and_what_was_typed_stays(
    author: Client, page: str, course: Course
) -> None:
    refused = author.post(page, two(course, **{"1-percent": "101", "2-skill": "", "then": "assign", "lasting": ""}))
    repeated = author.post(page, {"1-when": "begun", "2-when": "begun", "then": "notify"})

    html = refused.content.decode()
    assert (refused.status_code, repeated.status_code) == (422, 422)
    for name in ("1-percent", "2-skill", "target", "lasting"):
        field = re.search(rf'<(?:select|input)[^>]*name="{name}"[^>]*>', html).group()  # type: ignore[union-attr]
        assert f'aria-describedby="id_{name}_error"' in field
        assert f'id="id_{name}_error"' in html
        assert f'href="#id_{name}"' in html
    assert (chosen(html, "1-percent"), chosen(html, "note")) == ("101", "Look")
    assert "This stands in the rule already" in repeated.content.decode()
    assert not Rule.objects.exists()
