"""Rasch with empirical-Bayes priors: P(right) = sigmoid(ability - difficulty), ability normal, an item's difficulty
normal around its skill's, a skill's normal around the course's; all means and spreads are learned.

Sources: Bock & Aitkin, "Marginal maximum likelihood estimation of item parameters", Psychometrika 46, 1981 (EM over a
grid of abilities); Mislevy, "Bayes modal estimation in item response models", Psychometrika 51, 1986 (item priors).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mlcore.baselines.history import Rival, logit, runs_of, sigmoid, skills_of
from mlcore.interactions import Codes, Interactions, Numbers

GRID = np.linspace(-4.0, 4.0, 81)  # ability in standard deviations
ROUNDS = 25
NEWTON_STEPS = 2
LONGEST_STEP = 1.0  # of Newton, which overshoots where nearly everyone is right


@dataclass(frozen=True)
class Normals:
    """Normal distributions, one for each code."""

    mean: Numbers
    variance: Numbers


@dataclass(frozen=True)
class Difficulties:
    """What training told about items; one it never met is judged by its skill."""

    items: Normals
    skills: Normals  # of the mean difficulty of a skill's items; the last is for answers without skill
    within_skill: float  # variance of items around their skill

    def of(self, log: Interactions) -> Normals:
        """Each answer's.  [n]"""
        skill = skills_of(log)[:, 0]
        unmet = np.isnan(self.items.mean[log.item])
        mean = np.where(unmet, self.skills.mean[skill], self.items.mean[log.item])
        by_skill = self.skills.variance[skill] + self.within_skill
        return Normals(mean, np.where(unmet, by_skill, self.items.variance[log.item]))


@dataclass
class RaschEB(Rival):
    """Given some answers the ability has a posterior over GRID, exact up to its spacing; predictions average it."""

    name: str = "rasch_eb"
    spread: float = 1.0  # standard deviation of ability
    difficulties: Difficulties = field(default_factory=lambda: _flat(0, 0, 0.0))

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Alternate between the learners' posteriors and the items' modes, ROUNDS times."""
        start = -float(logit(train.correct.mean()))
        rasch = replace(self, difficulties=_flat(len(train.item_names), len(train.skill_names) + 1, start))
        for _ in range(ROUNDS):
            posterior = rasch.posterior_of_learners(train)
            spread = rasch.spread * float(np.sqrt(np.mean(posterior @ GRID**2)))
            items = _item_modes(train, posterior, rasch)
            rasch = replace(rasch, spread=spread, difficulties=_pooled(train, items, rasch.difficulties))
        return rasch

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Average over what ability may be, and over what the item's difficulty may be (MacKay 1992).  [n]"""
        known_at = runs_of(log, np.zeros(len(log), dtype=np.int64)).known_at(seen)
        difficulty = self.difficulties.of(log)
        shrink = 1 / np.sqrt(1 + np.pi * difficulty.variance / 8)
        chances = np.zeros(len(log))
        for rows in _rows_of_each_learner(log):
            evidence = np.cumsum(_log_likelihood(self.spread, difficulty.mean[rows], log.correct[rows]), axis=0)
            posterior = _posterior(np.vstack([np.zeros(len(GRID)), evidence])[known_at[rows] - rows[0]])
            log_odds = (self.spread * GRID - difficulty.mean[rows, None]) * shrink[rows, None]
            chances[rows] = np.sum(posterior * sigmoid(log_odds), axis=1)
        return chances

    def posterior_of_learners(self, log: Interactions) -> Numbers:
        """What each learner's ability may be, given all their answers.  [learners with answers, GRID]"""
        _, first = np.unique(log.learner, return_index=True)
        each = _log_likelihood(self.spread, self.difficulties.of(log).mean, log.correct)
        return _posterior(np.add.reduceat(each, first, axis=0))


def _flat(items: int, skills: int, start: float) -> Difficulties:
    """Before training: everything is as hard as the course, and nobody is sure of it."""
    unmet = Normals(np.full(items, np.nan), np.full(items, np.nan))
    return Difficulties(unmet, Normals(np.full(skills, start), np.full(skills, 0.5)), within_skill=0.5)


def _log_likelihood(spread: float, difficulty: Numbers, correct: Numbers) -> Numbers:
    """Of each answer, for each ability.  [n, GRID]"""
    sign = 2 * correct[:, None] - 1
    likelihood: Numbers = -np.logaddexp(0.0, -sign * (spread * GRID - difficulty[:, None]))
    return likelihood


def _posterior(log_likelihood: Numbers) -> Numbers:
    """Weights over GRID under a standard normal prior.  [n, GRID]"""
    log_weight = log_likelihood - 0.5 * GRID**2
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def _item_modes(log: Interactions, posterior: Numbers, rasch: RaschEB) -> Normals:
    """Newton on each item's expected log posterior, with the curvature there; nan for items nobody met.  [items]"""
    learner = np.unique(log.learner, return_inverse=True)[1]
    order = np.argsort(log.item, kind="stable")
    met, first = np.unique(log.item[order], return_index=True)
    expected = np.add.reduceat(posterior[learner[order]], first, axis=0)  # [met, GRID] learners at each ability
    right = np.bincount(log.item, weights=log.correct)[met]
    center = rasch.difficulties.skills.mean[_skill_of_items(log, met)]
    difficulty = rasch.difficulties.items.mean[met]
    difficulty = np.where(np.isnan(difficulty), center, difficulty)
    tightness = 1 / rasch.difficulties.within_skill
    for _ in range(NEWTON_STEPS):
        chance = sigmoid(rasch.spread * GRID - difficulty[:, None])
        slope = np.sum(expected * chance, axis=1) - right - tightness * (difficulty - center)
        curvature = np.sum(expected * chance * (1 - chance), axis=1) + tightness
        difficulty = difficulty + np.clip(slope / curvature, -LONGEST_STEP, LONGEST_STEP)
    mean, variance = np.full((2, len(log.item_names)), np.nan)
    mean[met], variance[met] = difficulty, 1 / curvature
    return Normals(mean, variance)


def _pooled(log: Interactions, items: Normals, before: Difficulties) -> Difficulties:
    """Learn the skills and the two spreads from the items (EM for a two-level normal model)."""
    met = np.unique(log.item)
    skill = _skill_of_items(log, met)
    mean, variance = items.mean[met], items.variance[met]
    every = len(before.skills.mean)
    count = np.bincount(skill, minlength=every)
    course = float(before.skills.mean[count > 0].mean())
    between = float(np.mean((before.skills.mean - course)[count > 0] ** 2 + before.skills.variance[count > 0]))
    precision = 1 / between + count / before.within_skill
    pulled = (course / between + np.bincount(skill, weights=mean, minlength=every) / before.within_skill) / precision
    skills = Normals(pulled, 1 / precision)
    within = float(np.mean((mean - pulled[skill]) ** 2 + variance + skills.variance[skill]))
    return Difficulties(items, skills, max(within, 1e-3))


def _skill_of_items(log: Interactions, items: Codes) -> Codes:
    """The first skill of each of these items, all of them in the log.  [items]"""
    skill = np.zeros(len(log.item_names), dtype=np.int64)
    skill[log.item] = skills_of(log)[:, 0]
    return skill[items]


def _rows_of_each_learner(log: Interactions) -> list[Codes]:
    _, first = np.unique(log.learner, return_index=True)
    return np.split(np.arange(len(log)), first[1:])
