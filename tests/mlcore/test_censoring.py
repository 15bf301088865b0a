"""Outcomes never seen: their mean is told all the same where those who did badly leave, and nobody is fooled."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from mlcore.censoring import LEAST, chance_of, completed
from mlcore.off_policy import Choices, NotEnoughData, Offers, dr, on_policy
from mlcore.reward_model import FURTHEST, PULL
from mlcore.stages import Stage
from mlcore.switching import RISK, Ruling, rule_on
from tests.mlcore.bandits import World, live, make_world
from tests.mlcore.test_switching import EVERYWHERE, LEARNERS, evidence, first

RUNS = 200
SOME = 100  # logs, each of which is looked at four times


def seen_of(known: np.ndarray, rng: np.random.Generator, steepness: float = 5.0) -> np.ndarray:
    """Whether an outcome is seen: seldom where it goes badly."""
    return rng.random(len(known)) < 1.0 / (1.0 + np.exp(-steepness * known))


def leaving(world: World, learners: int, seed: int) -> tuple[Choices, Offers, np.ndarray]:
    """A log in which learners leave after what goes badly: their rewards are NaN; and what was known of each step."""
    rng = np.random.default_rng(seed)
    choices, offers = live(world, learners, rng)
    mean = offers.expected[offers.taken]
    known = np.column_stack([mean, rng.normal(size=len(mean))])
    reward = np.where(seen_of(20.0 * (mean - mean.mean()), rng, 0.4), choices.reward, np.nan)
    return replace(choices, reward=reward), offers, known


def with_all(choices: Choices, known: np.ndarray) -> Choices:
    return replace(choices, reward=completed(known, choices.learner, choices.reward))


def without(choices: Choices, offers: Offers) -> tuple[Choices, Offers]:
    """The log without what was not seen."""
    seen = ~np.isnan(choices.reward)
    columns = {name: getattr(choices, name)[seen] for name in ("learner", "logged", "target", "reward")}
    kept = np.repeat(seen, 4)
    some = {name: getattr(offers, name)[kept] for name in ("logged", "target", "expected")}
    n = int(seen.sum())
    taken = 4 * np.arange(n) + offers.taken[seen] % 4
    return Choices(**columns), Offers(choice=np.repeat(np.arange(n), 4), taken=taken, **some)


@pytest.mark.parametrize("right", ["both", "chance", "outcome"])
def test_one_model_that_is_right_is_enough(right: str) -> None:
    rng = np.random.default_rng(1)
    n = 40_000
    known = rng.normal(size=(n, 1))
    outcome = (known[:, 0] if right != "chance" else np.exp(known[:, 0])) + 0.3 * rng.normal(size=n)
    odds = known[:, 0] if right != "outcome" else 2.0 * np.sign(known[:, 0] + 0.5) * (np.abs(known[:, 0]) < 1.0)
    seen = seen_of(odds, rng, 1.0)

    told = completed(known, np.arange(n), np.where(seen, outcome, np.nan))

    assert told.mean() == pytest.approx(outcome.mean(), abs=0.03)
    assert abs(outcome[seen].mean() - outcome.mean()) > 0.1


def test_what_was_seen_of_all_is_left_as_it_is_and_what_was_seen_of_none_is_refused() -> None:
    outcome = np.array([0.1, 0.4, -0.2])

    assert completed(np.ones((3, 1)), np.arange(3), outcome) is outcome
    with pytest.raises(ValueError, match="outcome: none was seen"):
        completed(np.ones((3, 1)), np.arange(3), np.full(3, np.nan))
    with pytest.raises(ValueError, match="features"):
        completed(np.full((3, 1), np.nan), np.arange(3), np.array([0.1, np.nan, 0.2]))


def test_where_leaving_is_mere_chance_each_that_was_seen_counts_for_as_many_as_were_not() -> None:
    outcome = np.tile([1.0, np.nan, 0.0, np.nan], 500)

    told = completed(np.zeros((2000, 1)), np.arange(2000), outcome)

    assert told.mean() == pytest.approx(0.5, abs=0.01)
    assert told[0] == pytest.approx(0.5 + 0.5 / 0.5, abs=0.05)  # foretold, and its miss for two


def test_chances_are_the_maximum_of_the_penalized_likelihood() -> None:
    rng = np.random.default_rng(2)
    known = rng.normal(size=(400, 2))
    happened = (rng.random(400) < 1 / (1 + np.exp(-known @ [1.0, -0.5]))).astype(float)
    scaled = (known - known.mean(0)) / known.std(0)

    def loss(slopes: np.ndarray) -> float:
        logit = slopes[0] + scaled @ slopes[1:]
        return float(np.logaddexp(0.0, logit).sum() - happened @ logit + PULL / 2 * (slopes[1:] ** 2).sum())

    slopes = optimize.minimize(loss, np.zeros(3), tol=1e-10).x
    best = 1 / (1 + np.exp(-(slopes[0] + np.clip(scaled, -FURTHEST, FURTHEST) @ slopes[1:])))
    assert chance_of(known, happened, known) == pytest.approx(best, abs=1e-4)


def test_nobody_counts_for_more_than_ten() -> None:
    rng = np.random.default_rng(3)
    known = rng.normal(size=(3000, 1))
    outcome = np.where(seen_of(known[:, 0] - 3.0, rng, 3.0), 1.0, np.nan)
    outcome[np.flatnonzero(outcome == 1.0)[::2]] = 0.0

    told = completed(known, np.arange(3000), outcome)

    assert np.abs(told).max() <= 1.0 + 1.0 / LEAST


def test_intervals_cover_the_truth_although_learners_leave() -> None:
    world = make_world(temperature=1.0)
    drawn = float((world.drawing * world.reward).sum(1).mean())
    covered: dict[str, list[bool]] = {"target": [], "drawn": [], "left out": []}
    for seed in range(RUNS):
        choices, offers, known = leaving(world, 100, seed)
        rough = replace(offers, expected=np.full(len(offers.expected), 0.1))
        whole = with_all(choices, known)
        for name, one, truth in (
            ("target", dr(whole, rough), world.truth),
            ("drawn", on_policy(whole), drawn),
            ("left out", on_policy(without(choices, offers)[0]), drawn),
        ):
            low, high = one.interval()
            covered[name].append(low <= truth <= high)

    assert 0.90 <= np.mean(covered["target"]) <= 0.99
    assert 0.90 <= np.mean(covered["drawn"]) <= 0.99
    assert np.mean(covered["left out"]) < 0.5


def hiding() -> World:
    """Favorites of the shadow that go well in half of the situations and badly in the others: it is no better."""
    world, each = make_world(), np.arange(6)
    favorite = world.target.argmax(1)
    liked_more = (world.target - world.drawing)[each, favorite]
    effect = np.where(each % 2, 0.3, -0.3)
    effect -= effect @ liked_more / liked_more.sum()
    reward = np.full(world.reward.shape, EVERYWHERE)
    reward[each, favorite] += effect
    return replace(world, reward=reward)


def takes_over(world: World, seed: int, *, leaves_out: bool) -> bool:
    """Whether the shadow ever begins to teach, while a log grows that learners leave after what goes badly."""
    choices, offers, known = leaving(world, LEARNERS[-1], seed)
    unknowing = replace(offers, expected=np.full(len(offers.expected), EVERYWHERE))
    look = 0
    for learners in LEARNERS:
        own, shown = first(choices, unknowing, learners)
        own, shown = without(own, shown) if leaves_out else (with_all(own, known[: len(own.reward)]), shown)
        with suppress(NotEnoughData):
            found = evidence(own, shown)
            look += 1
            if rule_on(Stage.SHADOW, found, look) is Ruling.TRIES:
                return True
    return False


def test_a_policy_that_drives_learners_away_does_not_take_over_for_it() -> None:
    world = hiding()
    assert world.truth == pytest.approx(float((world.drawing * world.reward).sum(1).mean()), abs=1e-9)

    wrongly = sum(takes_over(world, seed, leaves_out=False) for seed in range(SOME))
    fooled = sum(takes_over(world, seed, leaves_out=True) for seed in range(SOME // 4))

    assert wrongly / SOME <= RISK
    assert fooled / (SOME // 4) > 2 * RISK
