"""The closed form: what success counts alone say, for when no checkpoint can be used. It stands in for a tutor.

A skill's chance is a Beta posterior; its prior is the learner's own success over all skills, itself a Beta posterior.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mlcore.answers import Answer, Item, Name
from mlcore.placement import Expected
from mlcore.policy import Outlook, PolicySettings, Suggestion, choose
from mlcore.prospects import Held, prospects_alone
from mlcore.tutor import NINETY, Mastery

PRIOR_RIGHT, PRIOR_WRONG = 1.3, 0.7
SHARED = 2.0  # how many answers the success over all skills is worth for each of them
STEP = 0.5  # logits for each step of difficulty
MEDIUM = 3.0
ABILITY_SD, OWN_SD, ITEM_SD = 1.2, 0.8, 0.8  # logits, before the first answer: learners, skills within one, questions
LEARNER = "all"


@dataclass(frozen=True)
class Counts:
    """Right and wrong answers, over all and by skill: `{skill: (right, wrong)}`."""

    of: dict[str, tuple[float, float]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return json.dumps(self.of, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls({name: (right, wrong) for name, (right, wrong) in json.loads(data).items()})


class Asked(list[Item]):
    """Items as counting reads them: as they are."""

    def rows(self, chosen: Iterable[int]) -> Asked:
        return Asked(self[place] for place in chosen)


@dataclass(frozen=True)
class CountingTutor:
    """Believes, predicts and suggests as a tutor does, from counts."""

    def begin(self) -> Counts:
        return Counts()

    def read(self, data: bytes) -> Counts:
        return Counts.from_bytes(data)

    def fold(self, belief: Counts, answers: Sequence[Answer]) -> Counts:
        counts = dict(belief.of)
        for answer in answers:
            for name in [LEARNER, *(str(skill) for skill in answer.skills)]:
                right, wrong = counts.get(name, (0.0, 0.0))
                counts[name] = right + answer.correct, wrong + 1.0 - answer.correct
        return Counts(counts)

    def fold_each(self, beliefs: Sequence[Counts], answers: Sequence[Answer]) -> list[Counts]:
        return [self.fold(belief, [answer]) for belief, answer in zip(beliefs, answers, strict=True)]

    def prepare(self, items: Sequence[Item]) -> Asked:
        return Asked(items)

    def predict(self, belief: Counts, items: Sequence[Item], at: float | None = None) -> tuple[Any, Any]:
        chances = [_chance(belief, item.skills) for item in items]
        level = np.array([MEDIUM if item.difficulty is None else item.difficulty for item in items])
        mean = np.array([mean for mean, _ in chances])
        odds = mean / (1.0 - mean) * np.exp(STEP * (MEDIUM - level))
        return odds / (1.0 + odds), np.array([sd for _, sd in chances])

    def predict_each(self, beliefs: Sequence[Counts], items: Sequence[Item], owner: Sequence[int]) -> Any:
        """Return what `predict` tells several learners; `owner` is the place of each item's among the beliefs."""
        told = [self.predict(beliefs[place], [item]) for place, item in zip(owner, items, strict=True)]
        return np.array([chance[0] for chance, _ in told], float), np.array([sd[0] for _, sd in told], float)

    def suggest(
        self,
        belief: Counts,
        candidates: Sequence[Item],
        rng: np.random.Generator,
        settings: PolicySettings | None = None,
        **asked: Any,
    ) -> Suggestion:
        probability, sd = self.predict(belief, candidates)
        count = len(candidates)
        spread = sd / np.maximum(probability * (1.0 - probability), 1e-3)
        nothing = np.zeros(count)
        alone = prospects_alone(_logit(probability), spread, np.full(count, np.nan))
        outlook = Outlook(
            probability=probability,
            variance=spread**2,
            prospects=asked.get("prospects") or alone,
            lately=nothing,
            answered=sum(belief.of.get(LEARNER, (0.0, 0.0))),
            modality_share=nothing,
            effects=np.asarray(asked.get("effects", nothing), float),
            sequence=asked.get("sequence"),
            module=asked.get("module"),
        )
        return choose(outlook, rng, settings, asked.get("allowed"), asked.get("listing"))

    def held(self, belief: Counts, skills: Sequence[Name]) -> Held:
        """Return what is believed of the logits of typical questions of these skills."""
        mean, sd = np.array([_chance(belief, [skill]) for skill in skills]).reshape(-1, 2).T
        return Held(_logit(mean), sd / (mean * (1.0 - mean)), 0.0)

    def expect(self, skills: Sequence[Name], items: Sequence[Item]) -> tuple[Expected, Any, Any]:
        """Return how strong somebody may be in these skills who has not answered yet, as a tutor does."""
        level = np.array([MEDIUM if item.difficulty is None else item.difficulty for item in items])
        usual = math.log(PRIOR_RIGHT / PRIOR_WRONG)
        expected = Expected(np.full(len(skills), usual), np.full(len(skills), OWN_SD))
        return expected, STEP * (MEDIUM - level), np.full(len(items), ITEM_SD)

    def mastery(self, belief: Counts, skills: Sequence[Name]) -> list[Mastery]:
        """Return what is believed of each skill. The interval is a score interval (Wilson 1927), nearly a Beta's."""
        return [_mastery(belief, skill) for skill in skills]

    def mastery_each(self, beliefs: Sequence[Counts], skills: Sequence[Name]) -> list[list[Mastery]]:
        return [self.mastery(belief, skills) for belief in beliefs]


def _logit(chance: Any) -> Any:
    return np.log(chance / (1.0 - chance))


def _mastery(belief: Counts, skill: Name) -> Mastery:
    mean, sd = _chance(belief, [skill])
    worth = mean * (1.0 - mean) / sd**2 - 1.0  # answers, the prior's among them
    middle, whole = mean + NINETY**2 / (2.0 * worth), 1.0 + NINETY**2 / worth
    reach = NINETY * (mean * (1.0 - mean) / worth + (NINETY / (2.0 * worth)) ** 2) ** 0.5
    answers = int(sum(belief.of.get(str(skill), (0.0, 0.0))))
    return Mastery(skill, mean, sd, answers, (middle - reach) / whole, (middle + reach) / whole)


def _chance(belief: Counts, skills: Sequence[Name]) -> tuple[float, float]:
    """Return mean and standard deviation of the chance, averaged over the skills."""
    right, wrong = belief.of.get(LEARNER, (0.0, 0.0))
    overall = (PRIOR_RIGHT + right) / (PRIOR_RIGHT + PRIOR_WRONG + right + wrong)
    beliefs = [_beta(overall, *belief.of.get(str(skill), (0.0, 0.0))) for skill in skills] or [_beta(overall, 0.0, 0.0)]
    mean, sd = np.mean(beliefs, axis=0)
    return float(mean), float(sd)


def _beta(prior: float, right: float, wrong: float) -> tuple[float, float]:
    a, b = SHARED * prior + right, SHARED * (1.0 - prior) + wrong
    return a / (a + b), (a * b / ((a + b) ** 2 * (a + b + 1.0))) ** 0.5
