"""Make one course look like many: easier or harder, with fewer columns, with or without its author's ratings.

There are few courses to learn from, and thousands of learners in each. A network that is to serve courses unlike all of
them must not take their base rates, their spread of difficulties or the presence of a column for granted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.episodes import NOBODY, Episodes
from mlcore.interactions import Numbers
from mlcore.memory import sigmoid

FEWEST_KEPT = 0.35  # of the answers
STEEPEST = 1.5  # logits of being kept for each logit of difficulty
IMAGINED = 4.0  # answers at the course's rate, behind the rate of each item


@dataclass(frozen=True)
class Variety:
    """How often each change is made to a course."""

    thinned: float = 0.4
    without_skills: float = 0.1
    items_as_skills: float = 0.1
    without_times: float = 0.15
    without_paces: float = 0.15
    without_hints: float = 0.15
    authored: float = 0.25


AS_IT_IS = Variety(
    thinned=0, without_skills=0, items_as_skills=0, without_times=0, without_paces=0, without_hints=0, authored=0
)
"""For networks that serve the very course they are trained in."""


def vary(course: Episodes, variety: Variety, rng: np.random.Generator) -> Episodes:
    """Return the same learners in a course that differs from theirs in some ways, drawn at random."""
    drawn = {name: rng.random() < chance for name, chance in vars(variety).items()}
    questions, outcomes = course.questions, course.outcomes
    nothing = np.full(len(course), np.nan)
    if drawn["authored"]:
        questions = replace(questions, difficulty=_rated(_difficulties(course), course, rng))
    if drawn["without_skills"]:
        questions = replace(questions, skills=np.full((len(course), 1), NOBODY))
    elif drawn["items_as_skills"]:
        skill = questions.skills[:, 0]
        questions = replace(questions, item=np.where(skill == NOBODY, questions.item, skill))
    if drawn["without_times"]:
        outcomes = replace(outcomes, at=nothing)
    if drawn["without_paces"]:
        outcomes = replace(outcomes, seconds=nothing)
    if drawn["without_hints"]:
        outcomes = replace(outcomes, hints=np.zeros(len(course)))
    varied = replace(course, questions=questions, outcomes=outcomes)
    return _thinned(varied, _difficulties(course), rng) if drawn["thinned"] else varied


def _difficulties(course: Episodes) -> Numbers:
    """How hard the item of each answer is, in logits above the course's mean.  [n]"""
    _, item = np.unique(course.questions.item, return_inverse=True)
    right = course.outcomes.correct
    mean = float(right.mean()) if len(right) else 0.5
    rate = (np.bincount(item, right) + IMAGINED * mean) / (np.bincount(item) + IMAGINED)
    rate = np.clip(rate, 0.01, 0.99)
    hard: Numbers = -np.log(rate / (1.0 - rate))
    return (hard - float(hard.mean()))[item]


def _thinned(course: Episodes, difficulty: Numbers, rng: np.random.Generator) -> Episodes:
    """Leave out items, the easy or the hard ones rather than others."""
    _, item = np.unique(course.questions.item, return_inverse=True)
    slope = rng.uniform(-STEEPEST, STEEPEST)
    share = rng.uniform(FEWEST_KEPT, 1.0)
    chance = sigmoid(slope * difficulty)
    chance = chance * share / max(float(chance.mean()), 1e-9) if len(chance) else chance
    keep = rng.random(item.max(initial=0) + 1)[item] < chance
    return Episodes(course.learner[keep], course.questions.rows(keep), course.outcomes.rows(keep), course.learners)


def _rated(difficulty: Numbers, course: Episodes, rng: np.random.Generator) -> Numbers:
    """What an author would say of each item, 1 to 5: right about some of it.  [n]"""
    _, item = np.unique(course.questions.item, return_inverse=True)
    error = rng.normal(0.0, rng.uniform(0.5, 2.0), item.max(initial=0) + 1)[item]
    rating: Numbers = np.clip(np.round(3.0 + difficulty + error), 1.0, 5.0)
    return rating
