"""What is served, as a predictor: it looks at nothing it may not know, and is never far behind the classic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlcore import Answer, load_tutor
from mlcore.algorithms.champion import Champion, champion_from, predict_next
from mlcore.algorithms.eb_irt import EbIrt
from mlcore.episodes import episodes_in
from mlcore.fitting import calibrate
from mlcore.inference import Knowledge
from mlcore.interactions import Interactions, Numbers
from tests.mlcore.conftest import log_of, rasch_cohort


@pytest.fixture(scope="module")
def course() -> Interactions:
    return rasch_cohort(learners=160, answers=25, seed=1)


@pytest.fixture(scope="module")
def champion(course: Interactions) -> Champion:
    return champion_from().fit(course.of_learners(np.arange(100)), course, seed=0)


def log_loss(chances: Numbers, correct: Numbers) -> float:
    return -float(np.mean(np.log(np.where(correct > 0.5, chances, 1.0 - chances))))


def test_the_next_answer_is_predicted_from_all_before_and_none_after(course: Interactions, champion: Champion) -> None:
    test = course.of_learners(np.arange(100, 110))
    changed = replace(test, correct=np.where(test.position >= 12, 1.0 - test.correct, test.correct))

    one, other = champion.predict_next(test), champion.predict_next(changed)

    np.testing.assert_array_equal(one[test.position <= 12], other[test.position <= 12])
    assert (one[test.position == 13] != other[test.position == 13]).all()
    np.testing.assert_allclose(one[test.position == 7], champion.predict_after(test, 7)[test.position == 7], atol=1e-9)


def test_the_champion_is_what_the_tutor_serves(course: Interactions, champion: Champion) -> None:
    tutor = load_tutor().with_calibration(champion.calibration or b"")
    test = course.of_learners(np.array([150]))
    history = [
        Answer(course.item_names[item], [course.skill_names[skill] for skill in skills if skill >= 0], right)
        for item, skills, right in zip(test.item, test.skills, test.correct, strict=True)
    ]

    belief, questions = tutor.fold(tutor.begin(), history[:10]), [answer.question for answer in history[10:]]
    chances = [tutor.predict(belief, [question], ahead=between)[0][0] for between, question in enumerate(questions)]

    np.testing.assert_allclose(chances, champion.predict_after(test, 10)[10:], atol=1e-7)


def test_the_champion_keeps_up_with_the_classic_in_a_world_made_for_it(
    course: Interactions, champion: Champion
) -> None:
    """In a Rasch world nothing can beat Rasch; the average must not lose much to it."""
    test = course.of_learners(np.arange(100, 160))
    classic = EbIrt().fit(course.of_learners(np.arange(100)), course, seed=0)

    assert (
        log_loss(champion.predict_next(test), test.correct) < log_loss(classic.predict_next(test), test.correct) + 0.012
    )


def test_calibration_trusts_the_network_less_where_it_misleads(course: Interactions) -> None:
    """Answers turned upside down for the network: its bias says 'right' where the course says 'wrong'."""
    checkpoint = champion_from().checkpoint
    head_bias = checkpoint.weights.head_bias.copy()
    head_bias[0] += 3.0
    misled = replace(checkpoint.weights, head_bias=head_bias)
    prior = replace(checkpoint.prior, network_weight=0.8)

    good, bad = (calibrate(weights, prior, episodes_in(course)) for weights in (checkpoint.weights, misled))

    assert bad.network_weight * bad.slope < good.network_weight * good.slope
    assert bad.shift < good.shift - 0.3
    knowledge = Knowledge(misled, bad)
    chances = predict_next(knowledge, episodes_in(course))
    assert (
        log_loss(chances, course.correct)
        < log_loss(EbIrt().fit(course, course, 0).predict_next(course), course.correct) + 0.03
    )


def test_first_answers_that_go_worse_than_later_ones_are_expected_to() -> None:
    """Everybody fails at first, and then finds their feet."""
    rng = np.random.default_rng(3)
    course = rasch_cohort(learners=160, answers=25, seed=2)
    stumbles = (course.position < 3) & (rng.random(len(course)) < 0.7)
    course = replace(course, correct=np.where(stumbles, 0.0, course.correct))
    champion = champion_from().fit(course.of_learners(np.arange(100)), course, seed=0)
    assert champion.calibration
    bent = champion.calibration
    unstaged = replace(
        champion, calibration=replace(bent, stages=np.zeros_like(bent.stages), head=np.zeros_like(bent.head))
    )
    test = course.of_learners(np.arange(100, 160))
    first, later = test.position < 3, test.position >= 3

    classic = EbIrt().fit(course.of_learners(np.arange(100)), course, seed=0)

    staged, flat, known = (
        log_loss(one.predict_next(test)[first], test.correct[first]) for one in (champion, unstaged, classic)
    )
    staged_later, known_later = (
        log_loss(one.predict_next(test)[later], test.correct[later]) for one in (champion, classic)
    )

    assert staged < min(flat, known) - 0.02
    assert staged_later < known_later + 0.003


def test_a_course_where_nearly_everyone_is_always_right_does_not_make_learners_infinitely_different() -> None:
    rng = np.random.default_rng(5)
    learners, items = 600, 8
    chance = np.where(rng.random(learners) < 0.9, 0.995, 0.4)
    correct = (rng.random((learners, items)) < chance[:, None]).astype(float).ravel()
    who, what = np.divmod(np.arange(learners * items), items)
    log = log_of(who, what, np.zeros((len(who), 1), np.int64), correct)

    fitted = EbIrt().fit(log, log, seed=0)

    assert 1.0 < fitted.calibration.population.ability_sd < 2.0
