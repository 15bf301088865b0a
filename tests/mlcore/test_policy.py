from dataclasses import replace

import numpy as np
import pytest

from mlcore.policy import Outlook, PolicySettings, check, choose, fit, short_list, weigh
from mlcore.prospects import Prospects

LEARNED = ("learning", "retention", "held", "minutes")


def outlook(count: int, **columns: float) -> Outlook:
    """Candidates that are alike."""
    defaults = {"probability": 0.7, "variance": 0.5, "lately": 0.0, "modality_share": 0.0, "effects": 0.0}
    defaults |= {"learning": 0.2, "retention": 0.0, "held": 0.2, "minutes": 5.0}
    every = {name: np.full(count, value) for name, value in (defaults | columns).items()}
    brought = {name: every.pop(name) for name in LEARNED}
    return Outlook(**every, prospects=Prospects(**brought, drawn=np.empty((0, count))), answered=0.0)


def with_first(outlook: Outlook, name: str, value: float) -> Outlook:
    of = outlook.prospects if name in LEARNED else outlook
    column = getattr(of, name).copy()
    column[0] = value
    changed = replace(of, **{name: column})
    return replace(outlook, prospects=changed) if name in LEARNED else changed


@pytest.mark.parametrize("count", [1, 2, 12, 13, 28, 500, 10_000])
def test_whatever_may_be_drawn_has_a_chance_of_the_floor_however_many_there_are(count: int) -> None:
    looks = replace(outlook(count), effects=np.random.default_rng(0).normal(0, 3, count))

    drawn = choose(looks, np.random.default_rng(0))

    listed = drawn.propensities > 0.0
    assert drawn.propensities.sum() == pytest.approx(1.0)
    assert (drawn.propensities[listed] >= 0.02).all()
    assert listed.sum() == min(count, 12)
    assert drawn.scores[listed].min() >= drawn.scores[~listed].max(initial=-np.inf)


def test_the_list_is_of_those_allowed_and_of_equals_the_first() -> None:
    scores = np.array([0.0, 3.0, 1.0, 1.0, 2.0, 1.0])

    assert short_list(scores, None, 3).tolist() == [1, 2, 4]
    assert short_list(scores, np.array([True, False, True, True, False, True]), 2).tolist() == [2, 3]
    assert short_list(scores, None, 9).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kinds", [3, 200, 10**9])
@pytest.mark.parametrize("count", [65, 513, 3001])
def test_the_short_list_of_many_is_the_head_of_all_in_order(count: int, kinds: int) -> None:
    scores = np.random.default_rng(kinds).integers(kinds, size=count).astype(np.float64)

    head = np.argsort(-scores, kind="stable")[:64]

    assert short_list(scores, None, 64).tolist() == sorted(head.tolist())


def test_another_policy_draws_from_the_list_of_the_standard_one() -> None:
    """Else what one of them drew would say nothing of what the other would have brought."""
    rng = np.random.default_rng(2)
    looks = replace(outlook(40), effects=rng.normal(0, 0.1, 40))
    other = replace(looks, sequence=rng.normal(0, 1, 40))

    standard, recurrent = (choose(one, np.random.default_rng(0)) for one in (looks, other))

    np.testing.assert_array_equal(standard.propensities > 0, recurrent.propensities > 0)
    assert "learning" not in recurrent.terms
    listed = np.flatnonzero(recurrent.propensities)
    assert recurrent.propensities.argmax() == listed[recurrent.scores[listed].argmax()]


def test_candidates_are_drawn_as_often_as_their_propensities_say() -> None:
    looks = with_first(outlook(4), "effects", 0.3)
    rng = np.random.default_rng(1)

    picks = np.bincount([choose(looks, rng).pick for _ in range(4000)], minlength=4) / 4000

    np.testing.assert_allclose(picks, choose(looks, rng).propensities, atol=0.03)


@pytest.mark.parametrize(
    ("name", "value", "is_better"),
    [
        ("probability", 0.1, False),
        ("probability", 0.99, False),
        ("variance", 2.0, True),
        ("modality_share", 0.9, False),
        ("effects", 0.2, True),
        ("effects", -0.2, False),
        ("lately", 0.6, False),
        ("learning", 0.3, True),
        ("retention", 0.1, True),
        ("minutes", 20.0, False),
    ],
)
def test_each_term_moves_the_score_its_own_way(name: str, value: float, is_better: bool) -> None:
    scores = choose(with_first(outlook(3), name, value), np.random.default_rng(0)).scores

    assert bool(scores[0] > scores[1]) is is_better


def test_more_of_the_same_only_counts_against_what_is_held() -> None:
    """Practice stays on a skill until it is held; only then is it mixed with others."""
    just_done = with_first(outlook(2), "lately", 0.6)

    before, after = (weigh(with_first(just_done, "held", held), PolicySettings())["variety"] for held in (0.1, 0.95))

    assert after[0] < 5 * before[0] < 0


def test_information_counts_less_the_more_is_known_of_a_learner() -> None:
    settings = PolicySettings(annealing=20.0)
    new, old = (weigh(replace(outlook(1), answered=answered), settings)["information"] for answered in (0.0, 20.0))

    np.testing.assert_allclose(old, new / 2)


def test_the_success_band_can_be_moved() -> None:
    """The first is harder than the second: a lower band prefers it, a higher one does not."""
    looks = with_first(outlook(2, probability=0.8, held=1.0), "probability", 0.5)

    low, high = (
        choose(looks, np.random.default_rng(0), PolicySettings(band=band)).scores.argmax()
        for band in ((0.45, 0.55), (0.75, 0.85))
    )

    assert (low, high) == (0, 1)


def test_between_ways_of_a_module_difficulty_decides_and_between_modules_it_does_not() -> None:
    """What is not known yet is hard in every way: that is no reason to stay with what is."""
    settings = PolicySettings(band=(0.6, 0.8), outside=0.1, unfit=0.0)
    looks = replace(outlook(5), probability=np.array([0.2, 0.4, 0.7, 0.9, 0.75]), module=np.array([7, 7, 8, 8, 8]))

    fitting = fit(looks, settings)

    np.testing.assert_allclose(fitting, [np.exp(-0.5 * 2.0**2), 1.0, 1.0, np.exp(-0.5), 1.0])
    assert weigh(looks, settings)["learning"][1] == weigh(looks, settings)["learning"][2]


def test_a_newcomer_gets_the_easier_way_and_who_is_meant_to_struggle_does_not() -> None:
    looks = replace(outlook(4), probability=np.array([0.74, 0.66, 0.54, 0.41]), module=np.zeros(4, np.int64))

    usual, hard = (
        choose(looks, np.random.default_rng(0), PolicySettings(band=band)).propensities
        for band in ((0.60, 0.85), (0.38, 0.45))
    )

    assert usual[:2].sum() > 0.8
    assert hard[3] > 0.5


@pytest.mark.parametrize("name", ["learning", "sequence"])
def test_the_band_is_the_same_whichever_policy_teaches(name: str) -> None:
    looks = replace(outlook(2, learning=0.3), probability=np.array([0.3, 0.7]))
    if name == "sequence":
        looks = replace(looks, sequence=np.array([0.9, 0.9]))

    term = weigh(looks, PolicySettings())[name]

    np.testing.assert_allclose(term[0] / term[1], fit(looks, PolicySettings())[0])


def test_what_may_yet_be_best_is_drawn_as_often_as_it_is_best_in_what_is_believed() -> None:
    rng = np.random.default_rng(3)
    looks = outlook(3, learning=0.2)
    drawn = 0.2 + np.array([0.0, 0.0, 0.3]) * rng.standard_normal((4000, 3)) - np.array([0.0, 0.05, 0.05])
    looks = replace(looks, prospects=replace(looks.prospects, learning=drawn.mean(0), drawn=drawn))
    settings = PolicySettings(temperature=1e-4, floor=0.02)

    chances = choose(looks, rng, settings).propensities

    is_best = np.bincount(drawn.argmax(1), minlength=3) / 4000
    np.testing.assert_allclose(chances, 0.02 + 0.94 * is_best, atol=1e-3)
    assert chances[2] > 0.3


def test_settings_that_make_no_sense_are_named() -> None:
    for wrong in ({"band": (0.9, 0.1)}, {"temperature": 0.0}, {"learning": -1.0}, {"floor": np.nan}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            check(replace(PolicySettings(), **wrong))
