from dataclasses import replace

import numpy as np
import pytest

from mlcore.policy import Outlook, PolicySettings, check, choose, propensities, weigh


def outlook(count: int, **columns: float) -> Outlook:
    defaults = {"probability": 0.7, "variance": 0.5, "answers_since": np.inf, "hours_since": np.nan}
    defaults |= {"modality_share": 0.0, "effects": 0.0}
    return Outlook(**{name: np.full(count, value) for name, value in (defaults | columns).items()})


def with_first(outlook: Outlook, name: str, value: float) -> Outlook:
    column = getattr(outlook, name).copy()
    column[0] = value
    return replace(outlook, **{name: column})


@pytest.mark.parametrize("count", [1, 2, 20, 25, 26, 500, 10_000])
def test_propensities_sum_to_one_above_their_floor(count: int) -> None:
    scores = np.random.default_rng(0).normal(0, 3, count)

    chances = propensities(scores, PolicySettings())

    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= min(0.02, 0.5 / count) - 1e-12).all()


def test_candidates_are_drawn_as_often_as_their_propensities_say() -> None:
    looks = with_first(outlook(4), "effects", 0.3)
    rng = np.random.default_rng(1)

    picks = np.bincount([choose(looks, rng).pick for _ in range(4000)], minlength=4) / 4000

    np.testing.assert_allclose(picks, choose(looks, rng).propensities, atol=0.03)


@pytest.mark.parametrize(
    ("name", "value", "is_better"),
    [
        ("probability", 0.2, False),
        ("probability", 0.99, False),
        ("variance", 2.0, True),
        ("modality_share", 0.9, False),
        ("effects", 0.2, True),
        ("effects", -0.2, False),
        ("answers_since", 1.0, False),
        ("answers_since", 40.0, True),
    ],
)
def test_each_term_moves_the_score_its_own_way(name: str, value: float, is_better: bool) -> None:
    scores = choose(with_first(outlook(3), name, value), np.random.default_rng(0)).scores

    assert bool(scores[0] > scores[1]) is is_better


def test_a_skill_is_due_again_after_a_day_even_without_other_answers() -> None:
    settings = PolicySettings()

    fresh = weigh(outlook(1, answers_since=1.0, hours_since=0.1), settings)["spacing"]
    due = weigh(outlook(1, answers_since=1.0, hours_since=48.0), settings)["spacing"]

    assert due > fresh


def test_the_success_band_can_be_moved() -> None:
    looks = with_first(outlook(2, probability=0.5), "probability", 0.8)

    assert choose(looks, np.random.default_rng(0), PolicySettings(band=(0.45, 0.55))).scores.argmax() == 1


def test_settings_that_make_no_sense_are_named() -> None:
    for wrong in ({"band": (0.9, 0.1)}, {"temperature": 0.0}, {"learning": -1.0}, {"floor": np.nan}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            check(replace(PolicySettings(), **wrong))
