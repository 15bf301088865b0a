"""The tutor says by name what it cannot work with, before anything is computed."""

from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import Answer, Item

ANYTHING = [Item("new", ["new"]), Item("q", []), Item(3, ["a", "b"], difficulty=5, modality="video")]


@pytest.fixture(scope="module")
def tutor() -> mlcore.Tutor:
    return mlcore.load_tutor()


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("ahead", {"ahead": -1}),
        ("ahead", {"ahead": 10**30}),
        ("ahead", {"ahead": 1.5}),
        ("ahead", {"ahead": True}),
        ("at", {"at": "today"}),
        ("at", {"at": np.nan}),
        ("items", {"items": "q"}),
        ("items", {"items": Item("q")}),
        ("items", {"items": [Item("q"), "q"]}),
        ("items", {"items": [Answer("q", [], 1)]}),
        ("belief", {"belief": None}),
        ("belief", {"belief": b"AdB1"}),
    ],
)
def test_what_nobody_can_predict_from_is_refused_by_name(tutor: mlcore.Tutor, named: str, asked: dict) -> None:
    with pytest.raises(ValueError, match=rf"^{named}: expected "):
        tutor.predict(**{"belief": tutor.begin(), "items": ANYTHING, **asked})


def test_however_far_ahead_is_predicted(tutor: mlcore.Tutor) -> None:
    chances, _ = tutor.predict(tutor.begin(), ANYTHING, ahead=10**15)

    assert chances.tolist() == tutor.predict(tutor.begin(), ANYTHING, ahead=np.int64(100))[0].tolist()


@pytest.mark.parametrize("calibration", [None, "default", {"level": 0.6}, bytearray(b"x")])
def test_what_is_no_calibration_is_refused(tutor: mlcore.Tutor, calibration: object) -> None:
    with pytest.raises(ValueError, match=r"^calibration: expected "):
        tutor.with_calibration(calibration)


@pytest.mark.parametrize("answers", ["yes", [None], [Item("q")], Answer("q", [], 1)])
def test_what_is_no_answer_is_not_folded(tutor: mlcore.Tutor, answers: object) -> None:
    with pytest.raises(ValueError, match=r"^answers: expected "):
        tutor.fold(tutor.begin(), answers)


def test_truths_of_numpy_count_like_those_of_python(tutor: mlcore.Tutor) -> None:
    right = np.arange(8) % 3 > 0

    ours = tutor.fold(tutor.begin(), [Answer(n, ["s"], bool(one)) for n, one in enumerate(right)])

    assert (
        tutor.fold(tutor.begin(), [Answer(n, ["s"], one) for n, one in enumerate(right)]).to_bytes() == ours.to_bytes()
    )


@pytest.mark.parametrize("change", [("slope", float("nan")), ("level", None), ("network_weight", [1]), ("slope", "2")])
def test_a_calibration_with_a_number_that_is_none_is_refused(tutor: mlcore.Tutor, change: tuple[str, object]) -> None:
    name, value = change
    spoiled = replace(tutor.calibration, **{name: value})

    with pytest.raises(ValueError, match=name):
        tutor.with_calibration(spoiled.to_bytes())


def test_a_calibration_whose_learners_do_not_differ_is_refused(tutor: mlcore.Tutor) -> None:
    population = replace(tutor.calibration.population, ability_sd=-1.0)

    with pytest.raises(ValueError, match="above 0"):
        tutor.with_calibration(replace(tutor.calibration, population=population).to_bytes())
