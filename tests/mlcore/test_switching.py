"""A policy takes over where it is truly better, hardly ever where it is not, and goes back when it gets worse."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from mlcore.off_policy import Choices, Estimate, NotEnoughData, Offers, dr, lead, on_policy
from mlcore.switching import (
    GROWTH,
    RISK,
    Evidence,
    Ruling,
    Stage,
    apart,
    confidence_of,
    is_due,
    rule_on,
    sharper,
    stage_after,
)
from tests.mlcore.bandits import World, live, make_world

RUNS = 200
LEARNERS = (30, 60, 120, 240)  # that the log has at each look
EVERYWHERE = 0.6  # success
BETTER, WORSE = 0.2, -0.02  # how much more success a favorite of the shadow brings than any other step


def world_where(favorite: float) -> World:
    """A step brings the same as any other, but for the favorite of the shadow in each situation."""
    world = make_world()
    reward = np.full(world.reward.shape, EVERYWHERE)
    reward[np.arange(6), world.target.argmax(1)] += favorite
    return replace(world, reward=reward)


def evidence(choices: Choices, offers: Offers) -> Evidence:
    shadow = dr(choices, offers)
    usual = dr(replace(choices, target=choices.logged), replace(offers, target=offers.logged))
    return Evidence(lead(shadow, usual), lead(shadow, usual, tolerance=0.0))


def first(choices: Choices, offers: Offers, learners: int) -> tuple[Choices, Offers]:
    """The part of a log that so many learners made."""
    n = int((choices.learner < learners).sum())
    columns = {name: getattr(choices, name)[:n] for name in ("learner", "logged", "target", "reward")}
    some = {name: getattr(offers, name)[: 4 * n] for name in ("choice", "logged", "target", "expected")}
    return Choices(**columns), Offers(**some, taken=offers.taken[:n])


def takes_over(world: World, seed: int) -> bool:
    """Whether the shadow ever begins to teach, while the log grows."""
    choices, offers = live(world, LEARNERS[-1], np.random.default_rng(seed))
    unknowing = replace(offers, expected=np.full(len(offers.expected), EVERYWHERE))  # a model that knows the mean
    look = 0
    for learners in LEARNERS:
        with suppress(NotEnoughData):  # then nobody looked
            found = evidence(*first(choices, unknowing, learners))
            look += 1
            if rule_on(Stage.SHADOW, found, look) is Ruling.TRIES:
                return True
    return False


@pytest.mark.parametrize("favorite", [0.0, WORSE])
def test_what_is_no_better_takes_over_in_hardly_any_of_two_hundred_logs(favorite: float) -> None:
    world = world_where(favorite)

    wrongly = sum(takes_over(world, seed) for seed in range(RUNS))

    assert wrongly / RUNS <= RISK


def test_what_is_truly_better_takes_over_in_nearly_every_log() -> None:
    world = world_where(BETTER)

    rightly = sum(takes_over(world, seed) for seed in range(RUNS // 4))

    assert rightly / (RUNS // 4) >= 0.9


def estimate(value: float, spread: float, learners: int = 40) -> Estimate:
    """One whose standard error is about `spread`."""
    signs = np.where(np.arange(learners) % 2, 1.0, -1.0)
    return Estimate(value, signs * spread / np.sqrt(learners), learners, float(learners), 0.0)


def ahead_by(value: float, spread: float = 0.01, lately: float | None = None) -> Evidence:
    """The other policy brings .6; lately this one brought that much more."""
    own = None if lately is None else estimate(0.6 + lately, 0.01)
    return Evidence(estimate(value + 0.03, spread), estimate(value, spread), own, estimate(0.6, 0.01))


@pytest.mark.parametrize(
    ("stage", "found", "look", "ruling"),
    [
        (Stage.SHADOW, ahead_by(0.1), 1, Ruling.TRIES),
        (Stage.SHADOW, ahead_by(0.1), None, Ruling.WAITS),
        (Stage.SHADOW, ahead_by(0.018), 1, Ruling.STAYS),  # at 95 % it would be ahead, but this look has less to risk
        (Stage.SHADOW, ahead_by(-0.02), 1, Ruling.STAYS),  # keeps 95 % of the success, and is behind
        (Stage.TRIAL, ahead_by(0.1), 2, Ruling.EXTENDS),
        (Stage.TRIAL, ahead_by(0.1), None, Ruling.GOES_ON),
        (Stage.TRIAL, ahead_by(0.018), 2, Ruling.GOES_ON),
        (Stage.TRIAL, ahead_by(0.01), None, Ruling.UNSURE),
        (Stage.MOST, ahead_by(0.1), 3, Ruling.GOES_ON),
        (Stage.MOST, ahead_by(0.01), None, Ruling.UNSURE),
        (Stage.MOST, ahead_by(0.1, lately=-0.1), 3, Ruling.BEHIND),
        (Stage.MOST, ahead_by(0.1, lately=-0.01), 3, Ruling.GOES_ON),
    ],
)
def test_a_policy_is_ruled_on_by_how_sure_it_is(
    stage: Stage, found: Evidence, look: int | None, ruling: Ruling
) -> None:
    assert rule_on(stage, found, look) is ruling


def test_a_ruling_leads_to_a_stage() -> None:
    way = [Stage.SHADOW]
    for ruling in (Ruling.STAYS, Ruling.TRIES, Ruling.GOES_ON, Ruling.EXTENDS, Ruling.BEHIND):
        way.append(stage_after(way[-1], ruling))

    assert way[1:] == [Stage.SHADOW, Stage.TRIAL, Stage.TRIAL, Stage.MOST, Stage.SHADOW]


def test_all_looks_together_risk_no_more_than_one_would() -> None:
    assert sum(1.0 - confidence_of(look) for look in range(1, 10_000)) == pytest.approx(RISK, rel=1e-3)
    assert sum(1.0 - confidence_of(look) for look in range(1, 10_000)) <= RISK
    with pytest.raises(ValueError, match="look"):
        confidence_of(0)


def test_another_look_needs_half_as_many_steps_again() -> None:
    assert is_due(1, 0)
    assert not is_due(0, 0)
    assert not is_due(int(GROWTH * 100), 100)
    assert is_due(int(GROWTH * 100) + 1, 100)


def test_two_groups_are_compared_as_by_welch() -> None:
    rng = np.random.default_rng(4)
    new, old = rng.normal(0.7, 0.2, 50), rng.normal(0.6, 0.1, 30)

    found = apart(*(_mean(group) for group in (new, old)), tolerance=0.0)

    expected = np.sqrt(new.var(ddof=1) / 50 + old.var(ddof=1) / 30)
    assert found.value == pytest.approx(new.mean() - old.mean())
    assert found.standard_error == pytest.approx(expected, rel=0.03)
    assert apart(*(_mean(group) for group in (new, old))).value == pytest.approx(new.mean() - 0.95 * old.mean())


def _mean(group: np.ndarray) -> Estimate:
    ones = np.ones(len(group))
    return on_policy(Choices(np.arange(len(group)), ones, ones, group))


def test_the_sharper_evidence_counts_whatever_it_says() -> None:
    blunt, sharp = ahead_by(0.2, 0.05), ahead_by(-0.1, 0.01)

    assert sharper(blunt, sharp) is sharper(sharp, blunt) is sharp
    assert sharper(blunt, None) is blunt
