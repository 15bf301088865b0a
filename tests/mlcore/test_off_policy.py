"""What another policy would have earned, against closed forms, plain loops, Open Bandit Pipeline and known truth."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mlcore.off_policy import Choices, Estimate, Offers, dr, ips, lead, may_serve, on_policy, snips
from tests.mlcore.bandits import live, make_world, wrong
from tests.mlcore.open_bandit import (
    CLIPS,
    LEARNERS,
    arrays_of,
    asked,
    checked_log,
    fingerprint,
    recorded,
    recorded_fingerprint,
)

RUNS = 200
MANY_RUNS = 600  # of 200, one set in a hundred would lie outside 90-98 % by chance


@pytest.fixture
def log() -> tuple[Choices, Offers]:
    return checked_log()


def estimates(choices: Choices, offers: Offers) -> dict[str, Estimate]:
    return {"ips": ips(choices), "snips": snips(choices), "dr": dr(choices, wrong(offers))}


def test_a_tiny_log_gives_what_is_computed_by_hand() -> None:
    learner = np.repeat(np.arange(20), 2)
    choices = Choices(learner, np.tile([0.5, 0.25], 20), np.tile([0.25, 0.75], 20), np.tile([1.0, 0.2], 20))
    offers = Offers(
        choice=np.repeat(np.arange(40), 2),
        logged=np.tile([0.5, 0.5, 0.25, 0.75], 20),
        target=np.tile([0.25, 0.75, 0.75, 0.25], 20),
        expected=np.tile([0.8, 0.4, 0.4, 0.0], 20),
        taken=2 * np.arange(40),
    )

    assert on_policy(choices).value == pytest.approx(0.6)
    assert ips(choices).value == pytest.approx((0.5 * 1.0 + 3.0 * 0.2) / 2)
    assert ips(choices, clip=2.0).value == pytest.approx((0.5 * 1.0 + 2.0 * 0.2) / 2)
    assert ips(choices, clip=2.0).cut == pytest.approx(0.5)
    assert snips(choices).value == pytest.approx((0.5 * 1.0 + 3.0 * 0.2) / 3.5)
    assert dr(choices, offers).value == pytest.approx((0.5 + 0.5 * 0.2 + 0.3 + 3.0 * -0.2) / 2)
    assert ips(choices).effective_choices == pytest.approx(20 * 3.5**2 / (0.5**2 + 3.0**2))
    assert ips(choices).effective_learners == pytest.approx(20.0)
    assert ips(choices).standard_error == pytest.approx(0.0)  # all learners did the same


@pytest.mark.parametrize("clip", CLIPS)
def test_plain_loops_over_the_published_formulas_agree(log: tuple[Choices, Offers], clip: float) -> None:
    choices, offers = log[0], wrong(log[1])
    weighed = weights = mended = 0.0
    rows = zip(choices.logged, choices.target, choices.reward, offers.taken, strict=True)
    for row, (logged, target, reward, taken) in enumerate(rows):
        weight = min(target / logged, clip)
        weighed, weights = weighed + weight * reward, weights + weight
        of_choice = [place for place in range(4 * row, 4 * row + 4)]
        mended += sum(offers.target[place] * offers.expected[place] for place in of_choice)
        mended += weight * (reward - offers.expected[taken])
    n = len(choices.reward)

    assert ips(choices, clip).value == pytest.approx(weighed / n, abs=1e-12)
    assert snips(choices, clip).value == pytest.approx(weighed / weights, abs=1e-12)
    assert dr(choices, offers, clip).value == pytest.approx(mended / n, abs=1e-12)


@pytest.mark.parametrize("clip", CLIPS)
def test_what_open_bandit_pipeline_said_of_this_log_agrees(log: tuple[Choices, Offers], clip: float) -> None:
    theirs = recorded(clip)

    ours = as_theirs(*log, clip)

    assert set(theirs) == {"ips", "snips", "dr"}
    assert ours == pytest.approx(theirs, rel=0, abs=1e-9)


def test_what_open_bandit_pipeline_said_was_of_this_very_log(log: tuple[Choices, Offers]) -> None:
    then = recorded_fingerprint()

    now = fingerprint(arrays_of(*log))

    assert now.keys() == then.keys()
    for name, numbers in now.items():
        assert numbers == pytest.approx(then[name], rel=1e-12), name


@pytest.mark.parametrize("clip", CLIPS)
def test_open_bandit_pipeline_agrees(log: tuple[Choices, Offers], clip: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = pytest.importorskip("obp.ope", reason="how to install it: tests/mlcore/open_bandit.py")

    theirs = asked(pipeline, arrays_of(*log), clip)

    assert as_theirs(*log, clip) == pytest.approx(theirs, rel=0, abs=1e-9)
    assert recorded(clip) == pytest.approx(theirs, rel=0, abs=1e-9)


def as_theirs(choices: Choices, offers: Offers, clip: float) -> dict[str, float]:
    """Our estimates, of SNIPS without a clip, as Open Bandit Pipeline has none there."""
    ours = {"ips": ips(choices, clip), "snips": snips(choices), "dr": dr(choices, wrong(offers), clip)}
    return {name: one.value for name, one in ours.items()}


def test_judging_the_policy_that_drew_gives_the_plain_mean(log: tuple[Choices, Offers]) -> None:
    choices, offers = log
    same = replace(choices, target=choices.logged)
    plain = on_policy(choices)

    for one in (ips(same), snips(same)):
        assert one.value == pytest.approx(choices.reward.mean(), abs=1e-12)
        assert one.interval() == pytest.approx(plain.interval(), abs=1e-12)
        assert one.effective_choices == pytest.approx(len(choices.reward))
    modeled = dr(same, replace(offers, target=offers.logged))
    assert modeled.value == pytest.approx(plain.value, abs=2 * plain.standard_error)


def test_adding_to_all_rewards_adds_as_much_to_snips_alone(log: tuple[Choices, Offers]) -> None:
    choices, _ = log
    more = replace(choices, reward=choices.reward + 1.0)

    assert snips(more).value == pytest.approx(snips(choices).value + 1.0)
    assert snips(more).standard_error == pytest.approx(snips(choices).standard_error)
    assert snips(more).interval() == pytest.approx(snips(choices).plus(1.0).interval())
    assert ips(more).value != pytest.approx(ips(choices).value + 1.0, abs=0.01)


def test_leaving_out_one_learner_after_another_tells_the_same_error(log: tuple[Choices, Offers]) -> None:
    choices, offers = log
    values: dict[str, list[float]] = {"ips": [], "snips": [], "dr": []}
    for gone in range(LEARNERS):
        is_left_out = replace(choices, overridden=choices.learner == gone)
        for name, one in estimates(is_left_out, offers).items():
            values[name].append(one.value)

    for name, one in estimates(choices, offers).items():
        jackknife = np.sqrt((LEARNERS - 1) * np.var(values[name]))
        assert one.standard_error == pytest.approx(jackknife, rel=0.05)


def test_a_right_model_of_the_reward_leaves_next_to_no_error() -> None:
    world = make_world()
    choices, offers = live(world, 200, np.random.default_rng(2), noise=1e-9)

    exact = dr(choices, offers)

    between_situations = (world.target * world.reward).sum(1).std() / np.sqrt(len(choices.reward))
    assert exact.standard_error == pytest.approx(between_situations, rel=0.15)  # which situations came up is all
    assert exact.standard_error < 0.35 * ips(choices).standard_error


def test_doubly_robust_is_right_with_a_wrong_model_and_a_right_one_helps() -> None:
    world = make_world()
    misses: dict[str, list[float]] = {"right": [], "wrong": [], "ips": []}
    for run in range(RUNS):
        choices, offers = live(world, LEARNERS, np.random.default_rng([3, run]))
        misses["right"].append(dr(choices, offers).value - world.truth)
        misses["wrong"].append(dr(choices, wrong(offers)).value - world.truth)
        misses["ips"].append(ips(choices).value - world.truth)

    for found in misses.values():
        assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(RUNS)
    assert np.std(misses["right"]) < np.std(misses["ips"])
    naive = live(world, 2000, np.random.default_rng(4))[0].reward.mean()
    assert abs(naive - world.truth) > 0.02  # without weights it would be off


@pytest.mark.parametrize(("learners", "temperature"), [(40, 1.0), (40, 0.3), (100, 0.3), (300, 0.3)])
def test_intervals_cover_the_truth_as_often_as_they_say(learners: int, temperature: float) -> None:
    world = make_world(temperature)
    covered: dict[str, list[bool]] = {"ips": [], "snips": [], "dr": []}
    is_below: dict[str, list[bool]] = {"ips": [], "snips": [], "dr": []}
    for run in range(MANY_RUNS):
        found = estimates(*live(world, learners, np.random.default_rng([learners, run])))
        for name, one in found.items():
            low, high = one.interval()
            covered[name].append(low <= world.truth <= high)
            is_below[name].append(one.lower_bound() <= world.truth)

    assert all(0.90 <= np.mean(found) <= 0.98 for found in covered.values()), covered
    assert all(np.mean(found) >= 0.90 for found in is_below.values()), is_below


def test_an_interval_is_students_t_of_the_learners_that_count(log: tuple[Choices, Offers]) -> None:
    one = ips(log[0])

    low, high = one.interval(0.9)
    reach = stats.t.ppf(0.95, one.effective_learners - 1) * one.standard_error

    assert one.effective_learners < LEARNERS
    assert (low, high) == pytest.approx((one.value - reach, one.value + reach))
    assert one.lower_bound(0.95) == pytest.approx(low)


@pytest.mark.parametrize("clip", [1.0, 2.0, 5.0])
def test_clipping_is_off_by_no_more_than_it_says(clip: float) -> None:
    world = make_world()
    choices, offers = live(world, 3000, np.random.default_rng(6), noise=0.0)

    clipped = ips(choices, clip)

    far = abs(clipped.value - ips(choices).value)
    assert 0.0 < far <= clipped.cut * np.abs(choices.reward).max()
    assert clipped.standard_error < ips(choices).standard_error
    assert abs(snips(choices, clip).value - ips(choices).value) <= 2.5 * clipped.cut * np.abs(choices.reward).max()
    missed = np.abs(choices.reward - wrong(offers).expected[offers.taken]).max()
    assert abs(dr(choices, wrong(offers), clip).value - dr(choices, wrong(offers)).value) <= clipped.cut * missed


def test_what_learners_chose_themselves_is_left_out(log: tuple[Choices, Offers]) -> None:
    choices, offers = log
    overridden = np.arange(len(choices.reward)) % 5 == 0
    spoiled = replace(
        choices,
        overridden=overridden,
        reward=np.where(overridden, 99.0, choices.reward),
    )
    columns = {name: getattr(choices, name)[~overridden] for name in ("learner", "logged", "target", "reward")}
    without = Choices(**columns)

    assert ips(spoiled).value == pytest.approx(ips(without).value)
    assert snips(spoiled).interval() == pytest.approx(snips(without).interval())
    assert on_policy(spoiled).value == pytest.approx(on_policy(without).value)
    assert abs(dr(spoiled, offers).value) < 1.0


def test_a_policy_serves_only_when_it_is_surely_hardly_worse() -> None:
    world = make_world(temperature=1.0)
    choices, _ = live(world, 300, np.random.default_rng(7))
    better = replace(choices, reward=choices.reward + choices.target / choices.logged)
    worse = replace(choices, reward=-choices.target / choices.logged)
    same = replace(choices, target=choices.logged)

    assert may_serve(lead(snips(better), on_policy(better)))
    assert not may_serve(lead(snips(worse), on_policy(worse)))
    assert may_serve(lead(snips(same), on_policy(same)))  # it earns more than nothing, and 5 % of that may be lost
    assert not may_serve(lead(snips(replace(same, reward=same.reward - 0.1)), on_policy(same)))


@pytest.mark.parametrize(("reward", "allowed"), [(0.4, 0.38), (-0.4, -0.42)])
def test_a_baseline_may_be_undercut_by_a_twentieth_of_its_size(reward: float, allowed: float) -> None:
    learner = np.arange(30)
    half = np.full(30, 0.5)
    baseline = on_policy(Choices(learner, half, half, np.full(30, reward)))

    assert lead(baseline, baseline).value == pytest.approx(reward - allowed)
    assert may_serve(lead(baseline, baseline))
