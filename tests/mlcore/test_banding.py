"""Questions are as hard as they should be more often, where what is not known of them counts as well."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore import Answer, Item, load_tutor
from mlcore.banding import chance_within
from mlcore.interactions import Numbers
from mlcore.memory import sigmoid

BAND = (0.60, 0.85)


def predicted(logit: Numbers, spread: Numbers) -> tuple[Numbers, Numbers]:
    """What a tutor says of a chance whose logit is normal."""
    p = sigmoid(logit / np.sqrt(1.0 + np.pi / 8.0 * spread**2))
    return p, p * (1.0 - p) * spread


@pytest.mark.parametrize(("logit", "spread"), [(0.9, 0.3), (0.2, 1.0), (2.5, 0.5), (-1.0, 0.8)])
def test_it_is_the_share_of_draws_from_the_posterior(logit: float, spread: float) -> None:
    draws = sigmoid(np.random.default_rng(4).normal(logit, spread, 200_000))

    told = chance_within(*predicted(np.array([logit]), np.array([spread])), BAND)

    assert told[0] == pytest.approx(((draws >= BAND[0]) & (draws <= BAND[1])).mean(), abs=0.004)


def test_of_two_that_seem_as_hard_the_one_known_better_is_likelier_within() -> None:
    known, new = chance_within(np.array([0.72, 0.72]), np.array([0.05, 0.2]), BAND)

    assert known > 1.5 * new


def test_far_outside_the_band_the_nearer_one_is_likelier() -> None:
    easy = chance_within(np.array([0.9990, 0.9995, 0.9998]), np.full(3, 1e-5), BAND)

    assert (np.diff(easy) < 0.0).all()
    assert easy[-1] > 0.0


def test_more_questions_are_in_the_band_than_by_the_expected_chance_alone() -> None:
    """Half of the questions are well known, half are new; of eight, one is asked."""
    rng = np.random.default_rng(7)
    mean, ability_sd, sizes = rng.normal(0.6, 1.0, (3000, 1)), 0.5, (3000, 8)
    sd = np.where(rng.random(sizes) < 0.5, 0.15, 0.9)
    difficulty = rng.normal(0.0, 0.8, sizes)
    spread = np.sqrt(ability_sd**2 + sd**2)
    truth = sigmoid(mean + ability_sd * rng.normal(size=(3000, 1)) - difficulty - sd * rng.normal(size=sizes))
    p, p_sd = predicted(mean - difficulty, spread)

    by_both = chance_within(p.ravel(), p_sd.ravel(), BAND).reshape(sizes).argmax(1)
    by_mean = np.abs(p - sum(BAND) / 2).argmin(1)

    shares = [_share_within(np.take_along_axis(truth, one[:, None], 1)) for one in (by_both, by_mean)]
    assert shares[0] > shares[1] + 0.04


def _share_within(chances: Numbers) -> float:
    return float(((chances >= BAND[0]) & (chances <= BAND[1])).mean())


def test_what_a_tutor_knows_of_a_question_makes_it_likelier_within() -> None:
    """Both are answered right by three in four; but one by eight learners and one by two hundred."""
    histories = [
        [Answer("often", ["s"], float(n % 4 > 0)), Answer("other", ["s"], float(n % 4 > 0))] for n in range(200)
    ]
    rare = [[*history, Answer("rare", ["s"], float(n % 4 > 0))] for n, history in enumerate(histories[:8])]
    tutor = load_tutor().calibrated([*rare, *histories[8:]])
    belief = tutor.fold(tutor.begin(), [Answer(f"x{n}", ["s"], float(n % 4 > 0)) for n in range(12)])

    often, seldom = chance_within(*tutor.predict(belief, [Item("often", ["s"]), Item("rare", ["s"])]), BAND)

    assert often > seldom


def test_a_band_that_reaches_to_the_end_holds_all_above_its_lower_edge() -> None:
    p, sd = np.array([0.5, 0.9]), np.array([0.1, 0.05])

    np.testing.assert_allclose(chance_within(p, sd, (0.7, 1.0)), chance_within(p, sd, (0.7, 0.99999)), atol=1e-3)
