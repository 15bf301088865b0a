"""Several learners at once: their next questions predicted, their answers taken in, and their mastery."""

from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import Answer, Item
from tests.mlcore.histories import random_history

ITEMS = [Item("new", ["new"]), Item("q", []), Item(3, ["a", "b"], difficulty=5, modality="video"), Item(4, ["a"])]


@pytest.mark.parametrize("learners", [1, 2, 9])
def test_many_at_once_are_told_what_each_is_told_alone(learners: int) -> None:
    tutor = mlcore.load_tutor()
    histories = [random_history(np.random.default_rng(seed), 5 * seed) for seed in range(learners)]
    beliefs = [tutor.fold(tutor.begin(), history) for history in histories]
    chosen = np.arange(3 * learners) % len(ITEMS)
    prompts, owner = tutor.prepare(ITEMS), np.repeat(np.arange(learners), 3)

    together = np.stack(tutor.predict_each(beliefs, prompts.rows(chosen), owner), axis=1)

    told = [tutor.predict(beliefs[who], [ITEMS[item]]) for who, item in zip(owner, chosen, strict=True)]
    alone = [[chance[0], sd[0]] for chance, sd in told]
    assert together == pytest.approx(np.array(alone), abs=1e-6)  # the network counts in single precision


def test_a_belief_of_another_checkpoint_is_refused_among_many() -> None:
    tutor = mlcore.load_tutor()
    stranger = replace(tutor.begin(), tag=tutor.tag + 1)

    with pytest.raises(ValueError, match="of another checkpoint"):
        tutor.predict_each([tutor.begin(), stranger], tutor.prepare(ITEMS), np.zeros(len(ITEMS), np.int64))


@pytest.mark.parametrize("learners", [1, 2, 9])
def test_of_many_answers_at_once_the_same_is_believed_as_of_each_alone(learners: int) -> None:
    tutor = mlcore.load_tutor()
    histories = [random_history(np.random.default_rng(seed), 5 * seed + 1) for seed in range(learners)]
    before = [tutor.fold(tutor.begin(), history[:-1]) for history in histories]
    bytes_before = [belief.to_bytes() for belief in before]
    skills = sorted({skill for history in histories for answer in history for skill in answer.skills}, key=str)

    after = tutor.fold_each(before, [history[-1] for history in histories])

    alone = [tutor.fold(belief, history[-1:]) for belief, history in zip(before, histories, strict=True)]
    for together, one in zip(after, alone, strict=True):
        for name, array in one.arrays().items():
            assert together.arrays()[name] == pytest.approx(array, abs=1e-5), name  # in single precision
    assert [belief.to_bytes() for belief in before] == bytes_before
    assert tutor.mastery_each(alone, skills) == [tutor.mastery(belief, skills) for belief in alone]


def test_an_answer_of_a_stranger_is_refused_among_many() -> None:
    tutor, answer = mlcore.load_tutor(), Answer("q", ["a"], 1.0)
    stranger = replace(tutor.begin(), tag=tutor.tag + 1)

    with pytest.raises(ValueError, match="of another checkpoint"):
        tutor.fold_each([tutor.begin(), stranger], [answer, answer])
    with pytest.raises(ValueError, match="of another checkpoint"):
        tutor.mastery_each([tutor.begin(), stranger], ["a"])
