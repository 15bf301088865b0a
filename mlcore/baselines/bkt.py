"""Bayesian knowledge tracing: a skill is known or not, learned with some chance at each answer, never forgotten.

Source: Corbett & Anderson, "Knowledge tracing", UMUAI 4, 1994; fitted with EM (Baum & Welch) for all skills at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mlcore.baselines.history import Rival, Runs, mean_by_row, runs_of, skills_of
from mlcore.interactions import Codes, Interactions, Numbers

ROUNDS = 40
IMAGINED = 10.0  # answers behind each starting value, so that a rare skill keeps plausible ones


@dataclass(frozen=True)
class Chances:
    """The four chances of each skill.  [skills] each"""

    known: Numbers
    learn: Numbers
    slip: Numbers
    guess: Numbers

    def of(self, skill: Codes) -> Chances:
        """Those of these skills."""
        return Chances(self.known[skill], self.learn[skill], self.slip[skill], self.guess[skill])

    def right(self, known: Numbers) -> Numbers:
        """Chance of a right answer where the skill is known with chance `known`."""
        return known * (1 - self.slip) + (1 - known) * self.guess

    def after(self, known: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
        """Chance that the skill was known at the answer, and that it is at the next."""
        if_known = np.where(right == 1, 1 - self.slip, self.slip) * known
        if_not = np.where(right == 1, self.guess, 1 - self.guess) * (1 - known)
        was_known = if_known / (if_known + if_not)
        return was_known, was_known + (1 - was_known) * self.learn


@dataclass
class BKT(Rival):
    """One hidden bit for each learner and skill; the chance of a question with several skills is their mean."""

    name: str = "bkt"
    chances_of: Chances = field(default_factory=lambda: _start(0))

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        """Run ROUNDS of EM over all runs of answers."""
        runs = runs_of(train, skills_of(train))
        start = _start(len(train.skill_names) + 1)
        learned = start
        for _ in range(ROUNDS):
            learned = _maximize(runs, train.correct[runs.row], learned, start)
        return replace(self, chances_of=learned)

    def chances(self, log: Interactions, seen: int | None) -> Numbers:
        """Filter forward through what is known.  [n]"""
        runs = runs_of(log, skills_of(log))
        known = filtered(runs, log.correct[runs.row], self.chances_of)[runs.known_at(seen)]
        return mean_by_row(self.chances_of.of(runs.thing).right(known), runs.row, len(log))


def filtered(runs: Runs, right: Numbers, chances: Chances) -> Numbers:
    """Chance before each answer that its skill is known, given the run's earlier answers.  [m]"""
    own = chances.of(runs.thing)
    known = own.known.copy()
    for now in _later_answers(runs):
        last = now - 1
        _, known[now] = chances.of(runs.thing[last]).after(known[last], right[last])
    return known


def smoothed(runs: Runs, right: Numbers, chances: Chances) -> tuple[Numbers, Numbers]:
    """Given the whole run: chance that the skill was known at each answer, and was learned right after.  [m], [m]"""
    own = chances.of(runs.thing)
    known, next_known = own.after(filtered(runs, right, chances), right)
    learned = np.zeros(len(runs))
    for now in reversed(_later_answers(runs)):
        last = now - 1
        share = known[now] / next_known[last]
        learned[last] = (1 - known[last]) * own.learn[last] * share
        known[last] *= share
    return known, learned


def _later_answers(runs: Runs) -> list[Codes]:
    """All second answers of their runs, all third ones, and so on."""
    rank = np.arange(len(runs)) - runs.first
    order = np.argsort(rank, kind="stable")
    return np.split(order, np.cumsum(np.bincount(rank)))[1:-1]


def _maximize(runs: Runs, right: Numbers, chances: Chances, start: Chances) -> Chances:
    """One round of EM; `start` stands for IMAGINED answers of each kind."""
    known, learned = smoothed(runs, right, chances)
    is_first = runs.first == np.arange(len(runs))
    is_followed = np.append(~is_first[1:], False)

    def share(prior: Numbers, hits: Numbers, trials: Numbers) -> Numbers:
        all_hits = np.bincount(runs.thing, weights=hits, minlength=len(prior))
        all_trials = np.bincount(runs.thing, weights=trials, minlength=len(prior))
        return (all_hits + IMAGINED * prior) / (all_trials + IMAGINED)

    return Chances(
        known=share(start.known, known * is_first, is_first.astype(float)),
        learn=share(start.learn, learned, (1 - known) * is_followed),
        slip=share(start.slip, known * (1 - right), known),
        guess=share(start.guess, (1 - known) * right, 1 - known),
    )


def _start(skills: int) -> Chances:
    return Chances(np.full(skills, 0.5), np.full(skills, 0.1), np.full(skills, 0.1), np.full(skills, 0.3))
