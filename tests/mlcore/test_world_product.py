"""The product's policy in its seat does what the product does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import mlcore
from mlcore.interactions import Codes, Numbers
from mlcore.retention import lasting
from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.worlds.memories import MemoryWorld
from mlcore.worlds.policies.later import after_others, having_seen, shown
from mlcore.worlds.policies.policy import Moment
from mlcore.worlds.policies.product import Ours
from mlcore.worlds.policies.schedules import FixedIntervals
from mlcore.worlds.world import Answers, Lessons, builds_on
from tests.mlcore.lives import rng

CHAIN = Lessons.one_for_each(builds_on(3, [(0, 1), (1, 2)]))
TUTOR = mlcore.load_tutor()
NOW = Moment(0, 10)


def test_our_policy_believes_what_the_tutor_believes() -> None:
    policy = Ours(TUTOR)
    memory = policy.begin(CHAIN, 3)
    beliefs = [TUTOR.begin() for _ in range(3)]
    for step in range(5):
        lesson = np.array([step % 3, 0, 2])
        items = lesson[:, None] * 2 + np.array([[0, 1]])
        correct = np.array([[1.0, step % 2], [0.0, np.nan], [np.nan, np.nan]])
        at = memory.at
        memory = policy.observe(memory, lesson, Answers(items, lesson[:, None].repeat(2, axis=1), correct))
        seen = [(items[row], correct[row], at) for row in range(3)]
        beliefs = [fold(*each) for each in zip(beliefs, lesson, seen, strict=True)]

    for row, belief in enumerate(beliefs):
        ours = memory.beliefs.rows(slice(row, row + 1)).arrays()
        for name, expected in belief.arrays().items():
            np.testing.assert_allclose(ours[name], expected, rtol=1e-4, atol=1e-6, err_msg=name)


def fold(belief: mlcore.Belief, lesson: int, seen: tuple[Codes, Numbers, float]) -> mlcore.Belief:
    items, correct, at = seen
    answers = [
        mlcore.Answer(f"question {item}", [f"skill {lesson}"], right, modality="modality 0", at=at)
        for item, right in zip(items, correct, strict=True)
        if not np.isnan(right)
    ]
    return TUTOR.fold(belief, answers)


def test_our_policy_draws_by_the_propensities_it_reports() -> None:
    policy = Ours(TUTOR)
    memory = policy.begin(Lessons.one_for_each(np.zeros((4, 4), bool)), 400)

    choice = policy.choose(memory, NOW, rng())

    np.testing.assert_allclose(choice.propensities.sum(axis=1), 1.0)
    np.testing.assert_allclose(
        np.bincount(choice.lesson, minlength=4) / 400, choice.propensities.mean(axis=0), atol=0.1
    )


def test_the_recurrent_policy_is_judged_as_it_is_served() -> None:
    """Inside the product's gate, drawn with the floor, and by what the sequencer says of the lessons."""
    sequencer, standard = load_sequencer(), Ours(TUTOR)
    served = Ours(TUTOR, sequencer)

    memory, lesson = served.begin(CHAIN, 2), np.array([0, 0])
    for _ in range(3):
        right = Answers(np.zeros((2, 1), np.int64), lesson[:, None], np.array([[1.0], [0.0]]))
        memory = served.observe(memory, lesson, right)
    choice = served.choose(memory, NOW, rng())

    assert choice.admissible is not None
    assert choice.admissible.tolist() == [[True, True, False], [True, False, False]]
    assert (choice.propensities[0, :2] >= 0.02).all()
    gains = sequencer.gains(memory.recurrent)[0]
    assert choice.propensities[0].argmax() == gains[:2].argmax() == 1
    plain = standard.choose(replace(memory, recurrent=None), NOW, rng())
    assert not np.allclose(plain.propensities[0], choice.propensities[0])


def test_who_comes_after_others_is_taught_by_the_law_that_they_showed() -> None:
    """Where forgetting is fast: the chance to recall a month later what was answered right once."""
    world, ours = MemoryWorld("hlr"), Ours(TUTOR)

    later = having_seen(ours, shown(FixedIntervals(), world, 25))

    truth = world.begin(200, rng())
    once = truth.met(np.ones_like(truth.last, bool), np.ones_like(truth.last))
    after_a_month = float(world.mastery(once.at(once.now + 30.0)).mean())
    expected = [lasting(one.paces, one.law) for one in (later, ours)]
    assert later.law != ours.law
    assert abs(expected[0] - after_a_month) < 0.7 * abs(expected[1] - after_a_month)


def test_where_nobody_shows_better_the_usual_law_stays() -> None:
    """Three lessons tell too little of forgetting."""
    later = after_others(Ours(TUTOR), MemoryWorld("efc"), 3)

    assert later.law == Ours(TUTOR).law
