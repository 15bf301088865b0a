"""What is right, what is partly right, and what cannot be read."""

import time

import pytest
from django.http import QueryDict

from courses import marking
from courses.marking import UnreadableResponse
from tests.courses import samples
from tests.courses.samples import cloze, matching, multiple_choice, numeric, ordering, short_text, single_choice


def score(content: samples.Content, **response: object) -> float:
    return marking.mark(content, response).score


def read_number(content: samples.Content, text: object) -> float:
    return score(content, **marking.response_from(content, {"text": text}))


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
def test_the_right_answer_of_every_kind_is_right(content: samples.Content) -> None:
    mark = marking.mark(content, marking.right_response(content))

    assert (mark.score, mark.is_right, mark.verdict) == (1.0, True, "right")


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
def test_a_mark_survives_the_log(content: samples.Content) -> None:
    mark = marking.mark(content, marking.right_response(content))

    assert marking.Mark.from_json(mark.as_json()) == mark


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
def test_nothing_sent_is_answered_with_what_to_do(content: samples.Content) -> None:
    with pytest.raises(UnreadableResponse, match=r"^[A-Z].*\.$"):
        marking.response_from(content, QueryDict(""))


def test_a_wrong_choice_gets_its_own_feedback() -> None:
    mark = marking.mark(single_choice("red", "green"), {"choice": "c1"})

    assert mark.verdict == "not yet"
    assert mark.feedback[0].feedback == "Secret feedback on c1."
    assert mark.right_answer == ("red",)


@pytest.mark.parametrize(
    ("picks", "expected"),
    [("01", 1.0), ("0", 0.5), ("012", 0.5), ("0123", 0.0), ("02", 0.0), ("234", 0.0), ("01234", 0.0)],
)
def test_multiple_choice_subtracts_wrong_picks_from_right_ones(picks: str, expected: float) -> None:
    content = multiple_choice(right=2, wrong=3)

    assert score(content, choices=[f"c{pick}" for pick in picks]) == expected


def test_multiple_choice_says_what_was_left_out() -> None:
    mark = marking.mark(multiple_choice(right=2, wrong=1), {"choices": ["c0"]})

    assert [(part.given, part.expected) for part in mark.feedback] == [("choice 0", ""), ("", "choice 1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3,5", 1), ("3.5", 1), ("3.5 cm", 1), ("3.6cm", 1), ("3.61", 0), ("3.4", 1), ("+3,5", 1), ("35e-1", 1)],
)
def test_a_number_may_have_a_comma_and_leave_the_unit_out(text: str, expected: float) -> None:
    assert read_number(numeric(3.5, 0.1, unit="cm"), text) == expected


def test_a_wrong_unit_costs_half_and_is_named() -> None:
    mark = marking.mark(numeric(3.5, unit="cm"), {"text": "3.5 mm"})

    assert (mark.score, mark.verdict) == (0.5, "partly")
    assert "cm" in mark.feedback[0].feedback


@pytest.mark.parametrize("text", ["1234567.5", "1 234 567,5", "1\u202f234\u202f567.5", "1,234,567.5", "1.234.567,5"])
def test_thousands_may_be_set_apart(text: str) -> None:
    assert read_number(numeric(1234567.5), text) == 1


def test_a_comma_before_three_digits_may_mean_either() -> None:
    assert read_number(numeric(1234), "1,234") == 1
    assert read_number(numeric(1.234), "1,234") == 1
    assert read_number(numeric(1234), "1.234") == 0


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e999", "", "abc", "7 - 2", "7 or 8", "1/2", "--3", "1 2", "0x1f"]
)
def test_what_is_no_number_is_not_marked(text: str) -> None:
    with pytest.raises(UnreadableResponse, match=r"Write a number, such as 3\.5\."):
        marking.response_from(numeric(7), {"text": text})


def test_a_tolerance_includes_its_ends_whatever_floats_do() -> None:
    assert read_number(numeric(0.3), "0.30000000000000004") == 1
    assert read_number(numeric(1.1, 0.1), "1.2") == 1
    assert read_number(numeric(200, 5, is_relative=True), "210") == 1
    assert read_number(numeric(200, 5, is_relative=True), "210.1") == 0
    assert read_number(numeric(-200, 5, is_relative=True), "-190") == 1
    assert read_number(numeric(0), "0.0000000001") == 0


def test_a_known_wrong_number_gets_its_feedback() -> None:
    mark = marking.mark(numeric(19, **{"20": "It cuts.", "1999": "Mind the point."}), {"text": "20.0"})

    assert mark.feedback[0].feedback == "It cuts."


@pytest.mark.parametrize("text", ["print", "  PRINT ", "ｐｒｉｎｔ", "Prynt"])
def test_short_text_forgives_space_width_and_case(text: str) -> None:
    assert score(short_text("print", "/pr[iy]nt/"), text=text) == 1


def test_short_text_can_mind_case() -> None:
    content = short_text("print", "/pr[iy]nt/", case_sensitive=True)

    assert score(content, text="print") == 1
    assert score(content, text="Print") == 0
    assert score(content, text="Prynt") == 0


def test_curly_quotes_are_what_a_phone_types() -> None:
    assert score(short_text('"chairs"'), text="“chairs”") == 1


def test_a_pattern_must_fit_the_whole_answer() -> None:
    assert score(short_text("cat", "/c.t/"), text="cats") == 0


def test_a_known_wrong_text_gets_its_feedback() -> None:
    content = short_text("print", wrong={"echo": "That is another language."})

    assert marking.mark(content, {"text": " Echo"}).feedback[0].feedback == "That is another language."


@pytest.mark.parametrize(
    "pattern", ["/(a+)+b/", "/(a|a)*b/", "/(a?){40}b/", "/.*.*.*.*b/", "/(a*)*b/", "/" + "a?" * 30 + "b/"]
)
def test_a_pattern_that_explodes_is_refused_and_never_run(pattern: str) -> None:
    content = short_text("word", pattern)

    started = time.monotonic()
    assert score(content, text="a" * 200) == 0
    assert time.monotonic() - started < 0.1
    assert "too long" in marking.defects(content)[0]


@pytest.mark.parametrize(
    "pattern", ["/colou?r/", r"/\s*x\s*=\s*[0-9]+\s*/", "/(print|echo)( x)?/", "/(ab)+c/", "/.*a.*/"]
)
def test_an_honest_pattern_is_allowed_and_quick(pattern: str) -> None:
    started = time.monotonic()
    assert marking.defects(short_text("word", pattern)) == []
    marking.mark(short_text("word", pattern), {"text": "a " * 100})
    assert time.monotonic() - started < 0.5


def test_matching_gives_credit_for_each_pair() -> None:
    content = matching(("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"))

    assert score(content, pairs={"p0": "p0", "p1": "p2", "p2": "p1", "p3": "p3"}) == 0.5


def test_equal_left_sides_stand_for_each_other() -> None:
    content = matching(("x", "1"), ("x", "2"), ("y", "3"))

    assert score(content, pairs={"p0": "p1", "p1": "p0", "p2": "p2"}) == 1
    assert score(content, pairs={"p0": "p1", "p1": "p1", "p2": "p2"}) == pytest.approx(2 / 3)


def test_equal_right_sides_are_shown_once_and_fit_both() -> None:
    content = matching(("one", "odd"), ("two", "even"), ("three", "odd"))
    shown = marking.as_shown(content, "seed")

    assert sorted(right["text"] for right in shown["rights"]) == ["even", "odd"]
    assert score(content, **marking.right_response(content)) == 1


@pytest.mark.parametrize(
    ("order", "expected"), [("0123", 1.0), ("1023", 5 / 6), ("3210", 0.0), ("0132", 5 / 6), ("3012", 0.5)]
)
def test_ordering_gives_credit_for_pairs_in_the_right_order(order: str, expected: float) -> None:
    content = ordering("a", "b", "c", "d")

    assert score(content, order=[f"i{place}" for place in order]) == pytest.approx(expected)


def test_equal_items_stand_for_each_other() -> None:
    content = ordering("a", "b", "a")

    assert score(content, order=["i2", "i1", "i0"]) == 1


def test_the_order_shown_is_never_the_right_one() -> None:
    content = ordering("a", "b", "c")

    shown = [[item["text"] for item in marking.as_shown(content, seed)["items"]] for seed in range(200)]
    assert ["a", "b", "c"] not in shown
    assert len({tuple(texts) for texts in shown}) == 5


def test_items_are_put_in_order_by_a_form() -> None:
    content = ordering("a", "b", "c")
    shown = {item["text"]: item["id"] for item in marking.as_shown(content, 1)["items"]}
    form = QueryDict("&".join(f"position_{shown[text]}={place}" for place, text in enumerate("abc", 1)))

    assert marking.response_from(content, form) == {"order": ["i0", "i1", "i2"]}


def test_two_items_cannot_have_one_place() -> None:
    content = ordering("a", "b", "c")
    form = {f"position_{item['id']}": "1" for item in marking.as_shown(content, 1)["items"]}

    with pytest.raises(UnreadableResponse, match="a place of its own"):
        marking.response_from(content, form)


def test_cloze_gives_credit_for_each_gap_and_names_it() -> None:
    content = cloze("Say {{hello|hi}} to the {{*world|moon}}.")
    mark = marking.mark(content, {"gaps": [" HI ", "moon"]})

    assert mark.score == 0.5
    assert [(part.label, part.is_right, part.expected) for part in mark.feedback] == [
        ("Gap 1", True, ""),
        ("Gap 2", False, "`world`"),
    ]


def test_a_gap_stands_in_code_and_may_hold_braces_and_bars() -> None:
    content = cloze('```python\nprint({{{"a": 1}}} {{a \\| b}})\n```')

    assert marking.right_response(content) == {"gaps": ['{"a": 1}', "a | b"]}


def test_a_gap_takes_only_the_words_it_offers() -> None:
    with pytest.raises(UnreadableResponse, match="Choose one of the words for gap 1"):
        marking.response_from(cloze("{{*a|b}}"), {"gap_1": "c"})


def test_a_form_keeps_what_was_typed() -> None:
    content = cloze("{{a}} and {{b}}")

    shown = marking.filled_in(marking.as_shown(content, 1), QueryDict("gap_1=x"))
    assert [segment.get("typed") for segment in shown["segments"] if "gap" in segment] == ["x", ""]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (single_choice("a", "a"), "equal"),
        (multiple_choice(right=0, wrong=3), "No choice is right"),
        (multiple_choice(right=2, wrong=1) | {"kind": "single_choice"}, "More than one"),
        (numeric(1, tolerance=-1), "negative"),
        (numeric(float("nan")), "finite"),
        (numeric(19, 1, **{"20": "No."}), "counts as right"),
        (short_text("/(/"), "cannot be read"),
        (short_text("/a/"), "not a pattern"),
        (short_text("a", wrong={"A": "No."}), "counts as right"),
        (matching(("a", "1"), ("b", "2")), "three pairs"),
        (matching(("a", "1"), ("b", "2"), ("c", "3"), ("", "1")), "cannot also match nothing"),
        (ordering("a", "b"), "three items"),
        (ordering("a", "a", "a"), "equal"),
        (cloze("No gap."), "no gap"),
        (cloze("{{a|}}"), "empty answer"),
        (cloze("{{a}} and [x](https://e.org/{{b}})"), "Gap 2 stands where nothing can be typed"),
        (cloze("$x^{{a}}$"), "Gap 1 stands where nothing can be typed"),
        (cloze("{{*a}}"), "two different words"),
        (cloze("{{*a|a}}"), "two different words"),
    ],
)
def test_an_author_is_told_what_to_mend(content: samples.Content, words: str) -> None:
    assert any(words in defect for defect in marking.defects(content))


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
def test_a_sound_question_has_no_defects(content: samples.Content) -> None:
    assert marking.defects(content) == []


@pytest.mark.parametrize("content", samples.EVERY_KIND, ids=lambda content: content["kind"])
@pytest.mark.parametrize("sent", [{"passed": True}, QueryDict("passed=yes&choice=c0&text=3.5")], ids=["json", "form"])
def test_not_knowing_yet_is_an_answer_to_every_kind(content: samples.Content, sent: object) -> None:
    response = marking.response_from(content, sent)

    mark = marking.mark(content, response)

    assert response == {"passed": True}
    assert (mark.score, mark.verdict, mark.feedback) == (0, "not yet", ())
    assert mark.right_answer == marking.mark(content, marking.right_response(content)).right_answer
