"""The product's policy in its seat does what the product does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore.diversity import BY_MODALITY
from mlcore.effects.credit import Answered, ArmProgress, Lesson, give_credit
from mlcore.interactions import Codes, Numbers
from mlcore.retention import lasting
from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.worlds.circumstances import OneSticks
from mlcore.worlds.memories import MemoryWorld
from mlcore.worlds.policies.later import EARLIER, after_others, having_seen, shown
from mlcore.worlds.policies.plain import Random
from mlcore.worlds.policies.policy import Moment
from mlcore.worlds.policies.product import Ours
from mlcore.worlds.registry import measured
from mlcore.worlds.tms import tree
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

    later = having_seen(ours, shown(Random(), world, 25)[0])

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


IN_TWO_WAYS = Lessons(
    skill=np.array([0, 0, 1, 1]),
    prerequisites=builds_on(2, []),
    difficulty=np.full(4, 3.0),
    modality=np.array([0, 1, 0, 1]),
    kind=np.zeros(4, np.int64),
)


def test_ways_of_learning_earn_what_the_product_gives_credit_for() -> None:
    """A fold of the answers one by one, with expectations that the tutor tells before each of them."""
    policy = Ours(TUTOR)
    memory, belief = policy.begin(IN_TWO_WAYS, 1), TUTOR.begin()
    earned: dict[str, ArmProgress] = {}
    learned: dict[int, Lesson] = {}
    for step, (lesson, right) in enumerate([(0, 1.0), (1, 0.0), (3, 1.0), (1, 1.0)]):
        skill, way, at = lesson // 2, f"modality {lesson % 2}", memory.at
        items = skill * 2 + np.array([[0, 1]])
        answers = Answers(items, np.full((1, 2), skill), np.array([[right, 1.0]]))
        for item, correct in zip(items[0], (right, 1.0), strict=True):
            expected, _ = TUTOR.predict(belief, [mlcore.Item(f"question {item}", [f"skill {skill}"], modality=way)], at)
            give_credit(earned, learned, Answered(int(at), step + 1, way, correct - float(expected[0])), {skill: []})
            answer = mlcore.Answer(f"question {item}", [f"skill {skill}"], correct, modality=way, at=at)
            belief = TUTOR.fold(belief, [answer])
        memory = policy.observe(memory, np.array([lesson]), answers)

    assert memory.tried is not None
    (ours,) = memory.tried.earned
    assert set(ours) == set(earned) == {"modality 0", "modality 1"}
    for way, one in earned.items():
        assert (ours[way].answers, ours[way].weight) == (one.answers, one.weight)
        assert ours[way].total == pytest.approx(one.total, abs=1e-3)


def test_what_others_earned_moves_the_choice_of_a_modality_and_nothing_without_the_bandit() -> None:
    earlier = [
        {"modality 0": ArmProgress(20, 5.0, 1.5, 3.0), "modality 1": ArmProgress(20, 5.0, -1.5, 3.0)} for _ in range(40)
    ]

    after, alone = (
        policy.choose(policy.begin(IN_TWO_WAYS, 30), NOW, rng()).propensities.mean(axis=0)
        for policy in (Ours(TUTOR, earlier=earlier), Ours(TUTOR, earlier=earlier, has_bandit=False))
    )

    assert after[[0, 2]].sum() > 0.9
    assert alone[[0, 2]].sum() == pytest.approx(0.5, abs=1e-9)
    assert Ours(TUTOR).begin(CHAIN, 2).tried is None  # there is one way only


def test_no_window_of_what_is_offered_holds_too_much_of_what_seems_best() -> None:
    sure = [{"modality 0": ArmProgress(90, 60.0, 30.0, 30.0), "modality 1": ArmProgress(90, 60.0, -30.0, 30.0)}] * 40
    offered: dict[bool, Codes] = {}
    for has_guard in (True, False):
        policy = Ours(TUTOR, earlier=sure, has_guard=has_guard)
        memory, lessons = policy.begin(IN_TWO_WAYS, 3), []
        for _ in range(26):
            lesson = policy.choose(memory, NOW, rng()).lesson
            right = Answers(lesson[:, None] // 2 * 2, lesson[:, None] // 2, np.ones((3, 1)))
            memory = policy.observe(memory, lesson, right)
            lessons.append(lesson)
        offered[has_guard] = IN_TWO_WAYS.modality[np.stack(lessons, axis=1)]

    most = {
        has_guard: max(np.bincount(row[start : start + 20]).max() for row in rows for start in range(7))
        for has_guard, rows in offered.items()
    }
    assert most[True] == BY_MODALITY.most
    assert most[False] > BY_MODALITY.most


def test_who_comes_after_others_knows_what_they_earned() -> None:
    later = after_others(Ours(TUTOR), OneSticks("one", measured(tree(tests_all=False)), least=0.2, most=1.0), 3)

    assert len(later.earlier) == EARLIER
    assert sum(one.answers for own in later.earlier for one in own.values()) == EARLIER * 3 * 2


def test_between_equals_our_policy_keeps_to_the_order_of_the_course_as_the_product_does() -> None:
    policy = Ours(TUTOR)
    memory = policy.begin(Lessons.one_for_each(np.zeros((4, 4), bool)), 50)

    chances = policy.choose(memory, NOW, rng()).propensities.mean(axis=0)

    assert (np.diff(chances) < 0.0).all()
    assert chances[0] > 2.0 * chances[-1]
