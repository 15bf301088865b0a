import numpy as np
import pytest

from mlcore.algorithms.eb_irt import EbIrt, laplace_posterior
from mlcore.calibration import Population
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import episodes_in
from tests.mlcore.conftest import rasch_cohort


@pytest.mark.parametrize("answers", [0, 1, 5, 25])
def test_the_posterior_of_an_ability_is_near_the_integral(answers: int) -> None:
    rng = np.random.default_rng(answers)
    base, correct = rng.normal(0.5, 1.0, (1, max(answers, 1))), (rng.random((1, max(answers, 1))) < 0.6).astype(float)
    mask = np.full(base.shape, float(answers > 0))

    mean, variance = laplace_posterior(base, correct, mask, sd=1.1)

    grid = np.linspace(-8, 8, 8001)
    p = 1.0 / (1.0 + np.exp(-(base[0][:, None] + grid)))
    log_likelihood = (mask[0][:, None] * np.log(np.where(correct[0][:, None] > 0, p, 1 - p))).sum(0)
    density = np.exp(log_likelihood - 0.5 * (grid / 1.1) ** 2)
    density /= density.sum()
    assert mean[0] == pytest.approx(grid[density.argmax()], abs=2e-3)  # the mode, exactly
    assert mean[0] == pytest.approx(density @ grid, abs=0.12)
    assert variance[0] == pytest.approx(density @ (grid - density @ grid) ** 2, rel=0.15)


def test_difficulties_are_found_again() -> None:
    log = rasch_cohort(learners=400, answers=40, seed=3)
    truth = np.random.default_rng(3)
    truth.integers(24, size=400 * 40)
    truth.normal(size=400)
    difficulty = truth.normal(size=24)

    calibration = fit_difficulty(episodes_in(log), Population())

    first = [int(np.flatnonzero(log.item == item)[0]) for item in range(24)]
    found = -calibration.weigh(episodes_in(log).questions.rows(np.array(first))).base
    assert np.corrcoef(found, difficulty)[0, 1] > 0.98
    assert np.sqrt(np.mean((found - found.mean() - difficulty + difficulty.mean()) ** 2)) < 0.2
    assert 0.8 < calibration.population.ability_sd < 1.2


def test_the_order_of_learners_changes_no_difficulty() -> None:
    log = rasch_cohort(learners=30, answers=20, seed=4)
    episodes = episodes_in(log)
    shuffled = episodes.of_learners(np.random.default_rng(0).permutation(30))

    one, other = fit_difficulty(episodes, Population()), fit_difficulty(shuffled, Population())

    np.testing.assert_allclose(one.items.mean, other.items.mean, atol=1e-9)
    np.testing.assert_allclose(one.skills.mean, other.skills.mean, atol=1e-9)


def test_few_answers_of_others_leave_a_difficulty_wide() -> None:
    few = fit_difficulty(episodes_in(rasch_cohort(learners=3, answers=10, seed=5)), Population())
    many = fit_difficulty(episodes_in(rasch_cohort(learners=300, answers=10, seed=5)), Population())

    assert few.items.sd.min() > many.items.sd.max()
    assert few.items.sd.max() <= few.population.item_sd + 1e-9


def test_predictions_get_better_with_answers() -> None:
    log = rasch_cohort(learners=300, answers=30, seed=6)
    train, test = log.of_learners(np.arange(200)), log.of_learners(np.arange(200, 300))
    model = EbIrt().fit(train, train, seed=0)

    later = test.position >= 20
    losses = []
    for chances in (model.predict_after(test, 0), model.predict_after(test, 20), model.predict_next(test)):
        p, right = chances[later], test.correct[later]
        losses.append(-np.mean(right * np.log(p) + (1 - right) * np.log(1 - p)))

    assert losses[1] < losses[0] - 0.03
    assert losses[2] < losses[0] - 0.03
    assert np.isnan(model.predict_after(test, 20)[test.position < 20]).all()
