"""Difficulty from words: learned where words carry it, harmless where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

import mlcore
from mlcore import Item
from mlcore.calibration import NOTHING, Calibration, Population, Table
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import episodes_in, questions_of
from mlcore.interactions import Interactions, Numbers
from mlcore.texts import Described, expectations, learn_difficulty
from tests.mlcore.worded import ANSWERED, ITEMS, answered, worded_course


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return worded_course()[0]


@pytest.fixture(scope="module")
def log() -> Interactions:
    return answered(worded_course()[1])


@pytest.fixture(scope="module")
def fit(log: Interactions) -> Calibration:
    return fit_difficulty(episodes_in(log), Population())


def found(expected: Table, items: list[Item]) -> tuple[Numbers, Numbers]:
    mean, sd, _ = expected.find(questions_of(items).item, np.nan)
    return mean, sd


def with_texts(items: list[Item], texts: list[str]) -> list[Item]:
    return [replace(item, text=text) for item, text in zip(items, texts, strict=True)]


def test_where_words_carry_difficulty_left_out_items_are_ranked_by_it(items: list[Item], fit: Calibration) -> None:
    mean, sd = found(expectations(Described(items, fit)), items[ANSWERED:])

    truth = worded_course()[1][ANSWERED:]
    assert spearmanr(mean, truth).statistic > 0.8
    assert (sd < 0.8 * fit.population.item_sd).all()
    deviation = truth - truth.mean() - (mean - mean.mean())
    assert np.mean(np.abs(deviation) < 1.645 * sd) > 0.75


def test_shuffled_texts_tell_nothing(items: list[Item], fit: Calibration) -> None:
    order = np.random.default_rng(2).permutation(ITEMS)
    shuffled = with_texts(items, [items[place].text or "" for place in order])

    model = learn_difficulty([Described(shuffled, fit)])

    assert model
    mean, sd = model.predict([item.text or "" for item in shuffled], 0.9)
    np.testing.assert_array_equal(mean, 0.0)
    np.testing.assert_array_equal(sd, 0.9)
    assert expectations(Described(shuffled, fit)) is NOTHING


def test_a_text_unlike_all_seen_is_as_uncertain_as_without_text(items: list[Item], fit: Calibration) -> None:
    model = learn_difficulty([Described(items, fit)])
    assert model

    mean, sd = model.predict(["integrate prove derive", "zwölf Boxkämpfer jagen quer", "", "?!"], 0.9)

    assert sd[0] < 0.7
    assert mean[0] > 0.5
    np.testing.assert_allclose(mean[1:], 0.0, atol=0.05)
    np.testing.assert_allclose(sd[1:], 0.9, rtol=0.02)


def test_answers_override_the_text(log: Interactions, items: list[Item], fit: Calibration) -> None:
    """A question whose words say that it is hard is answered right by all."""
    hard = int(np.argmax(worded_course()[1][:ANSWERED]))
    expected = expectations(Described(items, fit))
    beliefs = []
    for learners in (0, 3, 60):
        easy = (log.item == hard) & (log.learner < learners)
        kept = (log.item != hard) | easy
        shown = replace(log, correct=np.where(easy, 1.0, log.correct)).rows(kept)
        mean, _ = found(fit_difficulty(episodes_in(shown), Population(), expected).items, [items[hard]])
        beliefs.append(float(mean[0]))

    assert beliefs[0] > 0.8
    assert beliefs[0] > beliefs[1] > beliefs[2]
    assert beliefs[2] < 0.0


def test_a_known_items_own_answers_do_not_speak_for_it(items: list[Item], fit: Calibration) -> None:
    """Against a slow loop that solves anew without each item."""
    model = learn_difficulty([Described(items, fit)])
    assert model
    known = model.known
    own = model.vectors(known.texts)
    alike = (own @ own.T).toarray()

    mean, sd = model.predict_known()

    for row in (0, 17, 89):
        others = np.arange(len(known.texts)) != row
        parts = []
        for one in model.hypotheses:
            common = one.share * np.outer(known.item_sd, known.item_sd) * alike**one.power
            residual = np.diag((1 - one.share) * known.item_sd**2 + known.noise)
            whole = (common + known.of_skills + residual)[np.ix_(others, others)]
            solved = np.linalg.solve(whole, np.column_stack([known.difficulty[others], common[others, row]]))
            told = common[row, others] @ solved
            parts.append((one.chance, told[0], known.item_sd[row] ** 2 - told[1]))
        chance, means, variances = np.array(parts).T
        slow = chance @ means
        assert mean[row] == pytest.approx(slow, abs=1e-8)
        assert sd[row] ** 2 == pytest.approx(chance @ (variances + (means - slow) ** 2), abs=1e-8)


def test_few_answers_teach_less_than_many(items: list[Item], log: Interactions, fit: Calibration) -> None:
    few = fit_difficulty(episodes_in(log.of_learners(np.arange(12))), Population())

    spread = [
        found(expectations(Described(items, told)), items[ANSWERED:])[1].mean() / told.population.item_sd
        for told in (few, fit)
    ]

    assert spread[0] > spread[1] + 0.05


def test_another_course_with_the_same_words_helps_a_new_one(items: list[Item], fit: Calibration) -> None:
    blank = fit_difficulty(episodes_in(answered(worded_course()[1]).rows(np.arange(0))), Population())
    new = [Item(f"new{number}", ["other"], text=item.text) for number, item in enumerate(items)]

    helped = expectations(Described(new, blank), [Described(items, fit)])

    assert expectations(Described(new, blank)) is NOTHING
    assert spearmanr(found(helped, new)[0], worded_course()[1]).statistic > 0.8


def test_a_caller_may_bring_an_encoder_of_texts(items: list[Item], fit: Calibration) -> None:
    """One that sees only whether a question has the hardest verb."""

    def embed(texts: list[str]) -> Numbers:
        return np.array([[1.0, 0.0] if "integrate" in text else [0.0, 1.0] for text in texts])

    mean, _ = found(expectations(Described(items, fit), embed=embed), items[ANSWERED:])

    assert len(np.unique(mean.round(6))) == 2
    is_hard = np.array(["integrate" in (item.text or "") for item in items[ANSWERED:]])
    assert mean[is_hard].mean() > mean[~is_hard].mean()


def test_a_tutor_told_of_the_texts_predicts_new_items_better(items: list[Item], log: Interactions) -> None:
    tutor = mlcore.load_tutor()
    fit = fit_difficulty(episodes_in(log), tutor.calibration.population)
    histories = [
        [mlcore.Answer(items[i].item, items[i].skills, r) for i, r in zip(part.item, part.correct, strict=True)]
        for part in (log.of_learners(np.array([learner])) for learner in range(30))
    ]

    told = tutor.calibrated(histories, expectations(Described(items, fit)))
    chances, _ = told.predict(told.begin(), items[ANSWERED:])

    assert spearmanr(chances, -worded_course()[1][ANSWERED:]).statistic > 0.8
