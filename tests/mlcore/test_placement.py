"""Finding out where to start: what is believed is the posterior, what is asked tells most, and few questions do."""

from __future__ import annotations

from itertools import product
from math import erf, log, sqrt

import numpy as np
import pytest

from mlcore import checkpoint, placement
from mlcore.answers import Item
from mlcore.interactions import Mask, Numbers
from mlcore.placement import SLACK, SLIP, WIDER, Expected, Pool, imagine, information, known, unsure, weigh

CUT = log(0.6 / 0.4)
BUILDS_ON = {  # the skills of the demo course, each with those it builds on
    0: (), 1: (0,), 2: (0,), 3: (1,), 4: (1, 2), 5: (1, 2), 6: (5, 4), 7: (4,), 8: (4,), 9: (8,), 10: (6,), 11: (8,),
    12: (10, 8),
}  # fmt: skip
LEVELS, GUESSES = (1.0, 2.0, 3.0, 4.0, 5.0), (0.25, 0.5, 0.05, 0.05, 0.25)


def graph(builds_on: dict[int, tuple[int, ...]]) -> Mask:
    requires = np.zeros((len(builds_on), len(builds_on)), bool)
    for skill, before in builds_on.items():
        requires[skill, list(before)] = True
    return requires


def pool_of(skills: int) -> Pool:
    """A question of each difficulty for each skill."""
    each = len(LEVELS)
    level = np.tile(LEVELS, skills)
    share = np.repeat(np.eye(skills), each, axis=0)
    return Pool(share, -0.5 * (level - 3.0), np.full(each * skills, 0.8), np.tile(GUESSES, skills))


def nothing_passed(answers: int) -> Mask:
    return np.zeros(answers, bool)


def evenly(strength: Numbers) -> Numbers:
    return np.full(len(strength), 1.0 / len(strength))


def test_before_any_answer_a_skill_without_basis_is_known_as_its_normal_says() -> None:
    expected = Expected(np.array([0.2, 1.0]), 0.9, np.array([0.5, 0.8]))
    strength = imagine(expected, graph({0: (), 1: ()}))

    chance = known(strength, evenly(strength), CUT)

    sd = [sqrt(0.9**2 + (WIDER * own) ** 2) for own in (0.5, 0.8)]
    normal = [0.5 * (1.0 + erf((mean - CUT) / (one * sqrt(2.0)))) for mean, one in zip((0.2, 1.0), sd, strict=True)]
    assert chance == pytest.approx(normal, abs=0.025)


def test_what_is_believed_after_answers_is_what_integration_gives() -> None:
    expected = Expected(np.array([0.8, 0.5]), 1.2, np.array([0.6, 0.7]))
    asked = Pool(np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([0.4, -0.3]), np.array([0.0, 0.5]), np.array([0.25, 0.0]))
    scores, passed = np.array([1.0, 0.3]), np.array([False, False])

    strength = imagine(expected, graph({0: (), 1: (0,)}), count=40_000)
    chance = known(strength, weigh(strength, asked, scores, passed), CUT)

    assert chance == pytest.approx(integrated(expected, asked, scores), abs=0.02)


def integrated(expected: Expected, asked: Pool, scores: Numbers) -> list[float]:
    """The chance that each of two skills is known, the second built on the first, by a sum over a grid."""
    whole, parts = 0.0, np.zeros(2)
    grid = np.linspace(-3.5, 3.5, 41)
    for ability, first, second in product(grid, grid, grid):
        weight = np.exp(-0.5 * (ability**2 + first**2 + second**2))
        one = expected.mean[0] + expected.shared_sd * ability + WIDER * expected.own_sd[0] * first
        two = expected.mean[1] + expected.shared_sd * ability + WIDER * expected.own_sd[1] * second
        two = min(two, one + SLACK)
        for share, ease, sd, guess, score in zip(asked.share, asked.ease, asked.sd, asked.guess, scores, strict=True):
            logit = (share[0] * one + share[1] * two + ease) / sqrt(1.0 + np.pi / 8.0 * sd**2)
            right = guess + (1.0 - SLIP - guess) / (1.0 + np.exp(-logit))
            weight *= right**score * (1.0 - right) ** (1.0 - score)
        whole += weight
        parts += weight * np.array([one >= CUT, two >= CUT])
    return [float(part / whole) for part in parts]


def test_information_is_the_entropy_that_an_answer_takes_away() -> None:
    strength = imagine(Expected(np.array([0.8, 0.5]), 1.2, np.array([0.6, 0.7])), graph({0: (), 1: (0,)}), count=400)
    weights = weigh(strength, pool_of(2).rows([3]), np.ones(1), nothing_passed(1))
    pool = pool_of(2)

    told = information(strength, weights, pool, CUT)

    now = known(strength, weights, CUT)
    for question in range(len(pool.ease)):
        after = {}
        for score in (0.0, 1.0):
            likely = weights * weigh(strength, pool.rows([question]), np.array([score]), nothing_passed(1))
            after[score] = known(strength, likely / likely.sum(), CUT)
        right = float(weights @ placement.chances(strength, pool.rows([question]))[:, 0])
        later = right * unsure(after[1.0]) + (1.0 - right) * unsure(after[0.0])
        assert told[question] == pytest.approx((unsure(now) - later).sum(), abs=1e-9)


def test_an_answer_speaks_for_what_it_builds_on_and_against_what_builds_on_it() -> None:
    expected = Expected(np.full(3, 0.7), 0.3, np.full(3, 0.9))  # so that little of it comes through the ability
    strength = imagine(expected, graph({0: (), 1: (0,), 2: ()}))
    before = known(strength, evenly(strength), CUT)
    middle = 2  # of the difficulties

    knows_later = weigh(strength, pool_of(3).rows([5 + middle] * 2), np.ones(2), nothing_passed(2))
    lacks_first = weigh(strength, pool_of(3).rows([middle] * 2), np.zeros(2), nothing_passed(2))

    up, down = known(strength, knows_later, CUT) - before, known(strength, lacks_first, CUT) - before
    assert up[0] > up[2] + 0.1
    assert down[1] < down[2] - 0.1


def test_saying_that_one_does_not_know_tells_at_least_as_much_as_a_wrong_answer() -> None:
    strength = imagine(Expected(np.full(2, 0.7), 1.2, np.full(2, 0.6)), graph({0: (), 1: (0,)}))
    asked = pool_of(2).rows([1, 1])

    wrong = known(strength, weigh(strength, asked, np.zeros(2), nothing_passed(2)), CUT)
    passed = known(strength, weigh(strength, asked, np.zeros(2), ~nothing_passed(2)), CUT)

    assert (passed <= wrong).all()


def test_a_circle_of_skills_does_not_hang() -> None:
    strength = imagine(Expected(np.zeros(2), 1.0, np.ones(2)), graph({0: (1,), 1: (0,)}))

    assert np.isfinite(strength).all()


def test_a_graph_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="requires: expected 2 by 2"):
        imagine(Expected(np.zeros(2), 1.0, np.ones(2)), graph({0: ()}))


def test_the_shipped_tutor_expects_what_it_believes_of_somebody_new() -> None:
    tutor = checkpoint.load_tutor(checkpoint.DEFAULT)
    items = tutor.prepare([Item("easy", ["a"], 1), Item("hard", ["a"], 5)])

    expected, ease, sd = tutor.expect(["a"], items)

    believed = tutor.mastery(tutor.begin(), ["a"])[0]
    logit = expected.mean[0] / sqrt(
        1.0 + np.pi / 8.0 * (expected.shared_sd**2 + tutor.calibration.population.effect_sd**2)
    )
    assert 1.0 / (1.0 + np.exp(-logit)) == pytest.approx(believed.mean, abs=1e-6)
    assert ease[0] > 0.0 > ease[1]
    assert sd == pytest.approx([tutor.calibration.population.item_sd] * 2)


def test_questions_that_tell_most_place_better_than_as_many_random_ones() -> None:
    """The learners are not of our model: each knows a set of skills that is closed under what these build on."""
    rng = np.random.default_rng(3)
    learners = [knowledge_state(rng) for _ in range(60)]
    dice = rng.random((60, 65))

    best, random = (
        np.array([right_calls(state, own, way, rng) for state, own in zip(learners, dice, strict=True)])
        for way in ("most telling", "random")
    )

    gain = best - random
    assert best.mean() >= 0.82
    assert gain.mean() - 1.96 * gain.std() / sqrt(len(gain)) > 0.0


def knowledge_state(rng: np.random.Generator) -> Mask:
    """So many skills as chance wants, each after what it builds on (Falmagne & Doignon's learning paths)."""
    state = np.zeros(len(BUILDS_ON), bool)
    for _ in range(rng.integers(len(BUILDS_ON) + 1)):
        ready = [one for one, before in BUILDS_ON.items() if not state[one] and all(state[b] for b in before)]
        state[rng.choice(ready)] = True
    return state


def right_calls(state: Mask, dice: Numbers, way: str, rng: np.random.Generator, questions: int = 8) -> float:
    """The share of skills called rightly after so many questions, answered with careless errors and lucky guesses."""
    skills, pool = len(state), pool_of(len(state))
    strength = imagine(Expected(np.full(skills, 0.75), 1.45, np.full(skills, 0.9)), graph(BUILDS_ON), count=1500)
    weights, asked, scores = evenly(strength), list[int](), list[float]()
    while len(asked) < questions:
        left = [one for one in range(len(pool.ease)) if one not in asked]
        told = information(strength, weights, pool.rows(left), CUT)
        asked.append(left[int(told.argmax())] if way == "most telling" else int(rng.choice(left)))
        place = asked[-1]
        slip = 0.08 + 0.02 * (place % len(LEVELS))
        scores.append(float(dice[place] < (1.0 - slip if state[place // len(LEVELS)] else pool.guess[place])))
        weights = weigh(strength, pool.rows(asked), np.array(scores), nothing_passed(len(asked)))
    return float(((known(strength, weights, CUT) >= 0.5) == state).mean())
