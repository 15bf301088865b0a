"""A learner facing a question as numbers without ids, so that what is learned in one course holds in the next."""

from __future__ import annotations

import numpy as np

from mlcore.belief import (
    FAST,
    HINTS,
    I_LAST,
    I_RIGHT,
    I_WRONG,
    LAST,
    LAST_PACE,
    PACES,
    RIGHT,
    S_FAST,
    S_RIGHT,
    S_WRONG,
    SLOW,
    WRONG,
    Belief,
    Counts,
    Float32,
)
from mlcore.calibration import Prompts
from mlcore.interactions import Numbers
from mlcore.memory import Recall, moderated, sigmoid

HOUR = 3600.0

FEATURES = (
    "logit",
    "moderated",
    "chance",
    "base",
    "sd",
    "item_answers",
    "skill_base",
    "skill_sd",
    "skill_answers",
    "authored",
    "is_authored",
    "level",
    "learners",
    "skill_count",
    "ability",
    "ability_sd",
    "effect",
    "effect_sd",
    "right",
    "wrong",
    "skill_right",
    "skill_wrong",
    "item_right",
    "item_wrong",
    "fast",
    "slow",
    "last",
    "skill_fast",
    "item_last",
    "skill_lag",
    "skill_is_new",
    "skill_is_last",
    "item_lag",
    "item_is_new",
    "is_first",
    "hours_since_last",
    "hours_since_skill",
    "is_timed",
    "last_pace",
    "is_paced",
    "hints",
)


def describe(belief: Belief, known: Recall, prompts: Prompts, now: Counts) -> Float32:
    """Return the features of q prompts, each about one learner.  [q, len(FEATURES)]

    `now` [q] is when the prompts are asked, in whole seconds, 0 if unknown. Nothing of the answers to come is read.
    """
    owner = known.owner
    numbers = belief.numbers[owner].astype(np.float64)
    skill = (known.skill_numbers * known.share[:, :, None]).sum(1)
    columns = {
        **_of_course(prompts),
        **_of_classic(known),
        **_of_counts(numbers, skill, known),
        **_of_recency(belief, known),
        **_of_time(belief, known, now),
        "fast": numbers[:, FAST],
        "slow": numbers[:, SLOW],
        "last": numbers[:, LAST],
        "skill_fast": skill[:, S_FAST],
        "item_last": known.item_numbers[:, I_LAST],
        "last_pace": numbers[:, LAST_PACE] / 2.0,
        "is_paced": numbers[:, PACES] > 0,
        "hints": numbers[:, HINTS],
    }
    described = np.empty((len(owner), len(FEATURES)), np.float32)
    for place, name in enumerate(FEATURES):
        described[:, place] = columns[name]
    return described


def _of_course(prompts: Prompts) -> dict[str, Numbers]:
    return {
        "base": prompts.base,
        "sd": prompts.sd,
        "item_answers": _few(prompts.item_answers),
        "skill_base": prompts.skill_base,
        "skill_sd": prompts.skill_sd,
        "skill_answers": _few(prompts.skill_answers),
        "authored": prompts.authored,
        "is_authored": prompts.is_authored,
        "level": np.full(len(prompts), prompts.level),
        "learners": np.full(len(prompts), _few(np.array(prompts.learners))),
        "skill_count": np.log1p(prompts.skill_count),
    }


def _of_classic(known: Recall) -> dict[str, Numbers]:
    steadied = moderated(known.logit, known.variance)
    return {
        "logit": known.logit,
        "moderated": steadied,
        "chance": sigmoid(steadied),
        "ability": known.ability,
        "ability_sd": np.sqrt(known.ability_var),
        "effect": known.effect,
        "effect_sd": np.sqrt(known.effect_var),
    }


def _of_counts(numbers: Numbers, skill: Numbers, known: Recall) -> dict[str, Numbers]:
    return {
        "right": _few(numbers[:, RIGHT]),
        "wrong": _few(numbers[:, WRONG]),
        "skill_right": _few(skill[:, S_RIGHT]),
        "skill_wrong": _few(skill[:, S_WRONG]),
        "item_right": _few(known.item_numbers[:, I_RIGHT]),
        "item_wrong": _few(known.item_numbers[:, I_WRONG]),
    }


def _of_recency(belief: Belief, known: Recall) -> dict[str, Numbers]:
    return {
        "skill_lag": _lag(known.skill_lag),
        "skill_is_new": np.isinf(known.skill_lag),
        "skill_is_last": known.skill_lag == 1.0,
        "item_lag": _lag(known.item_lag),
        "item_is_new": np.isinf(known.item_lag),
        "is_first": belief.answered[known.owner] == 0,
    }


def _of_time(belief: Belief, known: Recall, now: Counts) -> dict[str, Numbers]:
    last = belief.last_at[known.owner].astype(np.float64)
    when = np.broadcast_to(now, last.shape).astype(np.float64)
    return {
        "hours_since_last": _hours(when, last),
        "hours_since_skill": _hours(when, known.skill_at),
        "is_timed": ((when > 0) & (last > 0)).astype(np.float64),
    }


def _few(count: Numbers) -> Numbers:
    """Squeeze a count so that the first few weigh most."""
    return np.log1p(count) / 3.0


def _lag(answers: Numbers) -> Numbers:
    """Squeeze a lag in answers; 0 for one never seen."""
    return np.where(np.isinf(answers), 0.0, np.log(np.maximum(np.where(np.isinf(answers), 1.0, answers), 1.0)) / 3.0)


def _hours(now: Numbers, then: Numbers) -> Numbers:
    """Squeeze the time between; 0 where either is unknown or the clock went backwards."""
    return np.where((now > 0) & (then > 0), np.log1p(np.maximum(now - then, 0.0) / HOUR) / 3.0, 0.0)
