"""A CSV does nothing but show: no cell is taken for a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.exporting import as_csv, harmless


def rows_in(response: object) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_text_that_begins_like_a_formula_is_quoted(start: str) -> None:
    assert harmless(f'{start}HYPERLINK("https://example.org")').startswith("'")


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert [harmless(value) for value in (-0.5, 0, None, "Ada")] == [-0.5, 0, "", "Ada"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=1, max_size=3))
def test_every_row_comes_back_and_no_cell_begins_like_a_formula(texts: list[str]) -> None:
    header, row = rows_in(as_csv("=name", [f"={n}" for n in range(len(texts))], [texts]))

    assert len(header) == len(row) == len(texts)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in [*header, *row])
    assert [cell.removeprefix("'") for cell in row] == [text.removeprefix("'") for text in texts]


def test_rows_are_streamed_not_collected() -> None:
    asked = []

    def rows() -> object:
        for number in range(1000):
            asked.append(number)
            yield [number]

    response = as_csv("long", ["n"], rows())  # type: ignore[arg-type]
    parts = iter(response.streaming_content)  # type: ignore[call-overload]
    next(parts), next(parts)

    assert len(asked) < 5
