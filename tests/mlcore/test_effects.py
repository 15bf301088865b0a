"""Effects of ways of learning, told from answers: held against the same model written out as one large normal."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from mlcore.effects.evidence import Evidence, evidence_of
from mlcore.effects.hierarchy import COHORTS, USUAL, Level, Spreads, fit, spreads_of
from mlcore.effects.verdicts import ALPHA, FEWEST_WEIGHT, MARGIN, e_value, judge, judge_learner
from mlcore.interactions import UNKNOWN, Codes, Numbers

ARMS = 3
SPREADS = Spreads(*map(np.array, (0.2, 0.006, 0.004, 0.002, 0.01)))


class Answers:
    """Rewards of 12 learners in two cohorts and in none, who differ in how much they answered."""

    def __init__(self, count: int = 150, best: float = 0.0, learner: float = 0.0) -> None:
        rng = np.random.default_rng(3)
        self.cohort: Codes = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, UNKNOWN, UNKNOWN, UNKNOWN])
        self.learner: Codes = np.minimum(rng.integers(12, size=count), rng.integers(12, size=count))
        self.arm: Codes = rng.integers(ARMS, size=count)
        own = rng.normal(0.0, learner, (12, ARMS)) if learner else np.zeros((12, ARMS))
        self.reward: Numbers = rng.normal(0.0, 0.45, count) + best * (self.arm == 0) + own[self.learner, self.arm]

    @property
    def evidence(self) -> Evidence:
        return evidence_of(self.learner, self.arm, self.reward, self.cohort, ARMS)

    def shared(self, one: Codes) -> Numbers:
        return np.asarray((one[:, None] == one) & (one[:, None] != UNKNOWN), float)

    @property
    def design(self) -> Numbers:
        return np.eye(ARMS)[self.arm]

    @property
    def covariance(self) -> Numbers:
        same_learner, same_arm = self.shared(self.learner), self.shared(self.arm)
        same_cohort = self.shared(self.cohort[self.learner])
        parts = SPREADS.misjudged * same_learner + SPREADS.learner * same_learner * same_arm
        return SPREADS.noise * np.eye(len(self.arm)) + parts + SPREADS.cohort * same_cohort * same_arm


def test_a_subjects_effects_are_those_of_generalized_least_squares() -> None:
    answers = Answers()
    inverse = np.linalg.inv(answers.covariance)

    level = fit(answers.evidence, SPREADS).subject

    np.testing.assert_allclose(level.precision, answers.design.T @ inverse @ answers.design, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(level.pull, answers.design.T @ inverse @ answers.reward, rtol=1e-9, atol=1e-9)


def test_effects_in_a_cohort_are_shrunk_as_the_joint_normal_has_it() -> None:
    answers = Answers()
    own = answers.design * (answers.cohort[answers.learner] == 1)[:, None]
    inverse = np.linalg.inv(answers.covariance)
    ones = answers.design.sum(1)
    reward = answers.reward - (ones @ inverse @ answers.reward) / (ones @ inverse @ ones)
    whole = answers.covariance + SPREADS.arm * answers.design @ answers.design.T
    shared = SPREADS.arm * answers.design + SPREADS.cohort * own

    found = fit(answers.evidence, SPREADS).of_cohorts()

    np.testing.assert_allclose(found.mean[1], shared.T @ np.linalg.solve(whole, reward), atol=1e-9)
    left = (SPREADS.arm + SPREADS.cohort) * np.eye(ARMS) - shared.T @ np.linalg.solve(whole, shared)
    np.testing.assert_allclose(found.sd[1] ** 2, np.diag(left), atol=1e-9)


def test_many_experiments_at_once_are_fitted_as_one_after_another() -> None:
    one, other = Answers(100).evidence, Answers(150, best=0.2).evidence
    names = ("answers", "weight", "total", "squares")
    both = Evidence(*(np.stack([getattr(one, name), getattr(other, name)]) for name in names), one.cohort)

    found = fit(both)

    for place, alone in enumerate((one, other)):
        np.testing.assert_allclose(found.of_cohorts().mean[place], fit(alone).of_cohorts().mean)
        np.testing.assert_allclose(found.of_subject().sd[place], fit(alone).of_subject().sd)


def test_how_far_learners_lie_apart_is_told_from_many_answers() -> None:
    alike = spreads_of(Answers(40_000).evidence)
    apart = spreads_of(Answers(40_000, learner=0.2).evidence)

    assert float(alike.noise) ** 0.5 == pytest.approx(0.45, abs=0.01)
    assert float(alike.learner) ** 0.5 < 0.02
    assert float(apart.learner) ** 0.5 == pytest.approx(0.2, abs=0.06)


def test_with_hardly_an_answer_the_usual_spreads_hold() -> None:
    spreads = spreads_of(Answers(4).evidence)

    assert float(spreads.learner) ** 0.5 == pytest.approx(USUAL, rel=0.05)
    assert float(spreads.cohort) ** 0.5 == pytest.approx(COHORTS, rel=0.05)


@pytest.mark.parametrize(("value", "error"), [(0.12, 0.05), (-0.03, 0.02), (0.0, 0.5)])
def test_an_e_value_is_the_likelihood_of_a_half_normal_truth_against_none(value: float, error: float) -> None:
    def likelihood(truth: float) -> float:
        return float(2.0 * norm.pdf(truth, 0.0, 0.1) * norm.pdf(value, truth, error))

    mixture, _ = quad(likelihood, 0.0, 2.0, points=[max(value, 0.0), 0.1], limit=200)

    assert float(e_value(np.array(value), np.array(error))) == pytest.approx(mixture / norm.pdf(value, 0.0, error))


def test_who_looks_after_every_answer_is_misled_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(5)
    walks = np.cumsum(rng.normal(0.0, 0.45, (800, 1500)), axis=1)
    counts = np.arange(1, 1501)
    value, error = walks / counts, 0.45 / np.sqrt(counts)

    misled = (e_value(value, error) >= 1.0 / ALPHA).any(1).mean()

    assert 0.005 < misled <= ALPHA
    assert (value / error > norm.ppf(1.0 - ALPHA)).any(1).mean() > 0.4


def test_a_clear_winner_is_named_and_its_interval_is_above_nothing() -> None:
    answers = Answers(2000, best=0.25)
    level = fit(answers.evidence).subject

    verdict = judge(level, answers.evidence)

    _, low, _ = verdict.differences.believed
    assert (verdict.outcome, verdict.winners) == ("winner", (0,))
    assert low[0] > 0.0


def test_no_difference_is_a_finding_once_there_is_enough_to_say_so() -> None:
    answers = Answers(30_000)
    spread = Spreads(SPREADS.noise, *[np.array(1e-4)] * 4)

    verdict = judge(fit(answers.evidence, spread).subject, answers.evidence)

    mean, low, high = verdict.differences.believed
    assert verdict.outcome == "no difference"
    assert (np.abs(mean) < MARGIN).all()
    assert (low >= -MARGIN).all()
    assert (high <= MARGIN).all()


def test_too_little_says_how_much_is_missing_and_with_that_much_more_there_is_a_verdict() -> None:
    answers = Answers(300, best=0.15)
    level = fit(answers.evidence).subject

    verdict = judge(level, answers.evidence)
    assert verdict.outcome == "open"
    assert verdict.missing is not None
    times = 1.0 + verdict.missing / 300
    later = judge(Level(level.precision * times, level.pull * times), answers.evidence)

    assert verdict.missing > 0
    assert later.outcome != "open"


def test_an_arm_alone_or_of_few_is_compared_with_nothing() -> None:
    answers = Answers(200)
    answers.arm[:] = 0
    answers.arm[:5] = 1

    verdict = judge(fit(answers.evidence).subject, answers.evidence)

    assert verdict.outcome == "open"
    assert verdict.missing == FEWEST_WEIGHT - 5
    assert not verdict.differences.compared.any()


def test_one_learner_is_judged_by_their_own_answers() -> None:
    rng = np.random.default_rng(0)
    arm = np.repeat(np.arange(2), 120)
    reward = np.where(arm == 1, 0.3, 0.0) + rng.normal(0.0, 0.4, 240)
    evidence = evidence_of(np.zeros(240, np.int64), arm, reward, np.array([UNKNOWN]), 2)

    verdict = judge_learner(evidence, np.array(0.16))

    assert verdict.winners == (1,)
    expected = reward[120:].mean() - reward[:120].mean()
    assert verdict.differences.value[1] == pytest.approx(expected, abs=1e-9)
    assert verdict.differences.error[1] == pytest.approx((0.16 * 2 / 120) ** 0.5)
