"""Worlds do what the papers' equations say, and their wrappers only what they promise."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mlcore.interactions import Numbers
from mlcore.worlds.kss import LINKS, Abilities, KnowledgeStructure
from mlcore.worlds.memories import Memories, MemoryWorld, half_life, recall
from mlcore.worlds.planning import plan
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.tms import MasteryChain, binary, tree
from mlcore.worlds.world import Taken, builds_on
from tests.mlcore.lives import MANY, gain, rng, taught


def exact_gain(world: MasteryChain, moves: Numbers, horizon: int) -> float:
    """Of a policy that makes a plain Markov chain [p, p] of the world."""
    scores = world.patterns.mean(axis=1)
    start = scores[world.starts].mean()
    end = (np.linalg.matrix_power(moves, horizon)[world.starts] @ scores).mean()
    return float((end - start) / (1.0 - start))


def gated(world: MasteryChain) -> Numbers:
    """The chain of drawing any lesson on a skill that is lacking and whose prerequisites are not."""
    useful = world.lessons.ready(world.patterns) & ~world.patterns[:, world.lessons.skill]
    useful[~useful.any(axis=1)] = True
    chances = useful / useful.sum(axis=1, keepdims=True)
    return np.einsum("pl,lpq->pq", chances, world.transitions)


@pytest.mark.parametrize(
    ("horizon", "random", "gate", "oracle"), [(5, 0.320, 0.664, 0.717), (10, 0.557, 0.977, 0.992), (20, 0.818, 1, 1)]
)
def test_the_tree_gives_the_gains_measured_elsewhere(horizon: int, random: float, gate: float, oracle: float) -> None:
    world = tree()
    scores = world.patterns.mean(axis=1)
    start = scores[world.starts].mean()
    best = plan(world.transitions, scores, horizon).values[-1][world.starts].mean()

    assert exact_gain(world, world.transitions.mean(axis=0), horizon) == pytest.approx(random, abs=0.01)
    assert exact_gain(world, gated(world), horizon) == pytest.approx(gate, abs=0.01)
    assert (best - start) / (1.0 - start) == pytest.approx(oracle, abs=0.01)


def test_two_skills_give_the_gains_measured_elsewhere() -> None:
    world = binary()

    assert exact_gain(world, world.transitions.mean(axis=0), 5) == pytest.approx(0.745, abs=0.001)
    assert exact_gain(world, gated(world), 5) == pytest.approx(0.977, abs=0.001)


def test_the_plan_is_as_good_as_the_best_of_all_policies() -> None:
    world, horizon = binary(), 3
    scores = world.patterns.mean(axis=1)
    states = range(len(scores))
    best = np.full(len(scores), -np.inf)
    for choice in product(range(2), repeat=horizon * len(scores)):
        policy = np.array(choice).reshape(horizon, len(scores))
        value = scores
        for step in reversed(range(horizon)):
            value = np.array([world.transitions[policy[step, state], state] @ value for state in states])
        best = np.maximum(best, value)

    found = plan(world.transitions, scores, horizon)

    np.testing.assert_allclose(found.values[-1], best)


def test_chains_move_as_their_transitions_say() -> None:
    world = tree()
    lesson = np.full(MANY, 4)
    state = np.full(MANY, world.starts[1])

    after, _ = world.teach(state, Taken.by_all(lesson), rng())

    shares = np.bincount(after, minlength=31) / MANY
    np.testing.assert_allclose(shares, world.transitions[4, world.starts[1]], atol=0.03)


def test_nobody_masters_a_skill_before_its_prerequisites() -> None:
    world = tree()
    random = rng(1)

    _, after = taught(world, [random.integers(0, 7, 500) for _ in range(12)])

    held = world.mastery(after) > 0.5
    assert len(world.patterns) == 31
    assert not (held[:, :, None] & world.lessons.prerequisites & ~held[:, None, :]).any()


def test_a_lesson_that_does_not_stick_asks_and_teaches_nothing() -> None:
    for world in (tree(), KnowledgeStructure(), MemoryWorld("efc")):
        before = world.begin(200, rng())
        lesson = np.zeros(200, np.int64)

        after, answers = world.teach(before, Taken(lesson, np.zeros(200, bool)), rng())

        assert not np.isnan(answers.correct).any()
        assert (world.score(after) <= world.score(before) + 1e-12).all()


def test_concepts_give_about_the_gains_measured_elsewhere() -> None:
    world = KnowledgeStructure()
    random = rng(2)
    _, lost = states = taught(world, [random.integers(0, 10, MANY) for _ in range(20)])
    before = after = states[0]
    for _ in range(20):
        after, _ = world.teach(after, Taken.by_all(world.gains(after).argmax(axis=1)), random)

    assert gain(world, before, lost) == pytest.approx(0.12, abs=0.03)
    assert gain(world, before, after) == pytest.approx(0.56, abs=0.03)


def test_a_concept_spills_over_to_those_that_build_on_it_and_waits_for_those_before_it() -> None:
    world = KnowledgeStructure()
    able = np.array([[0.0] * 10, [0.0] * 10])
    able[1, 1] = 4.0
    state = Abilities(able, np.array([-1, -1]))

    first, _ = world.teach(state, Taken.by_all(np.array([1, 2])), rng())

    assert first.of[0, 1] == pytest.approx(2.5)
    assert first.of[0, 2] == pytest.approx(1.25)
    assert first.of[0, 8] == pytest.approx(2.5 * (0.5**2 + 0.5**3 + 0.5**4))  # by 3; by 3, 5; by 2, 4, 5
    assert first.of[1, 2] == pytest.approx(2.5 * np.exp(-1.0))


def test_a_concept_far_from_the_last_lesson_is_not_learned() -> None:
    world = KnowledgeStructure()
    state = Abilities(np.zeros((1, 10)), np.array([1]))

    after, _ = world.teach(state, Taken.by_all(np.array([6])), rng())

    assert (after.of == 0.0).all()
    assert len(LINKS) == world.lessons.prerequisites.sum()


def memories(meetings: float, right: float, delay: float, innate: float = 0.4, power: float = 0.3) -> Memories:
    def one(number: float) -> Numbers:
        return np.array([[number]])

    return Memories(np.array([50.0]), one(50.0 - delay), one(meetings), one(right), one(innate), one(power))


def test_a_half_life_halves() -> None:
    life = float(half_life(memories(3, 2, 0.0))[0, 0])

    assert life == pytest.approx(np.log(2.0) * np.exp(0.4 + 0.5 * 3 + 0.5 * 2))
    assert recall("hlr", memories(3, 2, 0.0)) == pytest.approx(1.0)
    assert recall("hlr", memories(3, 2, life)) == pytest.approx(0.5)
    assert recall("hlr", memories(3, 2, 2 * life)) == pytest.approx(0.25)


def test_forgetting_follows_the_published_laws() -> None:
    by_power = 1.0 / (1.0 + np.exp(-(np.log(3.0) + np.log(4.0) - 0.4))) / 6.0**0.3

    assert recall("efc", memories(3, 2, 5.0)) == pytest.approx(np.exp(-0.4 * 5.0 / 4.0))
    assert recall("gpl", memories(3, 2, 5.0)) == pytest.approx(by_power)


@pytest.mark.parametrize("law", ["efc", "hlr", "gpl"])
def test_the_expected_gain_is_what_lessons_add_on_average(law: str) -> None:
    world = WORLDS[law].make()
    random = rng(3)
    one = world.begin(1, random)
    state = Memories(*(np.repeat(getattr(one, name), MANY, axis=0) for name in one.__dataclass_fields__))
    lesson = np.full(MANY, 7)

    with_it, _ = world.teach(state, Taken.by_all(lesson), random)
    without, _ = world.teach(state, Taken(lesson, np.zeros(MANY, bool)), random)

    added = (world.score(with_it) - world.score(without)).mean()
    expected = world.gains(state)[0, 7]
    assert added == pytest.approx(expected, rel=0.15)  # the gain leaves out the lesson's own time


@pytest.mark.parametrize("name", WORLDS)
def test_the_same_seed_lives_the_same_lives(name: str) -> None:
    world = WORLDS[name].make()
    lessons = [rng(step).integers(0, len(world.lessons), 50) for step in range(6)]

    scores = [world.score(taught(WORLDS[name].make(), lessons, seed)[1]) for seed in (1, 1, 2)]

    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()
    assert ((scores[0] >= 0) & (scores[0] <= 1)).all()


@pytest.mark.parametrize("name", WORLDS)
def test_answers_are_about_questions_and_skills_of_the_course(name: str) -> None:
    world = WORLDS[name].make()
    state = world.begin(40, rng())

    _, answers = world.teach(state, Taken.by_all(rng().integers(0, len(world.lessons), 40)), rng())

    assert answers.item.shape == answers.skill.shape == answers.correct.shape
    assert answers.item.max() < world.items
    assert answers.skill.max() < world.lessons.skills
    assert set(np.unique(answers.correct)) <= {0.0, 1.0}
    assert world.mastery(state).shape == (40, world.lessons.skills)
    assert world.gains(state).shape == (40, len(world.lessons))


def test_skills_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="skill 0 cannot build on skill 1"):
        builds_on(2, [(1, 0)])
