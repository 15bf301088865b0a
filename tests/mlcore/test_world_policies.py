"""Policies keep inside their gates, remember what they should, and are as good as others have measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import mlcore
from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.worlds.circumstances import Within
from mlcore.worlds.living import NOT_JUDGED, Lives, live
from mlcore.worlds.planning import plan_of
from mlcore.worlds.policies.plain import Crowd, FixedOrder, Random
from mlcore.worlds.policies.policy import Choice, Moment, Policy
from mlcore.worlds.policies.registry import POLICIES, Models
from mlcore.worlds.policies.schedules import FixedIntervals, Leitner
from mlcore.worlds.policies.tracing import (
    GUESS,
    KNOWN_BEFORE,
    LEARNED,
    SLIP,
    MasteryThreshold,
    PrerequisiteGate,
    SuccessBand,
    Traced,
)
from mlcore.worlds.policies.zpdes import ZPDES
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.tms import tree
from mlcore.worlds.world import Answers, Lessons, builds_on
from tests.mlcore.lives import rng

CHAIN = Lessons.one_for_each(builds_on(3, [(0, 1), (1, 2)]))
MODELS = Models(mlcore.load_tutor(), load_sequencer())
TUTOR = MODELS.tutor
NOW = Moment(0, 10)


def made(name: str, world: str, horizon: int = 20) -> Policy:
    policy = POLICIES[name](WORLDS[world].make(), MODELS, horizon)
    assert policy is not None
    return policy


def gain(lives: Lives) -> float:
    return float((lives.end.mean() - lives.start.mean()) / (1.0 - lives.start.mean()))


def answered(skills: list[int], correct: list[float]) -> Answers:
    """One answer of each learner."""
    skill = np.array(skills)[:, None]
    return Answers(skill, skill, np.array(correct)[:, None])


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", [name for name in POLICIES if name != "ours_later"])  # "ours", by another law
def test_who_has_a_gate_keeps_inside_it(name: str, world: str) -> None:
    horizon = 8
    policy = POLICIES[name](WORLDS[world].make(), MODELS, horizon)
    if policy is None:
        return

    lives = live(WORLDS[world].make(), policy, 12, horizon, seed=1)

    has_gate = name not in ("random", "fixed_order", "leitner", "fixed_intervals", "true_greedy", "informed", "oracle")
    assert policy.name == name
    assert (lives.violations == (0 if has_gate else NOT_JUDGED)).all()
    assert (lives.lessons <= horizon).all()


@dataclass(frozen=True)
class Careless(Random):
    """Holds nothing admissible, and teaches all the same."""

    def choose(self, memory: Crowd, moment: Moment, rng: np.random.Generator) -> Choice:
        shape = memory.learners, len(memory.lessons)
        assert moment.truth is None
        return Choice.draw(np.ones(shape), rng, np.zeros(shape, bool))


def test_lessons_outside_the_gate_are_counted() -> None:
    assert (live(WORLDS["tms_tree"].make(), Careless(), 5, 7, seed=0).violations == 7).all()


@pytest.mark.parametrize(
    ("world", "horizon", "name", "expected"),
    [
        ("tms_tree", 10, "random", 0.557),
        ("tms_tree", 10, "true_gate", 0.977),
        ("tms_tree", 10, "true_greedy", 0.987),
        ("tms_tree", 10, "oracle", 0.992),
        ("tms_tree", 5, "oracle", 0.717),
        ("tms_binary", 5, "random", 0.745),
        ("tms_binary", 5, "oracle", 0.977),
        ("kss", 20, "random", 0.12),
        ("kss", 20, "true_greedy", 0.56),
    ],
)
def test_gains_are_those_measured_elsewhere(world: str, horizon: int, name: str, expected: float) -> None:
    lives = live(WORLDS[world].make(), made(name, world), 3000, horizon, seed=2)

    assert gain(lives) == pytest.approx(expected, abs=0.025)


def test_nobody_does_better_than_the_oracle() -> None:
    world = "tms_tree_own"
    gains = {name: gain(live(WORLDS[world].make(), made(name, world, 6), 1500, 6, seed=3)) for name in POLICIES_HERE}

    assert max(gains, key=lambda name: gains[name]) in ("oracle", "true_greedy")
    assert gains["oracle"] > max(gains[name] for name in ("random", "prerequisite_gate", "zpdes")) + 0.1


POLICIES_HERE = ("random", "prerequisite_gate", "mastery_threshold", "zpdes", "true_gate", "true_greedy", "oracle")


def test_the_oracle_looks_as_far_ahead_as_lessons_are_left() -> None:
    policy, chain = made("oracle", "tms_tree", 6), tree()
    found = plan_of(chain, 6)
    truth = Within(np.arange(31), np.zeros(31))
    memory = policy.begin(chain.lessons, 31)

    now, early = (policy.choose(memory, Moment(0, left, truth), rng()).lesson for left in (1, 6))

    np.testing.assert_array_equal(now, found.lessons[0])
    np.testing.assert_array_equal(early, found.lessons[5])
    assert (now != early).any()


@pytest.mark.parametrize("name", ["random", "zpdes", "ours", "leitner"])
def test_the_same_seed_makes_the_same_choices(name: str) -> None:
    lives = [live(WORLDS["efc"].make(), made(name, "efc"), 8, 6, seed) for seed in (4, 4, 5)]

    np.testing.assert_array_equal(lives[0].end, lives[1].end)
    assert (lives[0].start != lives[2].start).any()


def test_learners_are_the_same_under_every_policy() -> None:
    starts = [live(WORLDS["kss"].make(), made(name, "kss"), 50, 2, 6).start for name in ("random", "true_greedy")]

    np.testing.assert_array_equal(*starts)


def test_lessons_are_drawn_as_often_as_their_propensities_say() -> None:
    weights = np.tile([1.0, 0.0, 3.0, 0.0], (6000, 1))

    choice = Choice.draw(weights, rng())

    np.testing.assert_allclose(np.bincount(choice.lesson, minlength=4) / 6000, choice.propensities[0], atol=0.02)
    assert choice.propensities[0].tolist() == [0.25, 0.0, 0.75, 0.0]


def test_ties_for_the_best_lesson_are_drawn() -> None:
    choice = Choice.best(np.tile([1.0, 2.0, 2.0, -np.inf], (4000, 1)), rng())

    np.testing.assert_allclose(np.bincount(choice.lesson, minlength=4) / 4000, [0, 0.5, 0.5, 0], atol=0.03)


def test_tracing_follows_bayes() -> None:
    policy = PrerequisiteGate()
    learned = KNOWN_BEFORE + (1 - KNOWN_BEFORE) * LEARNED
    right = learned * (1 - SLIP) / (learned * (1 - SLIP) + (1 - learned) * GUESS)
    wrong = learned * SLIP / (learned * SLIP + (1 - learned) * (1 - GUESS))

    memory = policy.observe(policy.begin(CHAIN, 3), np.array([1, 1, 1]), answered([1, 1, 1], [1, 0, np.nan]))

    np.testing.assert_allclose(memory.known[:, 1], [right, wrong, KNOWN_BEFORE])
    np.testing.assert_allclose(memory.known[:, 0], KNOWN_BEFORE)


def knowing(*known: float) -> Traced:
    return Traced(CHAIN, np.array([known]))


def only(policy: Policy, memory: Traced) -> list[int]:
    return np.flatnonzero(policy.choose(memory, NOW, rng()).propensities[0]).tolist()


def test_the_gate_opens_what_builds_on_known_skills() -> None:
    assert only(PrerequisiteGate(), knowing(0.2, 0.2, 0.2)) == [0]
    assert only(PrerequisiteGate(), knowing(0.6, 0.2, 0.2)) == [1]
    assert only(PrerequisiteGate(), knowing(0.6, 0.6, 0.6)) == [0, 1, 2]


def test_the_mastery_threshold_stays_until_a_skill_is_mastered() -> None:
    assert only(MasteryThreshold(), knowing(0.94, 0.2, 0.2)) == [0]
    assert only(MasteryThreshold(), knowing(0.96, 0.2, 0.2)) == [1]
    assert only(MasteryThreshold(), knowing(0.99, 0.97, 0.98)) == [1]


def test_the_success_band_takes_what_is_neither_hard_nor_mastered() -> None:
    assert only(SuccessBand(), knowing(0.6, 0.75, 0.1)) == [1]
    assert only(SuccessBand(), knowing(0.96, 0.5, 0.1)) == [1]


def test_zpdes_opens_a_skill_after_success_and_values_progress() -> None:
    policy = ZPDES()
    memory = policy.begin(CHAIN, 2)
    first = policy.choose(memory, NOW, rng()).propensities
    for correct in ([0, 0], [0, 0], [1, 0], [1, 0]):
        memory = policy.observe(memory, np.array([0, 0]), answered([0, 0], correct))
    both = policy.choose(memory, NOW, rng()).propensities
    right = policy.observe(memory, np.array([0, 0]), answered([0, 0], [1, 0]))

    assert first.tolist() == [[1, 0, 0], [1, 0, 0]]
    assert memory.quality[0, 0] > memory.quality[1, 0]
    assert both[1].tolist() == [1, 0, 0]
    assert policy.choose(right, NOW, rng()).admissible.tolist() == [[True, True, False], [True, False, False]]


def test_the_informed_policy_believes_as_bayes_would() -> None:
    world = WORLDS["tms_binary"].make()
    policy = made("informed", "tms_binary", 5)
    seen = Answers(np.array([[0]]), np.array([[0]]), np.array([[1.0]]))

    belief = policy.observe(policy.begin(world.lessons, 1), np.array([0]), seen)[0]

    held = 0.5 + 0.5 * 0.6  # the published chance of the first lesson
    right = held * (1 - world.slip[0])
    assert belief[1] == pytest.approx(right / (right + (1 - held) * world.guess[0]))
    assert belief[2] == 0.0


def test_knowing_the_chances_helps_but_not_as_much_as_seeing_the_truth() -> None:
    names = ("zpdes", "prerequisite_gate", "informed", "oracle")
    gains = [gain(live(WORLDS["tms_tree_own"].make(), made(name, "tms_tree_own"), 1500, 10, 7)) for name in names]

    assert max(gains[:2]) + 0.02 < gains[2] < gains[3] - 0.01


def test_a_card_climbs_a_box_when_right_and_falls_when_wrong() -> None:
    policy = Leitner()
    memory = policy.begin(Lessons.one_for_each(np.zeros((3, 3), bool)), 2)
    boxes = []
    for correct in ([1, 1], [1, 0], [1, 0]):
        memory = policy.observe(memory, np.array([2, 2]), answered([2, 2], correct))
        boxes.append(memory.box[:, 2].tolist())

    assert boxes == [[1, 1], [2, 1], [3, 1]]
    assert policy.choose(memory, NOW, rng()).propensities == pytest.approx(np.array([[0.5, 0, 0.5]] * 2))


def test_fixed_intervals_double_whatever_was_answered() -> None:
    policy, taken = FixedIntervals(), []
    memory = policy.begin(Lessons.one_for_each(np.zeros((8, 8), bool)), 1)
    for _ in range(12):
        lesson = policy.choose(memory, NOW, rng()).lesson
        taken.append(int(lesson[0]))
        memory = policy.observe(memory, lesson, answered([int(lesson[0])], [0.0]))

    assert taken == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7]  # 0 is due again at 12


def test_a_fixed_order_comes_around() -> None:
    policy = FixedOrder()
    memory = policy.begin(CHAIN, 1)

    assert [int(policy.choose(memory, Moment(step, 9), rng()).lesson[0]) for step in range(4)] == [0, 1, 2, 0]
