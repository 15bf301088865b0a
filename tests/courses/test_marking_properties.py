"""What holds for every answer, however odd."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from courses import marking
from courses.marking import UnreadableResponse
from tests.courses import samples

KINDS = st.sampled_from(samples.EVERY_KIND)
TEXTS = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and "{" not in text and "|" not in text)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(min_value=10**5000) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["choice", "choices", "text", "pairs", "order", "gaps", "gap_1", "gap_2"])


def shown_ids(content: samples.Content) -> list[str]:
    shown = marking.as_shown(content, "seed")
    return [entry["id"] for part in ("choices", "lefts", "rights", "items") for entry in shown.get(part, [])]


def response_or_none(content: samples.Content, data: Any) -> dict[str, Any] | None:
    try:
        return marking.response_from(content, data)
    except UnreadableResponse:
        return None


def some_response(data: st.DataObject, content: samples.Content) -> dict[str, Any]:
    """Anything in the canonical shape."""
    ids = [entry["id"] for part in content["answer"].values() if isinstance(part, list) for entry in part] or ["true"]
    one, words = st.sampled_from([*ids, "false"]), st.text(max_size=10)
    return data.draw(
        st.fixed_dictionaries(
            {
                "choice": one,
                "choices": st.lists(one, unique=True),
                "text": words,
                "pairs": st.dictionaries(one, one),
                "order": st.permutations(ids),
                "gaps": st.lists(words | st.sampled_from(["hello", "world"]), max_size=3),
            }
        )
    )


@given(data=st.data(), content=KINDS)
def test_a_score_is_0_to_1_and_1_only_when_right(data: st.DataObject, content: samples.Content) -> None:
    mark = marking.mark(content, some_response(data, content))

    assert 0 <= mark.score <= 1
    assert mark.is_right == (mark.score == 1) == (mark.verdict == "right")
    assert json.loads(json.dumps(mark.as_json())) == mark.as_json()


@given(content=KINDS, junk=JUNK | st.dictionaries(FIELDS, JUNK))
def test_junk_is_unreadable_or_an_answer_and_never_an_error(content: samples.Content, junk: Any) -> None:
    response = response_or_none(content, junk)

    if response is not None:
        json.dumps(response, allow_nan=False, ensure_ascii=False).encode()
        assert 0 <= marking.mark(content, response).score <= 1


@given(content=KINDS, query=st.lists(st.tuples(FIELDS, st.text(max_size=20))))
def test_a_junk_form_is_unreadable_or_an_answer(content: samples.Content, query: list[tuple[str, str]]) -> None:
    form = QueryDict(mutable=True)
    for name, value in query:
        form.appendlist(name, value)

    response_or_none(content, form)


@given(content=KINDS, text=st.text(max_size=60))
def test_what_is_kept_can_be_stored(content: samples.Content, text: str) -> None:
    response = response_or_none(content, {"text": text, "gaps": [text, "world"]})

    stored = json.dumps(response, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()


@given(content=KINDS, seed=st.integers() | st.uuids())
def test_what_is_shown_does_not_tell_the_answer(content: samples.Content, seed: object) -> None:
    shown = json.dumps(marking.as_shown(content, seed))

    assert "ecret" not in shown
    assert not {'"right"', '"feedback"', '"accepted"', '"is_true"', '"value"', '"wrong"'} & set(shown.split())
    assert not any(f'"{name}":' in shown for name in ("right", "feedback", "accepted", "is_true", "value", "wrong"))


@given(content=KINDS, seed=st.integers())
def test_the_same_seed_shows_the_same(content: samples.Content, seed: int) -> None:
    assert marking.as_shown(content, seed) == marking.as_shown(content, seed)


@given(texts=st.lists(TEXTS, min_size=3, max_size=8), seed=st.integers())
def test_any_ordering_is_shown_in_a_wrong_order_and_can_be_solved(texts: list[str], seed: int) -> None:
    content = samples.ordering(*texts)
    if marking.defects(content):
        return

    shown = [item["text"] for item in marking.as_shown(content, seed)["items"]]
    assert sorted(shown) == sorted(texts)
    assert [text.strip() for text in shown] != [text.strip() for text in texts]
    assert marking.mark(content, marking.right_response(content)).score == 1


@given(value=st.floats(-1e12, 1e12), tolerance=st.floats(0, 100), is_relative=st.booleans())
def test_a_number_is_right_at_both_ends_of_its_tolerance(value: float, tolerance: float, is_relative: bool) -> None:
    content = samples.numeric(value, tolerance, is_relative)
    reach = tolerance / 100 * abs(value) if is_relative else tolerance

    for number in (value, value - reach, value + reach):
        assert marking.mark(content, {"text": repr(number)}).is_right


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
def test_shown_ids_say_nothing_about_the_authors_order(content: samples.Content) -> None:
    ids = shown_ids(content)
    own = {entry["id"] for part in content["answer"].values() if isinstance(part, list) for entry in part}

    assert len(set(ids)) == len(ids)
    assert not own & set(ids)
