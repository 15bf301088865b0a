import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

import mlcore
from mlcore import Answer, Belief, Item
from mlcore.belief import ABILITY, ABILITY_VAR, S_EFFECT, S_VAR
from mlcore.interactions import Numbers
from mlcore.prospects import prospects_alone
from tests.mlcore.histories import random_history, rasch_cohort

ANYTHING = [Item("new", ["new"]), Item("q", []), Item(3, ["a", "b"], difficulty=5, modality="video")]


@pytest.fixture(scope="module")
def tutor() -> mlcore.Tutor:
    return mlcore.load_tutor()


def log_loss(chances: Numbers, correct: Numbers) -> float:
    return -float(np.mean(np.log(np.where(correct > 0.5, chances, 1.0 - chances))))


def test_serving_needs_no_torch_pandas_scipy_or_sklearn() -> None:
    code = (
        "import sys, mlcore; tutor = mlcore.load_tutor(); "
        "tutor.calibrated([[mlcore.Answer('q', ['s'], 1)]]); "
        "print([name for name in ('torch', 'pandas', 'scipy', 'sklearn', 'django') if name in sys.modules])"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_is_unknown_is_predicted_with_a_wide_spread(tutor: mlcore.Tutor) -> None:
    chances, sds = tutor.predict(tutor.begin(), ANYTHING)

    assert ((chances > 0.2) & (chances < 0.95)).all()
    assert (sds > 0.1).all()


def test_folding_many_is_exactly_observing_one_by_one(tutor: mlcore.Tutor) -> None:
    history = random_history(np.random.default_rng(0), 150)

    one_by_one = tutor.begin()
    for answer in history:
        one_by_one = tutor.observe(one_by_one, answer)

    assert tutor.fold(tutor.begin(), history).to_bytes() == one_by_one.to_bytes()
    assert tutor.fold(tutor.fold(tutor.begin(), history[:70]), history[70:]).to_bytes() == one_by_one.to_bytes()


def test_right_answers_raise_the_chances_and_wrong_ones_lower_them(tutor: mlcore.Tutor) -> None:
    before = tutor.predict(tutor.begin(), [Item("next", ["fractions"])])[0]

    right = tutor.fold(tutor.begin(), [Answer(n, ["fractions"], 1) for n in range(4)])
    wrong = tutor.fold(tutor.begin(), [Answer(n, ["fractions"], 0) for n in range(4)])

    assert tutor.predict(right, [Item("next", ["fractions"])])[0] > before
    assert tutor.predict(wrong, [Item("next", ["fractions"])])[0] < before


def test_harder_items_are_answered_right_less_often(tutor: mlcore.Tutor) -> None:
    chances, _ = tutor.predict(tutor.begin(), [Item("q", ["s"], difficulty=level) for level in (1, 2, 3, 4, 5)])

    assert (np.diff(chances) < 0).all()


@pytest.mark.parametrize("pattern", ["right", "wrong", "alternating", "half", "backwards", "strange"])
def test_no_history_breaks_a_belief(tutor: mlcore.Tutor, pattern: str) -> None:
    answers = {
        "right": lambda n: Answer("q", ["s"], 1, seconds=0, at=n),
        "wrong": lambda n: Answer("q", ["s"], 0, hints=10**9, at=n),
        "alternating": lambda n: Answer(n, [n % 7], n % 2),
        "half": lambda n: Answer("q", ["s"], 0.5, seconds=1e14),
        "backwards": lambda n: Answer("q", [n % 3], 1, at=2e9 - 1e6 * n),
        "strange": lambda n: Answer("", ["", n], n % 3 == 0, difficulty=1, at=-(10.0**12) if n % 2 else 1e15),
    }[pattern]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        belief = tutor.fold(tutor.begin(), [answers(n) for n in range(500)])
        chances, sds = tutor.predict(belief, [*ANYTHING, Item("q", ["s"])], at=5.0)

    assert Belief.from_bytes(belief.to_bytes())
    assert ((chances > 0) & (chances < 1)).all()
    assert np.isfinite(sds).all()


def test_a_hundred_thousand_right_answers_at_once_are_like_many(tutor: mlcore.Tutor) -> None:
    """The context and its covariance converge, so later answers find what earlier ones left."""
    belief = tutor.fold(tutor.begin(), [Answer("q", ["s"], 1)] * 900)
    belief.answered[:] = 2**32 - 2
    belief.numbers[:, 2] = 65535.0

    belief = tutor.fold(belief, [Answer("q", ["s"], 1)] * 50)

    assert tutor.predict(belief, [Item("q", ["s"])])[0] > 0.95
    assert np.linalg.eigvalsh(belief.covariance[0]).min() > 0


def test_mastery_moves_with_the_answers_and_its_spread_only_shrinks(tutor: mlcore.Tutor) -> None:
    rng = np.random.default_rng(5)
    belief = tutor.begin()
    before = tutor.mastery(belief, ["fractions", "unseen"])
    assert before[0].answers == 0
    assert 0.3 < before[0].mean < 0.9

    for count in range(1, 60):
        right = bool(rng.random() < 0.7)
        belief = tutor.observe(belief, Answer(count, ["fractions"], right))
        after = tutor.mastery(belief, ["fractions", "unseen"])
        assert after[0].answers == count
        assert (after[0].mean > before[0].mean) is right
        assert after[0].sd <= before[0].sd
        assert after[1].sd <= before[1].sd
        assert after[0].low > before[0].low if right else after[0].high < before[0].high
        before = after
    assert before[0].sd < 0.12


def test_in_an_easy_course_too_the_spread_only_shrinks(tutor: mlcore.Tutor) -> None:
    """Cut to what the mean allows, sqrt(mean (1 - mean)), it would grow with a wrong answer."""
    rng = np.random.default_rng(8)
    easy = tutor.with_calibration(replace(tutor.calibration, level=3.0))
    grown = []

    for _ in range(20):
        belief, talent, seen = easy.begin(), rng.random(), []
        for count in range(20):
            seen += easy.mastery(belief, ["s"])
            belief = easy.observe(belief, Answer(count % 7, ["s"], rng.random() < talent))
        spreads = np.array([each.sd for each in seen])
        assert (np.diff(spreads) <= 0).all()
        assert all(0 < each.low < each.mean < each.high < 1 for each in seen)
        cut = np.minimum(spreads, [np.sqrt(each.mean * (1 - each.mean)) for each in seen])
        grown.append(np.diff(cut).max())

    assert max(grown) > 0.02


def test_mastery_lies_within_its_interval_nine_times_in_ten(tutor: mlcore.Tutor) -> None:
    """Logits drawn from the belief, against the ends of the interval; the tutor's course bends them."""
    tutor = tutor.with_calibration(replace(tutor.calibration, slope=0.8, shift=0.3))
    belief = tutor.fold(tutor.begin(), [Answer(n, ["s"], int(n % 4 > 0)) for n in range(7)])
    (mastery,) = tutor.mastery(belief, ["s"])

    drawn = np.random.default_rng(2).normal(size=(2, 200_000))
    ability = belief.numbers[0, ABILITY] + np.sqrt(belief.numbers[0, ABILITY_VAR]) * drawn[0]
    effect = belief.skill_numbers[0, 0, S_EFFECT] + np.sqrt(belief.skill_numbers[0, 0, S_VAR]) * drawn[1]
    chance = 1 / (1 + np.exp(-0.3 - 0.8 * (tutor.calibration.level + ability + effect)))

    assert (mastery.low, mastery.high) == pytest.approx(tuple(np.quantile(chance, [0.05, 0.95])), abs=2e-3)
    assert mastery.mean == pytest.approx(chance.mean(), abs=0.01)
    assert chance.std() < mastery.sd


def test_an_ability_found_step_by_step_is_near_the_one_found_at_once(tutor: mlcore.Tutor) -> None:
    """Assumed-density filtering against the mode and curvature of the whole posterior, by a slow grid."""
    rng = np.random.default_rng(6)
    plain = replace(tutor.calibration, population=replace(tutor.calibration.population, effect_sd=1e-3, item_sd=1e-3))
    plain = replace(plain, population=replace(plain.population, skill_sd=1e-3, effect_floor=1e-9))
    tutor = tutor.with_calibration(plain)
    grid = np.linspace(-6, 6, 4001)
    sd = plain.population.ability_sd
    for length in (1, 5, 20, 60):
        right = rng.random(length) < 0.7
        belief = tutor.fold(tutor.begin(), [Answer(n, ["s"], int(r)) for n, r in enumerate(right)])

        p = 1.0 / (1.0 + np.exp(-(plain.level + grid)))
        density = np.exp(right.sum() * np.log(p) + (~right).sum() * np.log(1 - p) - 0.5 * (grid / sd) ** 2)
        density /= density.sum()
        mean = float(density @ grid)
        spread = float(np.sqrt(density @ (grid - mean) ** 2))

        assert abs(belief.numbers[0, 0] - mean) < 0.35 * spread
        assert abs(np.sqrt(belief.numbers[0, 1]) - spread) < 0.25 * spread


def test_calibrating_with_nobody_changes_nothing(tutor: mlcore.Tutor) -> None:
    belief = tutor.fold(tutor.begin(), random_history(np.random.default_rng(7), 9))

    for nobody in ([], [[]], [[], []]):
        assert (tutor.calibrated(nobody).predict(belief, ANYTHING)[0] == tutor.predict(belief, ANYTHING)[0]).all()


def test_twenty_learners_help_the_next_ones(tutor: mlcore.Tutor) -> None:
    cohort = rasch_cohort(np.random.default_rng(8), 80)
    helped = tutor.calibrated(cohort[:20])

    losses = []
    for each in (tutor, helped):
        chances = [
            each.predict(each.fold(each.begin(), answers[:5]), _asked(answers[5:]))[0] for answers in cohort[20:]
        ]
        correct = [answer.correct for answers in cohort[20:] for answer in answers[5:]]
        losses.append(log_loss(np.concatenate(chances), np.array(correct)))

    assert losses[1] < losses[0] - 0.02


def _asked(answers: list[Answer]) -> list[Item]:
    return [answer.question for answer in answers]


def test_the_order_of_learners_does_not_matter_to_calibration(tutor: mlcore.Tutor) -> None:
    rng = np.random.default_rng(9)
    cohort = rasch_cohort(rng, 30)
    shuffled = [cohort[place] for place in rng.permutation(30)]

    one, other = (
        tutor.calibrated(learners).predict(tutor.begin(), _asked(cohort[0]))[0] for learners in (cohort, shuffled)
    )

    np.testing.assert_allclose(one, other, atol=1e-9)


def test_calibrating_again_counts_no_answer_twice(tutor: mlcore.Tutor) -> None:
    cohort = rasch_cohort(np.random.default_rng(13), 30)

    once, again = tutor.calibrated(cohort), tutor.calibrated(cohort).calibrated(cohort)

    assert again.calibration.to_bytes() == once.calibration.to_bytes()
    undone = again.with_calibration(once.calibration).calibrated([])
    assert undone.calibration.to_bytes() == tutor.calibration.to_bytes()


def test_a_calibration_travels_as_bytes(tutor: mlcore.Tutor) -> None:
    helped = tutor.calibrated(rasch_cohort(np.random.default_rng(10), 25))
    data = helped.calibration.to_bytes()

    back = tutor.with_calibration(data)

    assert back.calibration.to_bytes() == data
    assert (back.predict(back.begin(), ANYTHING)[0] == helped.predict(helped.begin(), ANYTHING)[0]).all()
    for bad in (b"", data[:-9], data[:40], b"\x80\x04N."):
        with pytest.raises(ValueError, match="calibration"):
            tutor.with_calibration(bad)


def test_suggestions_say_how_likely_and_why(tutor: mlcore.Tutor) -> None:
    belief = tutor.fold(tutor.begin(), random_history(np.random.default_rng(11), 30))
    candidates = [Item(n, [f"skill {n}"], difficulty=1 + n % 5, modality="text") for n in range(20)]

    one = tutor.suggest(belief, candidates, np.random.default_rng(1), at=1.8e9, effects=[0.0] * 20)
    other = tutor.suggest(belief, tutor.prepare(candidates), np.random.default_rng(1), at=1.8e9)

    assert one.pick == other.pick
    np.testing.assert_array_equal(one.propensities, other.propensities)
    np.testing.assert_allclose(sum(one.terms.values()), one.scores)
    assert one.propensities.sum() == pytest.approx(1.0)


def test_a_suggestion_needs_candidates_and_sound_effects(tutor: mlcore.Tutor) -> None:
    with pytest.raises(ValueError, match="candidates"):
        tutor.suggest(tutor.begin(), [], np.random.default_rng(0))
    for effects in ([1.0], [np.nan] * 3):
        with pytest.raises(ValueError, match="effects"):
            tutor.suggest(tutor.begin(), ANYTHING, np.random.default_rng(0), effects=effects)


def test_prospects_are_those_of_the_candidates(tutor: mlcore.Tutor) -> None:
    alone = prospects_alone(np.zeros(2), np.ones(2), np.full(2, np.nan))

    with pytest.raises(ValueError, match="prospects"):
        tutor.suggest(tutor.begin(), ANYTHING[:1], np.random.default_rng(0), prospects=alone)


def test_of_many_candidates_the_network_looks_at_those_the_classic_puts_first(tutor: mlcore.Tutor) -> None:
    belief = tutor.fold(tutor.begin(), random_history(np.random.default_rng(12), 30))
    candidates = [Item(n, [f"skill {n % 50}"], difficulty=1 + n % 5) for n in range(2000)]

    suggestion = tutor.suggest(belief, candidates, np.random.default_rng(0))

    assert suggestion.propensities.sum() == pytest.approx(1.0)
    listed = suggestion.propensities > 0
    assert listed.sum() == 12
    assert suggestion.propensities[listed].min() >= 0.02
    best = np.flatnonzero(listed)
    alone = tutor.suggest(belief, [candidates[place] for place in best], np.random.default_rng(0))
    np.testing.assert_allclose(alone.scores, suggestion.scores[best], atol=1e-6)


@pytest.mark.parametrize("right", [0, 1])
def test_a_cohort_that_is_always_right_or_wrong_calibrates_soundly(tutor: mlcore.Tutor, right: int) -> None:
    cohort = [[Answer(f"q{n}", ["s"], right, difficulty=1 + n % 5) for n in range(10)] for _ in range(30)]

    extreme = tutor.calibrated(cohort)
    chances, sds = extreme.predict(extreme.begin(), [Item("q1", ["s"]), *ANYTHING])

    assert abs(chances[0] - right) < 0.1
    assert ((chances > 0) & (chances < 1)).all()
    assert np.isfinite(sds).all()
    assert extreme.with_calibration(extreme.calibration.to_bytes()).calibration.slope > 0
