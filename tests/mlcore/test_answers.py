import math
from typing import Any

import numpy as np
import pytest

from mlcore import Answer, Item
from mlcore.answers import key_of

MALFORMED: list[tuple[str, Any]] = [
    ("item", None),
    ("item", 1.5),
    ("item", True),
    ("skills", "fractions"),
    ("skills", None),
    ("skills", [None]),
    ("skills", [1.5]),
    ("correct", None),
    ("correct", "yes"),
    ("correct", -0.1),
    ("correct", 1.1),
    ("correct", math.nan),
    ("difficulty", 0),
    ("difficulty", 6),
    ("difficulty", math.nan),
    ("difficulty", True),
    ("difficulty", np.True_),
    ("seconds", -1.0),
    ("seconds", math.nan),
    ("seconds", math.inf),
    ("seconds", "3"),
    ("hints", -1),
    ("hints", None),
    ("hints", 10**400),
    ("modality", 2.5),
    ("at", math.nan),
    ("at", -math.inf),
]


@pytest.mark.parametrize(("field", "value"), MALFORMED)
def test_a_malformed_answer_names_its_field(field: str, value: Any) -> None:
    good: dict[str, Any] = {"item": "q1", "skills": ["fractions"], "correct": 1}

    with pytest.raises(ValueError, match=f"^{field}: "):
        Answer(**{**good, field: value})


@pytest.mark.parametrize("correct", [0, 1, 0.5, True, False, np.float64(1.0), np.int64(0), np.True_])
def test_right_wrong_and_partial_credit_are_answers(correct: float) -> None:
    assert Answer("q1", [], correct, difficulty=3, seconds=0, hints=0, at=0).question.item == "q1"


def test_an_item_has_a_difficulty_from_one_to_five() -> None:
    with pytest.raises(ValueError, match="difficulty"):
        Item("q1", ["fractions"], difficulty=0.5)


def test_names_hash_alike_on_every_machine_and_as_text_or_number() -> None:
    assert key_of("fractions") == 0xCE7753FE838799F8
    assert key_of(5) == key_of("5")
    assert key_of("a") != key_of("b")


def test_a_skill_named_twice_counts_once() -> None:
    assert Item("q1", ["a", "a", "b"]).skill_keys == (key_of("a"), key_of("b"))
