"""What counts alone say of a skill."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from adaptive.counting import PRIOR_RIGHT, PRIOR_WRONG, SHARED, CountingTutor
from mlcore.answers import Answer, Item


@pytest.mark.parametrize(("right", "wrong"), [(0, 0), (4, 3), (12, 2), (0, 9)])
def test_the_interval_is_nearly_that_of_the_beta_posterior(right: int, wrong: int) -> None:
    tutor = CountingTutor()
    answers = [Answer(n, ["s"], int(n < right)) for n in range(right + wrong)]

    (mastery,) = tutor.mastery(tutor.fold(tutor.begin(), answers), ["s"])

    overall = (PRIOR_RIGHT + right) / (PRIOR_RIGHT + PRIOR_WRONG + right + wrong)
    exact = beta.ppf([0.05, 0.95], SHARED * overall + right, SHARED * (1 - overall) + wrong)
    assert 0 < mastery.low < mastery.mean < mastery.high < 1
    assert (mastery.low, mastery.high) == pytest.approx(tuple(exact), abs=0.15)
    assert mastery.answers == right + wrong


def test_many_at_once_are_told_what_each_is_told_alone() -> None:
    tutor = CountingTutor()
    items = [Item("q", ["s"], difficulty=2), Item("r", ["t"], difficulty=4)]
    beliefs = [tutor.fold(tutor.begin(), [Answer(n, ["s"], score) for n in range(5)]) for score in (0, 1)]

    chances, sds = tutor.predict_each(beliefs, [*items, *items], [0, 0, 1, 1])

    alone = [tutor.predict(belief, items) for belief in beliefs]
    assert chances == pytest.approx(np.concatenate([one for one, _ in alone]))
    assert sds == pytest.approx(np.concatenate([one for _, one in alone]))


def test_of_many_answers_at_once_the_same_is_believed_as_of_each_alone() -> None:
    tutor, answers = CountingTutor(), [Answer(1, ["s"], 1.0), Answer(2, ["t"], 0.0)]
    before = [tutor.fold(tutor.begin(), [Answer(n, ["s"], score) for n in range(5)]) for score in (0, 1)]

    after = tutor.fold_each(before, answers)

    assert after == [tutor.fold(belief, [answer]) for belief, answer in zip(before, answers, strict=True)]
    assert tutor.mastery_each(after, ["s", "t"]) == [tutor.mastery(belief, ["s", "t"]) for belief in after]
