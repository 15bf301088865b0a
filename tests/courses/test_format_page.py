"""What docs/course-format.md says about marking is what marking does."""

import re
from pathlib import Path

import pytest

from courses import marking
from courses.formats.answers import RIGHT_NUMBER
from tests.courses.samples import Content, numeric, short_text

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "course-format.md").read_text()


def in_code(after: str, before: str) -> list[str]:
    """What the page shows as code between these words."""
    return re.findall("`([^`]+)`", PAGE.split(after)[1].split(before)[0])


def score(content: Content, text: str) -> float:
    return marking.mark(content, marking.response_from(content, {"text": text})).score


@pytest.mark.parametrize("pattern", in_code("busy,", "are refused."))
def test_these_patterns_are_refused(pattern: str) -> None:
    assert marking.defects(short_text("ab", f"/a{pattern.replace('…', 'b')}/"))


def test_a_pattern_matches_no_long_answer() -> None:
    assert [score(short_text("x", "/x+/"), "x" * length) for length in (200, 201)] == [1, 0]


def test_a_wrong_unit_costs_half_and_none_costs_nothing() -> None:
    assert [score(numeric(3, unit="mW"), text) for text in ("3", "3mW", "3 MW")] == [1, 1, 0.5]


@pytest.mark.parametrize("text", in_code("used to:", "What can be read"))
def test_numbers_are_read_as_they_are_written(text: str) -> None:
    assert max(score(numeric(value), text) for value in (3.5, 1234.5)) == 1


def test_a_number_with_two_readings_is_right_in_either() -> None:
    assert [score(numeric(value), "1,234") for value in (1234, 1.234)] == [1, 1]
    assert not RIGHT_NUMBER.fullmatch("1,234")
