"""After the answer, the choices say which was given and which is right."""

import pytest

from courses import marking
from courses.marking.revealing import choices_after
from tests.courses.samples import multiple_choice, single_choice, true_or_false


def test_a_wrong_choice_and_the_right_one_are_marked_in_the_order_shown() -> None:
    content = single_choice("five", "six", "seven")

    after = choices_after(content, {"choice": "c1"}, "seed")

    assert [choice.text for choice in after] == [
        shown["text"] for shown in marking.as_shown(content, "seed")["choices"]
    ]
    assert {(choice.text, choice.is_given, choice.is_right) for choice in after} == {
        ("five", False, True),
        ("six", True, False),
        ("seven", False, False),
    }


def test_every_right_choice_of_several_is_marked() -> None:
    after = choices_after(multiple_choice(right=2, wrong=1), {"choices": ["c0", "c2"]}, "seed")

    assert {(choice.text, choice.is_given, choice.is_right) for choice in after} == {
        ("choice 0", True, True),
        ("choice 1", False, True),
        ("choice 2", True, False),
    }


@pytest.mark.parametrize("is_true", [True, False])
def test_true_and_false_are_choices_too(is_true: bool) -> None:
    after = choices_after(true_or_false(is_true), {"choice": "true"}, "seed")

    assert [(choice.is_given, choice.is_right) for choice in after] == [(True, is_true), (False, not is_true)]
