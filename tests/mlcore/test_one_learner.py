"""Serving takes in one learner's answers in plain numbers; training walks through thousands in arrays. They agree."""

import time
from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import one_learner
from mlcore.belief import ABILITY, ABILITY_VAR, Belief
from mlcore.calibration import Prompts
from mlcore.episodes import episodes_of, questions_of
from mlcore.features import FEATURES
from mlcore.inference import believe, walk
from mlcore.memory import NEWTON_STEPS, whole_seconds
from mlcore.taking_in import take_in
from tests.mlcore.histories import random_history, rasch_cohort

CLOSE = {"rtol": 1e-4, "atol": 2e-5}


@pytest.fixture(scope="module")
def tutor() -> mlcore.Tutor:
    rng = np.random.default_rng(5)
    return mlcore.load_tutor().calibrated([*rasch_cohort(rng, 30), *(random_history(rng, 20) for _ in range(30))])


def test_a_thousand_histories_leave_the_same_belief_either_way(tutor: mlcore.Tutor) -> None:
    rng = np.random.default_rng(6)
    histories = [random_history(rng, int(rng.integers(1, 60))) for _ in range(1000)]
    many = believe(tutor.knowledge, episodes_of(histories), len(histories))

    for learner, history in enumerate(histories):
        alone, together = tutor.fold(tutor.begin(), history).arrays(), many.rows(slice(learner, learner + 1)).arrays()
        for name, array in alone.items():
            np.testing.assert_allclose(array, together[name], err_msg=name, **CLOSE)


@pytest.mark.parametrize("steps", [0, 1, NEWTON_STEPS])
def test_as_many_steps_move_the_belief_either_way(tutor: mlcore.Tutor, steps: int) -> None:
    rng = np.random.default_rng(10)
    histories = [random_history(rng, 30) for _ in range(20)]
    knowledge = replace(tutor.knowledge, steps=steps)
    many = believe(knowledge, episodes_of(histories), len(histories))

    for learner, history in enumerate(histories):
        alone = tutor.begin()
        take_in(knowledge, alone, history)
        together = many.rows(slice(learner, learner + 1)).arrays()
        for name, array in alone.arrays().items():
            np.testing.assert_allclose(array, together[name], err_msg=name, **CLOSE)


def test_without_steps_answers_are_counted_but_move_no_estimate(tutor: mlcore.Tutor) -> None:
    before, after = tutor.begin(), tutor.begin()
    take_in(replace(tutor.knowledge, steps=0), after, random_history(np.random.default_rng(11), 30))

    assert after.answered[0] == 30
    assert after.numbers[0, [ABILITY, ABILITY_VAR]].tolist() == before.numbers[0, [ABILITY, ABILITY_VAR]].tolist()
    np.testing.assert_allclose(after.context, before.context, atol=1e-6)  # it starts at the prior and drifts to it


def test_a_prompt_is_looked_up_the_same_either_way(tutor: mlcore.Tutor) -> None:
    items = [answer.question for answer in random_history(np.random.default_rng(7), 200)]
    many = tutor.calibration.weigh(questions_of(items))

    for row, item in enumerate(items):
        one, other = one_learner.prompt_of(tutor.calibration, item), _row(many, row)
        assert {name: getattr(one, name) for name in other} == pytest.approx(other)


def test_features_come_in_the_order_of_their_names(tutor: mlcore.Tutor) -> None:
    history = random_history(np.random.default_rng(8), 80)
    episodes = episodes_of([history])
    now = whole_seconds(episodes.outcomes.at)

    for step in walk(tutor.knowledge, episodes):
        answer = history[step.rows[0]]
        prompt = one_learner.prompt_of(tutor.calibration, answer.question)
        known = one_learner.recall(step.belief, prompt, tutor.calibration.population)
        described = one_learner.describe(step.belief, known, prompt, int(now[step.rows[0]]), tutor.calibration)
        for name, here, there in zip(FEATURES, described, step.foresight.features[0].tolist(), strict=True):
            assert here == pytest.approx(there, abs=1e-5), name


def test_an_answer_costs_the_same_after_a_long_history(tutor: mlcore.Tutor) -> None:
    history = random_history(np.random.default_rng(9), 3000)
    early, late = tutor.fold(tutor.begin(), history[:30]), tutor.fold(tutor.begin(), history)

    assert _quickest(tutor, late, history) < 3 * _quickest(tutor, early, history)


def _quickest(tutor: mlcore.Tutor, belief: Belief, history: list[mlcore.Answer]) -> float:
    taken = []
    for answer in history[:200]:
        began = time.perf_counter()
        tutor.observe(belief, answer)
        taken.append(time.perf_counter() - began)
    return min(taken)


def _row(prompts: Prompts, row: int) -> dict[str, float]:
    names = ("authored", "is_authored", "base", "sd", "item_answers", "skill_base", "skill_sd", "skill_answers")
    return {name: float(getattr(prompts, name)[row]) for name in names}
