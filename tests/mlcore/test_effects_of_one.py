"""What a way of learning does for one learner, told from everybody's rewards, theirs among them: each counts once."""

import random

import numpy as np
import pytest

from mlcore.effects.believing import Effect, believed, tries_of
from mlcore.effects.credit import ArmProgress

ARM, SPREAD, NOISE = 0.05, 0.07, 0.2  # sd of arms, sd of learners under one, variance of a reward


def earned(rewards: list[float]) -> ArmProgress:
    return ArmProgress(len(rewards), float(len(rewards)), sum(rewards), sum(one**2 for one in rewards))


def joint(rewards: list[list[float]]) -> tuple[Effect, Effect]:
    """The effect on all and on the first learner, from the whole model written out as one normal."""
    who = np.repeat(np.arange(len(rewards)), [len(own) for own in rewards])
    observed = np.array([one for own in rewards for one in own])
    same = (who[:, None] == who).astype(float)
    covariance = ARM**2 + SPREAD**2 * same + NOISE * np.eye(len(observed))
    found = []
    for of_one, prior in ((np.zeros(len(who)), ARM**2), ((who == 0).astype(float), ARM**2 + SPREAD**2)):
        with_data = ARM**2 + SPREAD**2 * of_one
        gain = np.linalg.solve(covariance, with_data)
        found.append(Effect(float(gain @ observed), float(prior - gain @ with_data) ** 0.5, SPREAD, NOISE))
    return found[0], found[1]


@pytest.mark.parametrize("sizes", [(40,), (40, 3), (2, 30, 30), (0, 25)])
def test_it_is_what_the_joint_normal_says(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(sum(sizes))
    rewards = [(0.1 + 0.1 * rng.normal() + 0.4 * rng.normal(size=size)).tolist() for size in sizes]
    of_all, of_first = joint(rewards)

    told = of_all.on(earned(rewards[0]), usually=0.0)

    assert (told.mean, told.sd) == pytest.approx((of_first.mean, of_first.sd), abs=1e-9)


def test_where_nobody_has_told_of_an_arm_ones_own_rewards_do() -> None:
    own = {"text": earned([0.3] * 40), "video": earned([-0.3] * 40)}

    effects = believed(own, {"way": ["text", "video"]}, {})

    assert effects["text"].mean > 0.05 > -0.05 > effects["video"].mean
    assert effects["text"].sd < believed({}, {"way": ["text"]}, {})["text"].sd
    assert set(tries_of(effects, random.Random(1))) == {"text", "video"}
