"""The recurrent policy for one learner: what is kept of it, and what it makes of lessons."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.sequencing.courses import Courses
from mlcore.sequencing.law import Shown
from mlcore.sequencing.one_learner import (
    MOST_SKILLS,
    Graph,
    Visit,
    after,
    begin,
    gains,
    to_bytes,
    with_bytes,
)
from mlcore.sequencing.sequencer import Memory, Sequencer


@pytest.fixture(scope="module")
def sequencer() -> Sequencer:
    return load_sequencer()


def chain(skills: int) -> Graph:
    """Every skill builds on the one before it."""
    return Graph(np.eye(skills, k=-1, dtype=bool), np.full(skills, 3.0))


def some_lessons(sequencer: Sequencer, skills: int) -> Memory:
    rng, memory = np.random.default_rng(skills), begin(sequencer, chain(skills))
    for _ in range(12):
        right = float(rng.integers(0, 4))
        memory = after(sequencer, memory, Visit(int(rng.integers(skills)), right, 3.0 - right))
    return memory


def test_one_learner_is_taught_as_a_row_of_many(sequencer: Sequencer) -> None:
    graph, visits = chain(5), [Visit(0, 2.0, 1.0), Visit(1, 0.0, 3.0), Visit(0, 1.0, 0.0)]
    memory = begin(sequencer, graph)
    real = np.ones((2, 5), bool)
    both = sequencer.begin(Courses(np.stack([graph.builds_on] * 2), real, np.full((2, 5), 3.0)))
    for visit in visits:
        memory = after(sequencer, memory, visit)
        shown = Shown(np.zeros((2, 5)), np.zeros((2, 5)))
        shown.right[:, visit.skill], shown.wrong[:, visit.skill] = visit.right, visit.wrong
        both = sequencer.observe(both, np.full(2, visit.skill), shown)

    np.testing.assert_allclose(gains(sequencer, memory), sequencer.gains(both)[1], atol=1e-4)


def test_more_answers_than_it_was_trained_on_count_by_their_share(sequencer: Sequencer) -> None:
    blank = begin(sequencer, chain(4))

    ten, three = (after(sequencer, blank, visit) for visit in (Visit(0, 8.0, 2.0), Visit(0, 2.4, 0.6)))

    np.testing.assert_allclose(ten.hidden, three.hidden, atol=1e-6)


@pytest.mark.parametrize("skills", [2, 75, 76, MOST_SKILLS])
def test_who_comes_back_from_bytes_goes_on_in_exactly_the_same_way(sequencer: Sequencer, skills: int) -> None:
    memory = some_lessons(sequencer, skills)

    data = to_bytes(memory)
    again = with_bytes(begin(sequencer, chain(skills)), data)

    assert len(data) < 10_000
    np.testing.assert_array_equal(again.hidden, memory.hidden)
    visit = Visit(1, 1.0, 0.0)
    one, other = (gains(sequencer, after(sequencer, each, visit)) for each in (memory, again))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1], lambda data: b"", lambda data: data[:-4] + b"\xff" * 4, lambda data: b"ab" + data[2:] * 2],
)
def test_bytes_that_hold_no_memory_of_the_course_are_refused(sequencer: Sequencer, spoil: object) -> None:
    assert callable(spoil)

    with pytest.raises(ValueError, match="memory"):
        with_bytes(begin(sequencer, chain(3)), spoil(to_bytes(some_lessons(sequencer, 3))))


def test_what_opens_most_of_what_is_ahead_is_worth_most_until_it_is_known(sequencer: Sequencer) -> None:
    fan = np.zeros((6, 6), bool)
    fan[2:, 0] = True  # four skills build on the first, none on the second
    memory = begin(sequencer, Graph(fan, np.full(6, 3.0)))

    before = gains(sequencer, memory)
    for _ in range(3):
        memory = after(sequencer, memory, Visit(0, 3.0, 0.0))
    now = gains(sequencer, memory)

    assert before.argmax() == 0
    assert now[0] < before[0]
    assert now[2:].min() > now[0]


def test_a_graph_is_one_and_not_too_large() -> None:
    for skills in (0, MOST_SKILLS + 1):
        with pytest.raises(ValueError, match="skills"):
            Graph(np.zeros((skills, skills), bool), np.full(skills, 3.0))
