"""What a learner's past answers say: kept in bounded tables, in the order in which the answers come.

The ability and the skill effects are an online Rasch model: each answer moves the believed logit to the mode of its
posterior (Laplace), and the move is shared out in proportion to the variances (assumed-density filtering, Opper 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.belief import (
    ABILITY,
    ABILITY_VAR,
    FAST,
    HINTS,
    I_LAST,
    I_RIGHT,
    I_WRONG,
    LAST,
    LAST_PACE,
    MOST_COUNTED,
    PACE,
    PACE_VAR,
    PACES,
    RIGHT,
    S_EFFECT,
    S_FAST,
    S_RIGHT,
    S_VAR,
    S_WRONG,
    SLOW,
    WRONG,
    Belief,
    Counts,
)
from mlcore.calibration import Population, Prompts
from mlcore.episodes import NOBODY, Keys, Outcomes
from mlcore.interactions import Codes, Numbers

NEWTON_STEPS = 2
FURTHEST = 12.0  # logits are kept within this
LATEST = 2.0**32 - 1.0
FAST_RATE, SLOW_RATE, SKILL_RATE, HINT_RATE, MODALITY_RATE, PACE_RATE = 0.3, 0.07, 0.4, 0.2, 0.1, 0.05
LONGEST_PACE, LEAST_PACE_VAR, STRANGEST_PACE = 86400.0, 0.1, 3.0  # seconds, of their logarithms, standard deviations
MODERATION = np.pi / 8.0


@dataclass(frozen=True)
class Recall:
    """What beliefs say about q prompts, each about one learner. Means over a prompt's skills where it has several."""

    owner: Codes  # [q] which learner
    is_skill: NDArray[np.bool_]  # [q, s]
    share: Numbers  # [q, s] of each skill in the prompt: they add up to 1, or to 0 without skills
    skill_slot: Codes  # [q, s] where the skill is kept, if it is
    item_slot: Codes  # [q]
    skill_numbers: Numbers  # [q, s, 5]
    skill_lag: Numbers  # [q] answers since one of its skills was last asked, inf if never
    skill_at: Numbers  # [q] when that was, 0 if unknown
    item_numbers: Numbers  # [q, 3]
    item_lag: Numbers  # [q] inf if never
    answered: Numbers  # [q] how many answers its learner gave
    ability: Numbers  # [q]
    ability_var: Numbers  # [q]
    effect: Numbers  # [q]
    effect_var: Numbers  # [q]
    logit: Numbers  # [q] the classic's
    variance: Numbers  # [q] of that logit, the item's difficulty included


def recall(belief: Belief, owner: Codes, prompts: Prompts, population: Population) -> Recall:
    """Gather what the beliefs say about each prompt; unknown skills and items get their priors."""
    is_skill = prompts.skills != NOBODY
    share = is_skill / np.maximum(prompts.skill_count, 1.0)[:, None]
    skill_slot, numbers, lag, at = recall_skills(belief, owner, prompts.skills, population)
    latest = lag.argmin(1)
    row = np.arange(len(owner))
    item_slot, item_numbers, item_lag = _recall_items(belief, owner, prompts.item)
    ability, ability_var = belief.numbers[owner, ABILITY], belief.numbers[owner, ABILITY_VAR]
    effect = (numbers[:, :, S_EFFECT] * share).sum(1)
    effect_var = (numbers[:, :, S_VAR] * share**2).sum(1)
    return Recall(
        owner=owner,
        is_skill=is_skill,
        share=share,
        skill_slot=skill_slot,
        item_slot=item_slot,
        skill_numbers=numbers,
        skill_lag=lag[row, latest],
        skill_at=at[row, latest],
        item_numbers=item_numbers,
        item_lag=item_lag,
        answered=belief.answered[owner].astype(np.float64),
        ability=ability.astype(np.float64),
        ability_var=ability_var.astype(np.float64),
        effect=effect,
        effect_var=effect_var,
        logit=np.clip(prompts.base + ability + effect, -FURTHEST, FURTHEST),
        variance=ability_var + effect_var + prompts.sd**2,
    )


def recall_skills(
    belief: Belief, owner: Codes, skills: Keys, population: Population
) -> tuple[Codes, Numbers, Numbers, Numbers]:
    """Return (slots [q, s], numbers [q, s, 5], lags [q, s], when [q, s]) of the skills [q, s] of prompts."""
    slot, found = _find(belief.skill_key, owner, skills)
    who = owner[:, None]
    numbers = np.where(found[:, :, None], belief.skill_numbers[who, slot], 0.0)
    numbers[:, :, S_VAR] = np.where(found, numbers[:, :, S_VAR], population.effect_sd**2)
    now = belief.answered[who].astype(np.float64) + 1.0
    lag = np.where(found, now - belief.skill_seen[who, slot], np.inf)
    return slot, numbers, lag, np.where(found, belief.skill_at[who, slot], 0).astype(np.float64)


def _recall_items(belief: Belief, owner: Codes, items: Keys) -> tuple[Codes, Numbers, Numbers]:
    slots, finds = _find(belief.item_key, owner, items[:, None])
    slot, found = slots[:, 0], finds[:, 0]
    now = belief.answered[owner].astype(np.float64) + 1.0
    numbers = np.where(found[:, None], belief.item_numbers[owner, slot], 0.0)
    return slot, numbers, np.where(found, now - belief.item_seen[owner, slot], np.inf)


def _find(table: Keys, owner: Codes, keys: Keys) -> tuple[Codes, NDArray[np.bool_]]:
    """Return the slot of each key in its owner's table, and whether it is there.  [q, s] both"""
    mine = table[:, None, :] if len(table) == 1 else table[owner][:, None, :]  # [1 or q, 1, slots]
    slot = (mine == keys[:, :, None]).argmax(2)
    return slot, (table[owner[:, None], slot] == keys) & (keys != NOBODY)


def whole_seconds(at: Numbers) -> Counts:
    """Round times down to what beliefs keep; 0 where unknown or before 1970."""
    return np.where(at >= 0.0, np.minimum(at, LATEST), 0.0).astype(np.uint32)


def sigmoid(logit: Numbers) -> Numbers:
    """Return 1 / (1 + exp(-logit)), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * logit))


def moderated(logit: Numbers, variance: Numbers) -> Numbers:
    """Return the logit of the mean of sigmoid(N(logit, variance)), nearly (MacKay 1992, eq. 10)."""
    return logit / np.sqrt(1.0 + MODERATION * variance)


def laplace_step(
    logit: Numbers, variance: Numbers, correct: Numbers, steps: int = NEWTON_STEPS
) -> tuple[Numbers, Numbers]:
    """Return (how far one answer moves the mode of a logit believed to be N(logit, variance), the curvature there).

    So near the mode as this many Newton steps lead; without any, nothing is learned and the curvature is 0, too.
    """
    move = np.zeros_like(logit)
    if not steps:
        return move, move
    for _ in range(steps):
        p = sigmoid(logit + move)
        move = move - (move - variance * (correct - p)) / (1.0 + variance * p * (1.0 - p))
    p = sigmoid(logit + move)
    return move, p * (1.0 - p)


@dataclass(frozen=True)
class Taught:
    """What one answer of each of n learners teaches."""

    known: Recall  # of what was asked, before it was answered
    correct: Numbers  # [n]
    surprise: Numbers  # [n] correct minus its expectation
    push: Numbers  # [n] posterior mean's move, for each unit of variance
    shrink: Numbers  # [n] variance lost, for each squared unit of variance


def teach(known: Recall, correct: Numbers, steps: int = NEWTON_STEPS) -> Taught:
    """Return what the answers of n learners teach, `known` being their recall of what was asked."""
    move, curvature = laplace_step(known.logit, known.variance, correct, steps)
    return Taught(
        known=known,
        correct=correct,
        surprise=correct - sigmoid(moderated(known.logit, known.variance)),
        push=move / known.variance,
        shrink=curvature / (1.0 + known.variance * curvature),
    )


def remember(belief: Belief, prompts: Prompts, outcomes: Outcomes, taught: Taught, population: Population) -> None:
    """Write one more answer of every learner into the beliefs, in place; `taught` is what these answers teach."""
    known = taught.known
    at = whole_seconds(outcomes.at)
    belief.answered[:] = np.minimum(belief.answered, np.uint32(LATEST - 1)) + np.uint32(1)
    belief.last_at[:] = np.where(at > 0, at, belief.last_at)
    _move_ability(belief, taught, population)
    _remember_totals(belief, outcomes, taught.surprise)
    for column in range(prompts.skills.shape[1]):
        present = known.is_skill[:, column]
        if present.any():
            updated = _moved_skill(taught, column, population)
            where = np.flatnonzero(present)
            slot = known.skill_slot[where, column]
            slot = _put_skill(belief, where, prompts.skills[where, column], slot, updated[where])
            belief.skill_at[where, slot] = at[where]
    _remember_item(belief, prompts.item, known.item_slot, taught)
    _remember_modality(belief, prompts.modality)


def _move_ability(belief: Belief, taught: Taught, population: Population) -> None:
    variance = belief.numbers[:, ABILITY_VAR].astype(np.float64)
    ability = belief.numbers[:, ABILITY] + variance * taught.push
    belief.numbers[:, ABILITY] = np.clip(ability, -FURTHEST, FURTHEST)
    belief.numbers[:, ABILITY_VAR] = np.maximum(variance - variance**2 * taught.shrink, population.ability_floor)


def _remember_totals(belief: Belief, outcomes: Outcomes, surprise: Numbers) -> None:
    numbers = belief.numbers
    numbers[:, RIGHT] = np.minimum(numbers[:, RIGHT] + outcomes.correct, MOST_COUNTED)
    numbers[:, WRONG] = np.minimum(numbers[:, WRONG] + (1.0 - outcomes.correct), MOST_COUNTED)
    numbers[:, FAST] += FAST_RATE * (surprise - numbers[:, FAST])
    numbers[:, SLOW] += SLOW_RATE * (surprise - numbers[:, SLOW])
    numbers[:, LAST] = surprise
    numbers[:, HINTS] += HINT_RATE * ((outcomes.hints > 0) - numbers[:, HINTS])
    pace = np.log1p(np.minimum(outcomes.seconds, LONGEST_PACE))
    was_timed = ~np.isnan(pace)
    away = np.where(was_timed, pace - numbers[:, PACE], 0.0)
    z = np.where(numbers[:, PACES] > 0, away / np.sqrt(numbers[:, PACE_VAR] + LEAST_PACE_VAR), 0.0)
    rate = was_timed * np.maximum(1.0 / (numbers[:, PACES] + 1.0), PACE_RATE)
    numbers[:, LAST_PACE] = np.clip(z, -STRANGEST_PACE, STRANGEST_PACE)
    numbers[:, PACE] += rate * away
    numbers[:, PACE_VAR] += rate * ((1.0 - rate) * away**2 - numbers[:, PACE_VAR])
    numbers[:, PACES] = np.minimum(numbers[:, PACES] + was_timed, MOST_COUNTED)


def _moved_skill(taught: Taught, column: int, population: Population) -> Numbers:
    known = taught.known
    numbers, share = known.skill_numbers[:, column].copy(), known.share[:, column]
    reach = numbers[:, S_VAR] * share
    numbers[:, S_RIGHT] = np.minimum(numbers[:, S_RIGHT] + (taught.correct >= 0.5), MOST_COUNTED)
    numbers[:, S_WRONG] = np.minimum(numbers[:, S_WRONG] + (taught.correct < 0.5), MOST_COUNTED)
    numbers[:, S_EFFECT] = np.clip(numbers[:, S_EFFECT] + reach * taught.push, -FURTHEST, FURTHEST)
    numbers[:, S_VAR] = np.maximum(numbers[:, S_VAR] - reach**2 * taught.shrink, population.effect_floor)
    numbers[:, S_FAST] += SKILL_RATE * (taught.surprise - numbers[:, S_FAST])
    return numbers


def _put_skill(belief: Belief, who: Codes, skills: Keys, slot: Codes, numbers: Numbers) -> Codes:
    """Keep what is known of one skill of each of these learners, in place of the one not seen for longest."""
    is_there = belief.skill_key[who, slot] == skills  # another skill of the same answer may have taken its place
    if not is_there.all():
        slot = np.where(is_there, slot, belief.skill_seen[who].argmin(1))
    belief.skill_key[who, slot] = skills
    belief.skill_seen[who, slot] = belief.answered[who]
    belief.skill_numbers[who, slot] = numbers
    return slot


def _remember_item(belief: Belief, items: Keys, slot: Codes, taught: Taught) -> None:
    who = np.arange(len(belief))
    found = belief.item_key[who, slot] == items
    if not found.all():
        slot = np.where(found, slot, belief.item_seen.argmin(1))
    numbers = np.where(found[:, None], belief.item_numbers[who, slot], 0.0)
    numbers[:, I_RIGHT] = np.minimum(numbers[:, I_RIGHT] + (taught.correct >= 0.5), MOST_COUNTED)
    numbers[:, I_WRONG] = np.minimum(numbers[:, I_WRONG] + (taught.correct < 0.5), MOST_COUNTED)
    numbers[:, I_LAST] = taught.surprise
    belief.item_key[who, slot] = items
    belief.item_seen[who, slot] = belief.answered
    belief.item_numbers[who, slot] = numbers


def _remember_modality(belief: Belief, modalities: Keys) -> None:
    belief.modality_share[:] *= np.float32(1.0 - MODALITY_RATE)
    who = np.flatnonzero(modalities)
    if not len(who):
        return
    named = modalities[who]
    slots, finds = _find(belief.modality_key, who, named[:, None])
    slot = np.where(finds[:, 0], slots[:, 0], belief.modality_share[who].argmin(1))
    share = np.where(finds[:, 0], belief.modality_share[who, slot], 0.0)
    belief.modality_key[who, slot] = named
    belief.modality_share[who, slot] = share + MODALITY_RATE
