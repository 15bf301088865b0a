"""Several learners' next questions, predicted at once."""

from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import Item
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
