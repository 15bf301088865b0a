"""How hard the items and skills of a course are, judged from a cohort's answers: hierarchical empirical Bayes.

logit P(right) = level + ability_u - skill_s - 2 slope * author_i - item_i, all normal around their priors. The
posterior's mode is found by Newton steps on one block after the other; the variances follow by expectation
maximization, pulled towards those of other courses (Laplace approximation with independent posteriors).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mlcore.calibration import NOTHING, Calibration, Population, Table, uncalibrated
from mlcore.episodes import NOBODY, Episodes, Keys, Questions
from mlcore.interactions import Codes, Numbers
from mlcore.memory import sigmoid

SWEEPS = 40
CLOSE = 2e-3  # logits: a sweep that moves nothing further is the last
PRIOR_WEIGHT = 15.0  # how many items or skills the variances of other courses count for
LEARNERS_WEIGHT = 3.0  # likewise learners: each gives many answers, so a few tell how they vary
LONGEST_STEP = 1.5
WIDEST = 1.75  # logits: beyond it nearly all answers are right or wrong, and the sd would run away


@dataclass(frozen=True)
class _Effects:
    """Which effects act on which answers: entry e adds `weight[e] * effect[code[e]]` to the logit of `row[e]`."""

    row: Codes  # [e]
    code: Codes  # [e]
    weight: Numbers  # [e]
    size: int  # how many effects
    prior_mean: float | Numbers  # of all or of each
    expected_sd: float
    own_sd: Numbers | None = None  # [size] of an effect that has a prior of its own; nan for one that shares
    prior_weight: float = PRIOR_WEIGHT


@dataclass
class _Posterior:
    mean: Numbers  # [size]
    variance: Numbers  # [size]
    sd: float  # of the prior


def fit_difficulty(cohort: Episodes, population: Population, expected: Table = NOTHING) -> Calibration:
    """Return a course's posteriors given a cohort's answers; with an empty cohort, the priors.

    `expected` are priors of single items, where something but answers speaks for them (`mlcore.texts`): each takes the
    place of N(0, item_sd). These items are in the result even if nobody answered them.
    """
    if not len(cohort):
        return replace(uncalibrated(population), items=expected)
    skills, skill_effects = _of_skills(cohort.questions, population)
    items, item_effects = _of_items(cohort.questions, population, expected)
    effects = {
        "level": _simple(np.zeros(len(cohort), np.int64), 1, population.level, population.level_sd),
        "learner": replace(
            _simple(cohort.learner, cohort.learners, 0.0, population.ability_sd), prior_weight=LEARNERS_WEIGHT
        ),
        "skill": skill_effects,
        "author": _of_authors(cohort.questions, population),
        "item": item_effects,
    }
    found = _climb(effects, cohort.outcomes.correct)
    return Calibration(
        population=replace(
            population, ability_sd=found["learner"].sd, item_sd=found["item"].sd, skill_sd=found["skill"].sd
        ),
        level=float(found["level"].mean[0]),
        level_sd=float(np.sqrt(found["level"].variance[0])),
        author_slope=float(found["author"].mean[0]),
        learners=cohort.learners,
        items=_table(items, found["item"], effects["item"]),
        skills=_table(skills, found["skill"], effects["skill"]),
    )


def _simple(code: Codes, size: int, prior_mean: float, sd: float) -> _Effects:
    return _Effects(np.arange(len(code)), code, np.ones(len(code)), size, prior_mean, sd)


def _of_items(questions: Questions, population: Population, expected: Table) -> tuple[Keys, _Effects]:
    items = np.union1d(questions.item, expected.key)
    code = np.searchsorted(items, questions.item)
    row, weight = np.arange(len(code)), np.full(len(code), -1.0)
    if not len(expected.key):
        return items, _Effects(row, code, weight, len(items), 0.0, population.item_sd)
    mean, own_sd, _ = expected.find(items, np.nan)
    return items, _Effects(row, code, weight, len(items), mean, population.item_sd, own_sd)


def _of_skills(questions: Questions, population: Population) -> tuple[Keys, _Effects]:
    present = questions.skills != NOBODY
    row, _ = np.nonzero(present)
    skills, code = np.unique(questions.skills[present], return_inverse=True)
    weight = -1.0 / np.maximum(present.sum(1), 1)[row]
    return skills, _Effects(row, code, weight, len(skills), 0.0, population.skill_sd)


def _of_authors(questions: Questions, population: Population) -> _Effects:
    row = np.flatnonzero(~np.isnan(questions.difficulty))
    weight = 3.0 - questions.difficulty[row]
    return _Effects(row, np.zeros(len(row), np.int64), weight, 1, population.author_slope, population.author_slope_sd)


def _climb(effects: dict[str, _Effects], correct: Numbers) -> dict[str, _Posterior]:
    """Find the mode of all effects together with the variances of their priors."""
    found = {name: _prior(effect) for name, effect in effects.items()}
    logit = np.zeros(len(correct))
    spread = np.zeros(len(correct))
    for name, effect in effects.items():
        logit += _sum_by_row(effect, effect.weight * found[name].mean[effect.code], len(correct))
        spread += _sum_by_row(effect, effect.weight**2 * found[name].variance[effect.code], len(correct))
    for _ in range(SWEEPS):
        furthest = 0.0
        for name, effect in effects.items():
            old = found[name]
            own = _sum_by_row(effect, effect.weight**2 * old.variance[effect.code], len(correct))
            others = np.maximum(spread - own, 0.0)
            new = _improved(effect, old, correct, logit / np.sqrt(1.0 + np.pi / 8.0 * others))
            logit += _sum_by_row(effect, effect.weight * (new.mean - old.mean)[effect.code], len(correct))
            change = (new.variance - old.variance)[effect.code]
            spread = np.maximum(spread + _sum_by_row(effect, effect.weight**2 * change, len(correct)), 0.0)
            furthest = max(furthest, float(np.abs(new.mean - old.mean).max(initial=0.0)))
            found[name] = new if name in ("level", "author") else _with_learned_sd(effect, new)
        if furthest < CLOSE:
            break
    return found


def _prior(effect: _Effects) -> _Posterior:
    mean = np.full(effect.size, effect.prior_mean)
    return _Posterior(mean, _prior_sd(effect, effect.expected_sd) ** 2, effect.expected_sd)


def _prior_sd(effect: _Effects, shared: float) -> Numbers:
    """Return the prior's sd of each effect: its own, or the one that all others share.  [size]"""
    if effect.own_sd is None:
        return np.full(effect.size, shared)
    return np.where(np.isnan(effect.own_sd), shared, effect.own_sd)


def _improved(effect: _Effects, old: _Posterior, correct: Numbers, logit: Numbers) -> _Posterior:
    """Take one Newton step in a block of effects."""
    p = sigmoid(logit)
    precision = _prior_sd(effect, old.sd) ** -2.0
    pull = np.bincount(effect.code, effect.weight * (correct - p)[effect.row], effect.size)
    told = effect.weight**2 * (p * (1.0 - p))[effect.row]
    curvature = np.bincount(effect.code, told, effect.size).astype(np.float64) + precision
    step = (pull - (old.mean - effect.prior_mean) * precision) / curvature
    return _Posterior(old.mean + np.clip(step, -LONGEST_STEP, LONGEST_STEP), 1.0 / curvature, old.sd)


def _with_learned_sd(effect: _Effects, posterior: _Posterior) -> _Posterior:
    """Set the shared prior's sd to the likeliest, pulled towards the expected one (inverse gamma prior).

    Effects with a prior of their own tell of it too, if any answers speak for them.
    """
    telling = np.full(effect.size, True)
    if effect.own_sd is not None:
        telling = np.isnan(effect.own_sd) | (np.bincount(effect.code, minlength=effect.size) > 0)
    total = float((posterior.mean**2 + posterior.variance)[telling].sum()) + effect.prior_weight * effect.expected_sd**2
    likeliest = float(np.sqrt(total / (telling.sum() + effect.prior_weight)))
    return replace(posterior, sd=min(likeliest, max(WIDEST, effect.expected_sd)))


def _sum_by_row(effect: _Effects, values: Numbers, rows: int) -> Numbers:
    total: Numbers = np.bincount(effect.row, values, rows).astype(np.float64)
    return total


def _table(keys: Keys, posterior: _Posterior, effect: _Effects) -> Table:
    answers = np.bincount(effect.code, minlength=effect.size).astype(np.float64)
    return Table(keys, posterior.mean, np.sqrt(posterior.variance), answers)
