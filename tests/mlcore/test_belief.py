import numpy as np
import pytest

import mlcore
from mlcore import Answer, Belief
from tests.mlcore.histories import random_history


@pytest.fixture(scope="module")
def tutor() -> mlcore.Tutor:
    return mlcore.load_tutor()


def same(one: Belief, other: Belief) -> bool:
    return one.to_bytes() == other.to_bytes() and all(
        (array == others).all() for array, others in zip(one.arrays().values(), other.arrays().values(), strict=True)
    )


def test_a_belief_reads_back_exactly(tutor: mlcore.Tutor) -> None:
    rng = np.random.default_rng(0)
    for length in (0, 1, 7, 200):
        belief = tutor.fold(tutor.begin(), random_history(rng, length))

        assert same(Belief.from_bytes(belief.to_bytes()), belief)


def test_going_through_bytes_after_each_answer_changes_nothing(tutor: mlcore.Tutor) -> None:
    history = random_history(np.random.default_rng(1), 100)

    belief = tutor.begin()
    for answer in history:
        belief = Belief.from_bytes(tutor.observe(belief, answer).to_bytes())

    assert same(belief, tutor.fold(tutor.begin(), history))


def test_a_belief_stays_below_two_thousand_bytes_whatever_is_answered(tutor: mlcore.Tutor) -> None:
    history = [
        Answer(f"item {n}", [f"skill {n} {m}" for m in range(20)], n % 2, seconds=n, modality=f"modality {n}", at=n)
        for n in range(300)
    ]

    assert len(tutor.fold(tutor.begin(), history).to_bytes()) < 2000


def test_the_old_belief_is_untouched(tutor: mlcore.Tutor) -> None:
    history = random_history(np.random.default_rng(2), 20)
    belief = tutor.fold(tutor.begin(), history)
    before = belief.to_bytes()

    tutor.fold(belief, history)
    tutor.predict(belief, [answer.question for answer in history])
    tutor.suggest(belief, [answer.question for answer in history], np.random.default_rng(0))

    assert belief.to_bytes() == before


def test_bytes_that_are_no_belief_are_refused(tutor: mlcore.Tutor) -> None:
    data = tutor.fold(tutor.begin(), random_history(np.random.default_rng(3), 30)).to_bytes()
    rng = np.random.default_rng(4)
    flipped = []
    for place in rng.integers(len(data), size=200):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        flipped.append(bytes(damaged))

    for bad in [b"", b"AdB1", data[:-1], data + b"\0", b"\x80\x04N.", *flipped]:
        with pytest.raises(ValueError, match=r"^belief: "):
            Belief.from_bytes(bad)


def test_a_belief_of_another_checkpoint_is_refused(tutor: mlcore.Tutor) -> None:
    stranger = mlcore.Tutor(tutor.weights, tutor.calibration, tag=tutor.tag + 1)

    with pytest.raises(ValueError, match="another checkpoint"):
        tutor.observe(stranger.begin(), Answer("q1", [], 1))
