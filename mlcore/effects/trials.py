"""Made-up cohorts whose truth is known, taught by a bandit and looked at every day: how often is a winner declared?

All runs of a crowd move on together, a day at a time; each day every learner answers once. Answers are right or wrong,
expectations know the learner and the question up to an error, and what an arm is worth may differ between learners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr, stdtr

from mlcore.effects.evidence import Evidence
from mlcore.effects.hierarchy import LEAST, NOISE, USUAL, Hierarchy, fit
from mlcore.effects.verdicts import ALPHA, FEWEST_WEIGHT, MARGIN, compared_in, differences, is_same, winners_in
from mlcore.interactions import Codes, Mask, Numbers

LOW, HIGH = 0.45, 0.9  # chances of a right answer without any effect
WEIGHT, BOUND = 2.0, 0.15  # of an effect in the score of a choice; the largest that counts
TEMPERATURE, FLOOR = 0.05, 0.02  # of the softmax of a choice; the chance that every arm has at least
LOOKS = (5, 10, 15, 20, 30, 40)  # days after which it is told how many runs have found the best arm
OURS = "ours"
SURE = 0.95  # posterior chance at which a plain Thompson bandit names the best arm


@dataclass(frozen=True)
class Crowd:
    """A cohort of learners and what is true of the arms in it."""

    name: str
    learners: int = 60
    cohorts: int = 4
    arms: int = 4
    days: int = 40
    answers: int = 1  # of each learner a day
    best: float = 0.0  # how much better the first arm is, in standard deviations of a reward
    learner: float = 0.0  # standard deviation of what an arm is worth to a learner, in chance of a right answer
    misjudged: float = 0.05  # likewise, of how far expectations are off for a learner


CROWDS = (
    Crowd("nothing matters"),
    Crowd("only learners differ", learner=0.1),
    Crowd("nothing matters, three times as long", days=120),
    Crowd("one arm is better by the margin, three times as long", best=MARGIN / NOISE**0.5, days=120),
    Crowd("one arm is better, d = .3", best=0.3),
    Crowd("one arm is better, d = .3, and learners differ", best=0.3, learner=0.1),
)


@dataclass
class Log:
    """What r runs know so far: evidence [r, l, k], and what the policy believes."""

    evidence: Evidence
    hierarchy: Hierarchy = field(init=False)

    def __post_init__(self) -> None:
        self.hierarchy = fit(self.evidence)


@dataclass(frozen=True)
class Declared:
    """In how many of the runs a rule declared a winner at any look; that it was the best arm; that none is better."""

    rule: str
    runs: int
    winner: int
    right: int
    same: int
    right_by: Mapping[int, int]  # answers of all learners -> runs that had found the best arm by then, if there is one


Look = Callable[[Evidence, Hierarchy], Mask]  # which arms a rule calls better, in each run  [r, k]


def try_out(crowd: Crowd, runs: int, rng: np.random.Generator) -> list[Declared]:
    """Run a crowd under our bandit, judged by our rule and by a daily t-test; and under plain Thompson sampling."""
    ours: Mapping[str, Look] = {OURS: winners_by_us, "t-test, looked at daily": winners_by_t_test}
    plain: Mapping[str, Look] = {"Thompson, P(best) > .95": _surely_best}
    return [*_live(crowd, runs, rng, (by_us, ours)), *_live(crowd, runs, rng, (_by_thompson, plain))]


Assign = Callable[[Log, np.random.Generator], Numbers]


def _live(crowd: Crowd, runs: int, rng: np.random.Generator, how: tuple[Assign, Mapping[str, Look]]) -> list[Declared]:
    assign, looks = how
    truth = _truth(crowd, runs, rng)
    log = nothing(crowd, runs)
    days = {rule: np.zeros(runs) for rule in looks}
    called = {rule: np.zeros((runs, crowd.arms), bool) for rule in looks}
    same = np.zeros(runs, bool)
    for day in range(1, crowd.days + 1):
        log = _day(log, truth, assign(log, rng), rng)
        for rule, look in looks.items():
            wins = look(log.evidence, log.hierarchy) & (days[rule] == 0.0)[:, None]
            called[rule] |= wins
            days[rule][wins.any(-1)] = day
        same |= same_by_us(log)
    return [declared(crowd, Called(rule, called[rule], days[rule], same & (rule == OURS))) for rule in looks]


@dataclass(frozen=True)
class Truth:
    effect: Numbers  # [r, l, k] in chance of a right answer
    misjudged: Numbers  # [r, l]


def _truth(crowd: Crowd, runs: int, rng: np.random.Generator) -> Truth:
    shape = runs, crowd.learners, crowd.arms
    effect = rng.normal(0.0, crowd.learner, shape) if crowd.learner else np.zeros(shape)
    effect[..., 0] += crowd.best * np.sqrt(NOISE)
    return Truth(effect, rng.normal(0.0, crowd.misjudged, shape[:2]))


def nothing(crowd: Crowd, runs: int) -> Log:
    """Return what is known before anybody answers."""
    empty = np.zeros((runs, crowd.learners, crowd.arms))
    cohort: Codes = np.arange(crowd.learners) % crowd.cohorts
    return Log(Evidence(empty, empty, empty, empty, cohort))


def _day(log: Log, truth: Truth, chances: Numbers, rng: np.random.Generator) -> Log:
    """Every learner answers once, after learning in an arm drawn with these chances."""
    arm = drawn_from(chances, rng)
    taken = np.eye(chances.shape[-1])[arm]
    expected = rng.uniform(LOW, HIGH, arm.shape)
    chance = np.clip(expected + truth.misjudged + (taken * truth.effect).sum(-1), 0.0, 1.0)
    reward = taken * ((rng.random(arm.shape) < chance) - expected)[..., None]
    old = log.evidence
    evidence = Evidence(
        old.answers + taken, old.weight + taken, old.total + reward, old.squares + reward**2, old.cohort
    )
    return Log(evidence)


def drawn_from(chances: Numbers, rng: np.random.Generator) -> Codes:
    """Draw an arm for each learner by their chances [r, l, k].  [r, l]"""
    drawn = rng.random((*chances.shape[:-1], 1))
    return np.asarray((np.cumsum(chances, -1) < drawn).sum(-1).clip(max=chances.shape[-1] - 1))


def by_us(log: Log, rng: np.random.Generator) -> Numbers:
    """The chances of the product: effects drawn from each learner's posterior, bounded, in the softmax of a choice."""
    shared, spreads = log.hierarchy.of_cohorts(), log.hierarchy.spreads
    mean, sd = (array[:, log.evidence.cohort] for array in (shared.mean, shared.sd))
    prior = 1.0 / (sd**2 + spreads.learner[:, None, None])
    noise = spreads.noise[:, None, None]
    precision = prior + log.evidence.weight / noise
    own = (mean * prior + log.evidence.total / noise) / precision
    drawn = np.clip(rng.normal(own, precision**-0.5), -BOUND, BOUND)
    odds = np.exp(WEIGHT * (drawn - drawn.max(-1, keepdims=True)) / TEMPERATURE)
    return np.asarray(FLOOR + (1.0 - FLOOR * drawn.shape[-1]) * odds / odds.sum(-1, keepdims=True))


def _by_thompson(log: Log, rng: np.random.Generator) -> Numbers:
    """Plain Thompson sampling: one posterior for all learners, and the arm that looks best in a draw from it."""
    mean, sd = _pooled(log.evidence)
    drawn = rng.normal(mean[:, None], sd[:, None], log.evidence.weight.shape)
    return np.asarray(drawn == drawn.max(-1, keepdims=True), np.float64)


def _pooled(evidence: Evidence) -> tuple[Numbers, Numbers]:
    """The posterior of each arm as if all answers came from one learner.  [r, k]"""
    precision = 1.0 / (2.0 * USUAL) ** 2 + evidence.weight.sum(-2) / NOISE
    return evidence.total.sum(-2) / NOISE / precision, precision**-0.5


def winners_by_us(evidence: Evidence, hierarchy: Hierarchy) -> Mask:
    return winners_in(differences(hierarchy.subject, compared_in(evidence)))


def same_by_us(log: Log) -> Mask:
    return is_same(differences(log.hierarchy.subject, compared_in(log.evidence)))


def winners_by_t_test(evidence: Evidence, hierarchy: Hierarchy) -> Mask:
    """One-sided t-tests of each arm against all the others, p < .05 / arms, as if the size had been fixed before."""
    count, total, squares = (array.sum(-2) for array in (evidence.answers, evidence.total, evidence.squares))
    counts, totals, sums = (array.sum(-1, keepdims=True) - array for array in (count, total, squares))
    one, many = np.maximum(count, 2.0), np.maximum(counts, 2.0)
    within = (squares - total**2 / one) / (one - 1.0) / one + (sums - totals**2 / many) / (many - 1.0) / many
    t = (total / one - totals / many) / np.sqrt(np.maximum(within, LEAST**4))
    sure = 1.0 - stdtr(np.minimum(one, many) - 1.0, t) < ALPHA / count.shape[-1]
    return np.asarray(sure & (count >= FEWEST_WEIGHT) & (counts >= FEWEST_WEIGHT))


def _surely_best(evidence: Evidence, hierarchy: Hierarchy) -> Mask:
    """Arms that are best with a chance of SURE, under the posterior of `_pooled`."""
    mean, sd = _pooled(evidence)
    grid = np.linspace(-5.0, 5.0, 41)
    at = mean[..., None] + sd[..., None] * grid  # [r, k, g]
    below = ndtr((at[:, :, None, :] - mean[:, None, :, None]) / sd[:, None, :, None])  # [r, k, k, g]
    below[:, np.arange(mean.shape[-1]), np.arange(mean.shape[-1])] = 1.0
    density = np.exp(-0.5 * grid**2)
    best = (below.prod(2) * density).sum(-1) / density.sum()
    return np.asarray((best > SURE) & (evidence.weight.sum(-2).min(-1, keepdims=True) >= FEWEST_WEIGHT))


@dataclass(frozen=True)
class Called:
    """What a rule called better, and when first: day 0 for never."""

    rule: str
    arms: Mask  # [r, k]
    day: Numbers  # [r]
    same: Mask  # [r] at any look


def declared(crowd: Crowd, called: Called) -> Declared:
    right = called.arms[:, 0] & ~called.arms[:, 1:].any(-1)
    each = crowd.learners * crowd.answers
    looks = [days for days in LOOKS if days <= crowd.days and crowd.best]
    by = {days * each: int((right & (called.day <= days)).sum()) for days in looks}
    winner = int((called.day > 0.0).sum())
    return Declared(called.rule, len(right), winner, int(right.sum()), int(called.same.sum()), by)
