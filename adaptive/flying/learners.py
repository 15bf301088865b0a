"""Made-up learners who fly through a course: plausible, various, and not of the family of our learner model.

Each holds a skill with a strength that fades with a half-life of its own (Settles & Meeder, "A trainable spaced
repetition model", ACL 2016) and solves a question only by all its skills at once, with slips, and guesses that depend
on the kind of question (DINA: Junker & Sijtsma 2001). What is explained far above what one holds sticks less (the zone
of proximal development, after Vygotsky 1978), and so does what builds on skills that are not held.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from enum import StrEnum

from adaptive.mastery import KNOWN_CHANCE
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, VariantEntry
from courses.models import QuestionKind
from mlcore.simulation import (
    FIRST_HALF_LIFE,
    READ_AT_ALL,
    READY_ANYWAY,
    Memory,
    Traits,
)

GUESSES = {
    QuestionKind.TRUE_OR_FALSE: 0.5,
    QuestionKind.SINGLE_CHOICE: 0.25,
    QuestionKind.MULTIPLE_CHOICE: 0.1,
    QuestionKind.MATCHING: 0.1,
    QuestionKind.ORDERING: 0.1,
}
BLIND_GUESS = 0.03  # where something must be written
STUDIED, PRACTICED_RIGHT, PRACTICED_WRONG = 0.6, 0.15, 0.25  # share of what is missing that sticks
MEDIUM = 3
REACH = 1.5  # steps of difficulty above a learner's own at which exp(-1/2) of an explanation sticks
WITHIN_REACH = 1.0  # steps above it at which all of it does


class Character(StrEnum):
    """How somebody goes about a course."""

    STRONG = "strong"
    TYPICAL = "typical"
    WEAK = "weak"
    GUESSING = "guessing"  # clicks on something
    LOST = "lost"  # gets everything wrong


TRYING = (Character.STRONG, Character.TYPICAL, Character.WEAK)
ABILITY = {Character.STRONG: (1.2, 0.4), Character.TYPICAL: (0.0, 0.6), Character.WEAK: (-1.2, 0.4)}  # mean, sd
MIX = "TSTWTTSTGTSTWTTSTWTT" + "TSTWTTSTLTSTWTTSTWTT"  # who comes in turn, by the first letter of their character
INITIALS = {character[0].upper(): character for character in Character}


class Learner:
    """Studies, answers, forgets. The same number and seed live the same life. Moments are seconds, never backwards."""

    def __init__(self, syllabus: Syllabus, number: int, seed: int) -> None:
        self.rng = random.Random(f"{seed} {number}")
        self.character = INITIALS[MIX[number % len(MIX)]]
        self.traits = _traits(self.character, self.rng)
        self.requires = {skill.id: skill.requires for skill in syllabus.skills.values()}
        self.typical = {skill: _typical_difficulty(skill, modules) for skill, modules in syllabus.taught_in.items()}
        self._memories = {skill: self._known_before() for skill in sorted(self.requires)}

    @property
    def is_trying(self) -> bool:
        return self.character in TRYING

    def held(self, skill: int, at: float) -> float:
        """How well a skill is held now, 0 to 1."""
        return self._memories[skill].held(at)

    def can(self, skills: Iterable[int], at: float) -> bool:
        """Competence: each skill's typical question would be solved, without guessing, with the chance that counts as
        known (`mastery.KNOWN_CHANCE`)."""
        return all(_solved(self.held(skill, at), self.typical[skill]) >= KNOWN_CHANCE for skill in skills)

    def solves(self, question: QuestionEntry, at: float) -> float:
        """The chance to solve a question by knowing: without guesses and slips."""
        return math.prod(_solved(self.held(skill, at), question.difficulty) for skill in question.skills)

    def study(self, module: ModuleEntry, variant: VariantEntry, at: float) -> float:
        """Work through a variant. Returns the seconds it took."""
        if self.is_trying:
            self._learn(module.skills, STUDIED, variant.difficulty, at)
        return 60.0 * variant.minutes * self.traits.pace * self.rng.lognormvariate(0.0, 0.3)

    def answer(self, question: QuestionEntry, at: float) -> tuple[bool, float]:
        """Answer, and learn from the feedback. Returns whether it was right, and the seconds it took."""
        chance = self._chance(question, at)
        is_right = self.rng.random() < chance
        if self.is_trying:
            self._learn(question.skills, PRACTICED_RIGHT if is_right else PRACTICED_WRONG, question.difficulty, at)
        hesitation = 1.0 + 2.0 * chance * (1.0 - chance) + (0.0 if is_right else 0.4)
        typical = (6 + 4 * question.difficulty) * self.traits.pace * hesitation
        return is_right, READ_AT_ALL + typical * self.rng.lognormvariate(0.0, 0.45)

    def _chance(self, question: QuestionEntry, at: float) -> float:
        if self.character == Character.LOST:
            return 0.0
        guess = GUESSES.get(QuestionKind(question.kind), BLIND_GUESS)
        if self.character == Character.GUESSING:
            return guess
        return guess + (1.0 - guess - self.traits.slip) * self.solves(question, at)

    def _learn(self, skills: Sequence[int], share: float, difficulty: int, at: float) -> None:
        gift = math.exp(0.35 * self.traits.ability)
        for skill in skills:
            needed = [self.held(before, at) for before in self.requires[skill]]
            ready = READY_ANYWAY + (1.0 - READY_ANYWAY) * sum(needed) / len(needed) if needed else 1.0
            stuck = share * gift * ready * _within_reach(difficulty, self.held(skill, at))
            self._memories[skill] = self._memories[skill].met_again(min(0.95, stuck), at)

    def _known_before(self) -> Memory:
        """What was learned elsewhere. It does not fade before it is met."""
        odds = 1.1 * self.traits.ability + 0.8 * self.rng.gauss(0.0, 1.0) - 1.6
        return Memory(1.0 / (1.0 + math.exp(-odds)), FIRST_HALF_LIFE / self.traits.forgetting, math.inf)


def _traits(character: Character, rng: random.Random) -> Traits:
    ability = rng.gauss(*ABILITY.get(character, (0.0, 0.0)))
    pace, forgetting = rng.lognormvariate(0.0, 0.3), rng.lognormvariate(0.0, 0.35)
    return Traits(ability, pace, forgetting, slip=rng.uniform(0.03, 0.12))


def _solved(held: float, difficulty: float) -> float:
    """The chance that a skill held so well is enough: each step of difficulty asks 1.6 times as much of it."""
    return held ** (0.4 * 1.6 ** (difficulty - 1.0))


def _within_reach(difficulty: int, held: float) -> float:
    """The share of an explanation that can stick, for who holds so much of the skill."""
    above = max(0.0, difficulty - (1.0 + 4.0 * held) - WITHIN_REACH)
    return math.exp(-0.5 * (above / REACH) ** 2)


def _typical_difficulty(skill: int, modules: Iterable[ModuleEntry]) -> float:
    asked = sorted(q.difficulty for module in modules for q in module.questions if skill in q.skills)
    return asked[len(asked) // 2] if asked else MEDIUM
