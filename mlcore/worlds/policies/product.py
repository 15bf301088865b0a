"""Our own policy: the tutor of a checkpoint suggests, from what the log of answers shows and nothing else.

The gate is the product's: a prerequisite is known when, after an answer on it, six typical questions of ten would be
answered right as surely as .75. Inside it the tutor's policy draws among lessons on what is not known yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import erfc, log, sqrt

import numpy as np

from mlcore.answers import Item
from mlcore.belief import Belief
from mlcore.calibration import Prompts
from mlcore.episodes import Outcomes
from mlcore.inference import absorb, begin, foresee
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import whole_seconds
from mlcore.policy import PolicySettings
from mlcore.tutor import Mastery, Tutor
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.world import Answers, Lessons

KNOWN_CHANCE, KNOWN_SURETY = 0.6, 0.75
FIRST_LESSON = 1.7e9  # POSIX seconds


@dataclass(frozen=True)
class Believed:
    """The beliefs about all learners, and the course as the tutor sees it."""

    lessons: Lessons
    offered: Prompts  # [l]
    beliefs: Belief  # [n]
    step: int

    @property
    def at(self) -> float:
        return FIRST_LESSON + self.step * self.lessons.seconds


@dataclass(frozen=True)
class Ours:
    """`mlcore.tutor` in the seat of a policy."""

    tutor: Tutor
    name: str = "ours"
    knows_truth: bool = False
    settings: PolicySettings = field(default_factory=PolicySettings)

    def begin(self, lessons: Lessons, learners: int) -> Believed:
        items = [
            Item(f"lesson {lesson}", [_skill(skill)], float(difficulty), f"modality {modality}")
            for lesson, (skill, difficulty, modality) in enumerate(
                zip(lessons.skill, lessons.difficulty, lessons.modality, strict=True)
            )
        ]
        beliefs = begin(self.tutor.knowledge, learners, self.tutor.tag)
        return Believed(lessons, self.tutor.prepare(items), beliefs, 0)

    def choose(self, memory: Believed, moment: Moment, rng: np.random.Generator) -> Choice:
        known = self._known(memory)
        ready = memory.lessons.ready(known)
        wanted = ready & ~known[:, memory.lessons.skill]
        wanted = np.where(wanted.any(axis=1, keepdims=True), wanted, ready)
        lesson, propensities = np.zeros(len(wanted), np.int64), np.zeros(wanted.shape)
        for row, candidates in enumerate(wanted):
            own = np.flatnonzero(candidates)
            prompts = memory.offered.rows(own)
            belief = memory.beliefs.rows(slice(row, row + 1))
            suggestion = self.tutor.suggest(belief, prompts, rng, self.settings, at=memory.at)
            lesson[row], propensities[row, own] = own[suggestion.pick], suggestion.propensities
        return Choice(lesson, propensities, ready)

    def observe(self, memory: Believed, lesson: Codes, answers: Answers) -> Believed:
        """Take in every question in turn, for all learners at once: exactly what `Tutor.fold` does for one."""
        beliefs = memory.beliefs.copy()
        modality = memory.lessons.modality[lesson]
        for item, skill, correct in zip(answers.item.T, answers.skill.T, answers.correct.T, strict=True):
            who = np.flatnonzero(~np.isnan(correct))
            if not len(who):
                continue
            asked = self.tutor.prepare(_questions(item[who], skill[who], modality[who]))
            some = beliefs.rows(who)
            foresight = foresee(self.tutor.knowledge, some, asked, whole_seconds(np.full(len(who), memory.at)))
            absorb(self.tutor.knowledge, some, asked, _outcomes(correct[who], memory.at), foresight)
            beliefs.put(who, some)
        return replace(memory, beliefs=beliefs, step=memory.step + 1)

    def _known(self, memory: Believed) -> Mask:
        skills = [_skill(skill) for skill in range(memory.lessons.skills)]
        every = (memory.beliefs.rows(slice(row, row + 1)) for row in range(len(memory.beliefs)))
        return np.array([[_is_known(one) for one in self.tutor.mastery(belief, skills)] for belief in every], bool)


def _skill(skill: int) -> str:
    return f"skill {skill}"


def _questions(item: Codes, skill: Codes, modality: Codes) -> Sequence[Item]:
    made: dict[tuple[int, int, int], Item] = {}
    for key in zip(item.tolist(), skill.tolist(), modality.tolist(), strict=True):
        if key not in made:
            made[key] = Item(f"question {key[0]}", [_skill(key[1])], modality=f"modality {key[2]}")
    return [made[key] for key in zip(item.tolist(), skill.tolist(), modality.tolist(), strict=True)]


def _outcomes(correct: Numbers, at: float) -> Outcomes:
    unknown = np.full(len(correct), np.nan)
    return Outcomes(correct, np.full(len(correct), at), unknown, np.zeros(len(correct)))


def _is_known(mastery: Mastery) -> bool:
    """An sd is that of the logit at its steepest, a quarter of the logit's own."""
    bounded = min(max(mastery.mean, 1e-6), 1.0 - 1e-6)
    above = log(bounded / (1.0 - bounded)) - log(KNOWN_CHANCE / (1.0 - KNOWN_CHANCE))
    surety = 0.5 * erfc(-above / max(4.0 * mastery.sd, 1e-6) / sqrt(2.0))
    return mastery.answers > 0 and surety >= KNOWN_SURETY
