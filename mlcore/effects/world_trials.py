"""Verdicts in worlds that others have published: learning by steps, expectations by the learner model as it is served.

Nothing here is normal. Whether a skill is held decides over its answers, expectations are off for long stretches, and
success comes from what is learned: a modality matters only by how often its lessons stick.
"""

from __future__ import annotations

import numpy as np

from mlcore.answers import Item
from mlcore.effects.evidence import Evidence
from mlcore.effects.trials import (
    OURS,
    Called,
    Crowd,
    Declared,
    Log,
    by_us,
    declared,
    drawn_from,
    nothing,
    same_by_us,
    winners_by_t_test,
    winners_by_us,
)
from mlcore.episodes import Outcomes
from mlcore.inference import absorb, begin, foresee, served_logit
from mlcore.interactions import Codes, Numbers
from mlcore.memory import sigmoid, whole_seconds
from mlcore.tutor import Tutor
from mlcore.worlds.circumstances import Modalities, OneSticks
from mlcore.worlds.registry import measured
from mlcore.worlds.tms import tree
from mlcore.worlds.world import Taken

FIRST_LESSON = 1.7e9  # POSIX seconds
QUESTIONS = 2  # after each lesson
LESSONS = 20


def taught_worlds() -> list[Modalities]:
    """The null world, one in which modalities suit some and not others, and one where one is better for all."""
    plain = measured(tree(tests_all=False))
    return [
        Modalities("null_world", plain, least=0.65, most=0.65),
        Modalities("modalities: each suits others", plain),
        OneSticks("one modality sticks, the others half as often", plain, least=0.5, most=1.0),
    ]


def try_world(world: Modalities, tutor: Tutor, runs: int, rng: np.random.Generator) -> list[Declared]:
    """Teach the skills in turn, over and over, in modalities that our bandit draws; judged after every lesson."""
    better = 1.0 if isinstance(world, OneSticks) else 0.0
    crowd = Crowd(world.name, arms=world.modalities, days=LESSONS, answers=QUESTIONS, best=better)
    looks = {OURS: winners_by_us, "t-test, looked at daily": winners_by_t_test}
    days = {rule: np.zeros(runs) for rule in looks}
    called = {rule: np.zeros((runs, crowd.arms), bool) for rule in looks}
    school, log, same = School(world, tutor, runs * crowd.learners, rng), nothing(crowd, runs), np.zeros(runs, bool)
    for day in range(1, LESSONS + 1):
        arm = drawn_from(by_us(log, rng), rng)
        log = Log(_with(log.evidence, arm, school.teach(day - 1, arm.reshape(-1))))
        same |= same_by_us(log)
        for rule, look in looks.items():
            wins = look(log.evidence, log.hierarchy) & (days[rule] == 0.0)[:, None]
            called[rule] |= wins
            days[rule][wins.any(-1)] = day
    return [declared(crowd, Called(rule, called[rule], days[rule], same & (rule == OURS))) for rule in looks]


class School:
    """The learners of all runs in one world, and what the tutor believes of them."""

    def __init__(self, world: Modalities, tutor: Tutor, learners: int, rng: np.random.Generator) -> None:
        self.world, self.tutor, self.rng = world, tutor, rng
        self.state = world.begin(learners, rng)
        self.beliefs = begin(tutor.knowledge, learners, tutor.tag)
        items = [Item(f"question {item}", [f"skill {item // QUESTIONS}"]) for item in range(world.items)]
        self.questions = tutor.prepare(items)

    def teach(self, day: int, arm: Codes) -> Numbers:
        """Give the day's lesson in each learner's arm [n], and return how far answers went beyond expectations.  [n, q]

        Expectations are told before each answer, without regard to the arm.
        """
        skill = day % (len(self.world.lessons) // self.world.modalities)
        taken = Taken.by_all(skill * self.world.modalities + arm)
        self.state, answers = self.world.teach(self.state, taken, self.rng)
        at = np.full(len(arm), FIRST_LESSON + day * self.world.lessons.seconds)
        knowledge, rewards = self.tutor.knowledge, []
        for item, correct in zip(answers.item.T, answers.correct.T, strict=True):
            asked = self.questions.rows(item)
            foresight = foresee(knowledge, self.beliefs, asked, whole_seconds(at))
            rewards.append(correct - sigmoid(served_logit(knowledge.calibration, foresight)))
            outcomes = Outcomes(correct, at, np.full(len(at), np.nan), np.zeros(len(at)))
            absorb(knowledge, self.beliefs, asked, outcomes, foresight)
        return np.stack(rewards, axis=1)


def _with(old: Evidence, arm: Codes, rewards: Numbers) -> Evidence:
    """Add rewards [r * l, q] under arms [r, l]."""
    taken = np.eye(old.answers.shape[-1])[arm]
    own = rewards.reshape(*arm.shape, -1)
    count = taken * own.shape[-1]
    return Evidence(
        answers=old.answers + count,
        weight=old.weight + count,
        total=old.total + taken * own.sum(-1)[..., None],
        squares=old.squares + taken * (own**2).sum(-1)[..., None],
        cohort=old.cohort,
    )
