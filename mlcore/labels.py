"""Which skills a question asks for, judged from its words: those of the labelled questions that are most like it.

A skill's chance is the weighted share of the nearest labelled questions that ask for it, a neighbor's weight being
cosine^sharpness; `doubt` is the weight of one more that asks for nothing, so a text unlike all others gets no skill.

Needs scikit-learn: for workers, not for serving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from mlcore.answers import Item, Name
from mlcore.encoders import Embed
from mlcore.interactions import Numbers
from mlcore.wording import Vectors, cosines, learn_wording

NEAREST = 10
MOST_LABELLED = 3000
MOST_JUDGED = 500  # to choose sharpness and doubt
SHARPNESSES = (1.0, 2.0, 4.0, 8.0)
DOUBTS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LEAST_CHANCE = 0.5  # below it, the answer is that we do not know


@dataclass(frozen=True)
class SkillGuess:
    """A skill that a text may ask for, and the chance that it does."""

    skill: Name
    chance: float


@dataclass(frozen=True)
class SkillFinder:
    """Labelled questions, and how far to trust their likeness."""

    vectors: Vectors
    texts: Sequence[str]
    skills: Sequence[Name]
    labels: Numbers  # [n, skills] 1 where a text asks for a skill
    sharpness: float
    doubt: float

    def guess(self, texts: Sequence[str], least: float = LEAST_CHANCE) -> list[list[SkillGuess]]:
        """Return the skills that each text asks for with a chance of at least `least`, the likeliest first.

        An empty list means: don't know.
        """
        alike = cosines(self.vectors(texts), self.vectors(self.texts))
        return [self._named(row, least) for row in _chances(alike, self.labels, self.sharpness, self.doubt)]

    def _named(self, chances: Numbers, least: float) -> list[SkillGuess]:
        order = np.argsort(-chances, kind="stable")
        return [SkillGuess(self.skills[place], float(chances[place])) for place in order if chances[place] >= least]


def learn_skills(items: Sequence[Item], embed: Embed | None = None) -> SkillFinder:
    """Learn from items with texts and skills; with more than MOST_LABELLED, from as many spread over them.

    Raises ValueError if no item has both.
    """
    labelled = [item for item in items if item.text and item.skills]
    if not labelled:
        raise ValueError("items: none has a text and a skill")
    labelled = labelled[:: -(-len(labelled) // MOST_LABELLED)]
    texts = [item.text or "" for item in labelled]
    skills = list(dict.fromkeys(skill for item in labelled for skill in item.skills))
    place = {skill: number for number, skill in enumerate(skills)}
    labels = np.zeros((len(labelled), len(skills)))
    for row, item in enumerate(labelled):
        labels[row, [place[skill] for skill in item.skills]] = 1.0
    vectors = learn_wording(texts, embed)
    known = vectors(texts)
    sharpness, doubt = _sharpest(cosines(known, known), labels)
    return SkillFinder(vectors, texts, skills, labels, sharpness, doubt)


def _sharpest(alike: Numbers, labels: Numbers) -> tuple[float, float]:
    """Return the sharpness and the doubt with which labelled texts are judged best by the others (Brier score).

    Each is judged twice: by all others, and by those that share no skill with it, when nothing should be named.
    """
    judged = slice(None, None, -(-len(alike) // MOST_JUDGED))
    others = (alike - np.diag(np.diag(alike)))[judged]
    strangers = np.where(labels[judged] @ labels.T > 0, 0.0, alike[judged])

    def misjudged(guess: tuple[float, float]) -> float:
        of_own = ((_chances(others, labels, *guess) - labels[judged]) ** 2).sum()
        of_strangers = (_chances(strangers, labels, *guess) ** 2).sum()
        return float(of_own + of_strangers)

    return min(product(SHARPNESSES, DOUBTS), key=misjudged)


def _chances(alike: Numbers, labels: Numbers, sharpness: float, doubt: float) -> Numbers:
    """Return the chance that each text asks for each skill.  [m, skills]"""
    weight = np.maximum(alike, 0.0) ** sharpness
    if weight.shape[1] > NEAREST:
        farthest = np.partition(weight, -NEAREST, axis=1)[:, -NEAREST, None]
        weight = np.where(weight >= farthest, weight, 0.0)
    return np.asarray(weight @ labels / (weight.sum(1, keepdims=True) + doubt))
