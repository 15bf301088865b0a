"""How well placement tests find what made-up learners know: ours, the same with random questions, and a usual one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import log

import numpy as np

from mlcore import placement
from mlcore.evaluation.strength_test import StrengthTest
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import sigmoid
from mlcore.placement import Expected, Imagined, Pool
from mlcore.simulation import random_course

DEMO = {  # the skills of the course that comes with Adept, each with those it builds on
    0: (), 1: (0,), 2: (0,), 3: (1,), 4: (1, 2), 5: (1, 2), 6: (5, 4), 7: (4,), 8: (4,), 9: (8,), 10: (6,), 11: (8,),
    12: (10, 8),
}  # fmt: skip
LEVELS, GUESSES = (1.0, 2.0, 3.0, 4.0, 5.0), (0.25, 0.5, 0.05, 0.05, 0.25)  # of the questions of each skill
STEP, ITEM_SD = 0.5, 0.8  # logits that each level is harder, and that nobody can tell beforehand
MEAN, OWN_SD = 0.75, 0.9  # of the skills, before anybody answered
FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 8
LEAST_CHANGE = 0.25  # skills: once no question is expected to change more of the conclusion, the test ends
CUT = log(0.6 / 0.4)  # logit of a typical question, from which a skill is known
SLIPS = (0.0, 0.05)
IN_ORDER = (0, 3, 6, 9, 13)


@dataclass(frozen=True)
class Setting:
    """A course of s skills with q questions, and what is known of them before anybody answers."""

    name: str
    requires: Mask  # [s, s]
    pool: Pool

    @property
    def expected(self) -> Expected:
        skills = len(self.requires)
        return Expected(np.full(skills, MEAN), np.full(skills, OWN_SD))


@dataclass(frozen=True)
class Newcomer:
    """Somebody whose truth we know."""

    known: Mask  # [s]
    right: Numbers  # [q] chance of a right answer, where they do not pass
    passes: Numbers  # [q] chance to say "I don't know yet"


@dataclass(frozen=True)
class Answers:
    """What was asked so far, and what came of it."""

    asked: list[int]
    scores: Numbers  # [a]
    passed: Mask  # [a]


@dataclass(frozen=True)
class Placed:
    """What a test found of one learner."""

    known: int
    found: int
    wrongly: int  # taken as known, and is not
    asked: int


@dataclass(frozen=True)
class StateTest:
    """The test that Adept gives (`mlcore.placement`), without chance in the choice; or with random questions."""

    setting: Setting
    imagined: Imagined
    rng: np.random.Generator | None = None

    def next(self, answers: Answers) -> int | None:
        left = [one for one in range(len(self.setting.pool.ease)) if one not in answers.asked]
        if self.rng:
            return int(self.rng.choice(left))
        pool, weights = self.setting.pool.rows(left), self._weights(answers)
        changes = placement.change(self.imagined, weights, pool)
        if len(answers.asked) >= FEWEST_QUESTIONS and changes.max() < LEAST_CHANGE:
            return None
        return left[int(placement.information(self.imagined, weights, pool).argmax())]

    def verdict(self, answers: Answers) -> Mask:
        seems: Mask = placement.known(self.imagined, self._weights(answers)) >= placement.SURETY
        return seems

    def _weights(self, answers: Answers) -> Numbers:
        asked = self.setting.pool.rows(answers.asked)
        before = placement.outset(self.imagined, np.array(placement.USUAL_KINDS))
        return placement.weigh(self.imagined, before, asked, answers.scores, answers.passed)


Test = StateTest | StrengthTest
WAYS: dict[str, Callable[[Setting], Test]] = {
    "ours": lambda one: StateTest(one, placement.imagine(one.expected, one.requires)),
    "ours, random questions": lambda one: StateTest(
        one, placement.imagine(one.expected, one.requires), np.random.default_rng(7)
    ),
    "strengths": lambda one: StrengthTest(one.requires, one.pool, one.expected),
}
Population = Callable[[Setting, np.random.Generator], Newcomer]


def demo() -> Setting:
    """The course that comes with Adept, with a question of each difficulty for each skill."""
    requires = np.zeros((len(DEMO), len(DEMO)), bool)
    for skill, before in DEMO.items():
        requires[skill, list(before)] = True
    return Setting("like the demo", requires, _pool(np.eye(len(DEMO), dtype=bool)))


def made_up(skills: int, seed: int) -> Setting:
    """A course of `mlcore.simulation`."""
    course = random_course(skills, 1, np.random.default_rng(seed))
    names = list(course.prerequisites)
    requires = np.array([[other in needed for other in names] for needed in course.prerequisites.values()])
    return Setting(f"made up, {skills} skills", requires, _pool(np.eye(skills, dtype=bool)))


def in_order(known: int, slip: float) -> Population:
    """Who knows so many of the first skills, says so of all others, and answers wrong by carelessness alone."""

    def one(setting: Setting, rng: np.random.Generator) -> Newcomer:
        state = np.arange(len(setting.requires)) < known
        able = _able(state, setting.pool)
        return Newcomer(state, np.full(len(able), 1.0 - slip), np.where(able, 0.0, 1.0))

    return one


def knowing_states(setting: Setting, rng: np.random.Generator) -> Newcomer:
    """As many skills as chance wants, each after what it builds on; slips of 8 to 16 %, lucky guesses, half passes."""
    skills, pool = len(setting.requires), setting.pool
    state = np.zeros(skills, bool)
    for _ in range(rng.integers(skills + 1)):
        ready = ~state & ~(setting.requires & ~state).any(1)
        state[rng.choice(np.flatnonzero(ready))] = True
    able = _able(state, pool)
    right = np.where(able, 0.92 - 0.08 * np.linspace(0.0, 1.0, len(LEVELS))[_level(pool)], pool.guess)
    return Newcomer(state, right, np.where(able, 0.0, 0.5))


def having_strengths(setting: Setting, rng: np.random.Generator) -> Newcomer:
    """No states at all: item response theory, with an ability, own strengths, and many close to the line."""
    skills, pool = len(setting.requires), setting.pool
    strength = 0.5 + 1.45 * rng.standard_normal() + OWN_SD * rng.standard_normal(skills)
    for skill in range(skills):  # in both courses what is built on comes first
        strength[skill] = min(strength[skill], strength[setting.requires[skill]].min(initial=np.inf))
    of_item = np.where(pool.asks, strength, np.inf).min(1) + pool.ease + ITEM_SD * rng.standard_normal(len(pool.ease))
    knowing = sigmoid(of_item)
    return Newcomer(strength >= CUT, pool.guess + (0.95 - pool.guess) * knowing, 0.5 * (1.0 - knowing))


def give(test: Test, learner: Newcomer, dice: Numbers) -> Placed:
    """Give the test to a learner, whose answers to each question these dice [2, q] decide."""
    answers = Answers([], np.empty(0), np.empty(0, bool))
    while len(answers.asked) < MOST_QUESTIONS:
        question = test.next(answers)
        if question is None:
            break
        passed = bool(dice[0, question] < learner.passes[question])
        score = 0.0 if passed else float(dice[1, question] < learner.right[question])
        answers = replace(
            answers,
            asked=[*answers.asked, question],
            scores=np.append(answers.scores, score),
            passed=np.append(answers.passed, passed),
        )
    taken = test.verdict(answers)
    known, found = int(learner.known.sum()), int((taken & learner.known).sum())
    return Placed(known, found, int(taken.sum()) - found, len(answers.asked))


def place_all(setting: Setting, population: Population, learners: int, seed: int) -> Iterator[tuple[str, list[Placed]]]:
    """Yield each way of testing with what it found of the same learners, who would answer alike in each."""
    rng = np.random.default_rng(seed)
    drawn = [(population(setting, rng), rng.random((2, len(setting.pool.ease)))) for _ in range(learners)]
    for name, make in WAYS.items():
        test = make(setting)
        yield name, [give(test, learner, dice) for learner, dice in drawn]


def _pool(asks: Mask) -> Pool:
    each, skills = len(LEVELS), len(asks)
    ease = -STEP * (np.tile(LEVELS, skills) - 3.0)
    return Pool(np.repeat(asks, each, axis=0), ease, np.full(each * skills, ITEM_SD), np.tile(GUESSES, skills))


def _able(state: Mask, pool: Pool) -> Mask:
    """Return which questions ask for nothing that is not known.  [q]"""
    return np.asarray((state | ~pool.asks).all(1))


def _level(pool: Pool) -> Codes:
    return np.arange(len(pool.ease)) % len(LEVELS)
