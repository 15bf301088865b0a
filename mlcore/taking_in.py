"""One learner's next answers, taken in as plain numbers: what `inference.walk` does for many at once, for serving.

Only what is worth an array is one: the network and the context. The other twins are in `one_learner`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p, sqrt
from typing import NamedTuple

import numpy as np

from mlcore.answers import Answer
from mlcore.belief import MOST_COUNTED, Belief
from mlcore.calibration import Population
from mlcore.inference import Knowledge
from mlcore.memory import (
    FAST_RATE,
    FURTHEST,
    HINT_RATE,
    LATEST,
    LEAST_PACE_VAR,
    LONGEST_PACE,
    MODALITY_RATE,
    MODERATION,
    PACE_RATE,
    SKILL_RATE,
    SLOW_RATE,
    STRANGEST_PACE,
)
from mlcore.one_learner import Prompt, Recalled, Row, describe, prompt_of, recall, sigmoid, slots_of
from mlcore.weights import LEAST_VARIANCE, read_each


class Taught(NamedTuple):
    """What an answer teaches: a row of `memory.Taught`."""

    correct: float
    surprise: float
    push: float
    shrink: float


def take_in(knowledge: Knowledge, belief: Belief, answers: Sequence[Answer]) -> None:
    """Write the learner's next answers into the belief, in place: `inference.foresee` and `absorb`.

    The network reads nothing of the context, so it reads all answers first, and then they move the context.
    """
    calibration = knowledge.calibration
    features, logits = [], []
    for answer in answers:
        prompt = prompt_of(calibration, answer.question)
        known = recall(belief, prompt, calibration.population)
        now = _whole_seconds(answer.at)
        features.append(describe(belief, known, prompt, now, calibration))
        logits.append(known.logit)
        _remember(belief, prompt, answer, known, knowledge)
    if answers:
        _move_context(knowledge, belief, features, logits, [float(answer.correct) for answer in answers])


def laplace_step(logit: float, variance: float, correct: float, steps: int) -> tuple[float, float]:
    """`memory.laplace_step` of one."""
    if not steps:
        return 0.0, 0.0
    move = 0.0
    for _ in range(steps):
        p = sigmoid(logit + move)
        move -= (move - variance * (correct - p)) / (1.0 + variance * p * (1.0 - p))
    p = sigmoid(logit + move)
    return move, p * (1.0 - p)


def _teach(known: Recalled, correct: float, steps: int) -> Taught:
    """`memory.teach`."""
    move, curvature = laplace_step(known.logit, known.variance, correct, steps)
    return Taught(
        correct,
        correct - sigmoid(known.logit / sqrt(1.0 + MODERATION * known.variance)),
        move / known.variance,
        curvature / (1.0 + known.variance * curvature),
    )


def _remember(belief: Belief, prompt: Prompt, answer: Answer, known: Recalled, knowledge: Knowledge) -> None:
    """`memory.remember`."""
    population, at = knowledge.calibration.population, _whole_seconds(answer.at)
    taught = _teach(known, float(answer.correct), knowledge.steps)
    belief.answered[0] = place = int(min(belief.answered[0], LATEST - 1)) + 1
    if at > 0:
        belief.last_at[0] = at
    belief.numbers[0] = _totals(known.numbers, answer, taught, population)
    keys, seen = belief.skill_key[0], belief.skill_seen[0]
    for key, slot, row in zip(prompt.skills, known.skill_slots, known.skills, strict=True):
        where = slot if slot >= 0 and keys.item(slot) == key else int(seen.argmin())
        keys[where], seen[where], belief.skill_at[0, where] = key, place, at
        belief.skill_numbers[0, where] = _moved_skill(row, prompt.share, taught, population)
    where = known.item_slot if known.item_slot >= 0 else int(belief.item_seen[0].argmin())
    belief.item_key[0, where], belief.item_seen[0, where] = prompt.item, place
    belief.item_numbers[0, where] = [*_counted(known.item, taught), taught.surprise]
    _remember_modality(belief, prompt.modality)


def _totals(numbers: Row, answer: Answer, taught: Taught, population: Population) -> Row:
    ability, variance, right, wrong, fast, slow, _, pace, pace_var, paces, last_pace, hints = numbers
    last_pace = 0.0
    if answer.seconds is not None:
        away = log1p(min(answer.seconds, LONGEST_PACE)) - pace
        if paces > 0.0:
            z = away / sqrt(pace_var + LEAST_PACE_VAR)
            last_pace = min(max(z, -STRANGEST_PACE), STRANGEST_PACE)
        rate = max(1.0 / (paces + 1.0), PACE_RATE)
        pace += rate * away
        pace_var += rate * ((1.0 - rate) * away**2 - pace_var)
        paces = min(paces + 1.0, MOST_COUNTED)
    return [
        min(max(ability + variance * taught.push, -FURTHEST), FURTHEST),
        max(variance - variance**2 * taught.shrink, population.ability_floor),
        min(right + taught.correct, MOST_COUNTED),
        min(wrong + 1.0 - taught.correct, MOST_COUNTED),
        fast + FAST_RATE * (taught.surprise - fast),
        slow + SLOW_RATE * (taught.surprise - slow),
        taught.surprise,
        pace,
        pace_var,
        paces,
        last_pace,
        hints + HINT_RATE * ((answer.hints > 0) - hints),
    ]


def _moved_skill(row: Row, share: float, taught: Taught, population: Population) -> Row:
    _, _, effect, variance, fast = row
    reach = variance * share
    return [
        *_counted(row, taught),
        min(max(effect + reach * taught.push, -FURTHEST), FURTHEST),
        max(variance - reach**2 * taught.shrink, population.effect_floor),
        fast + SKILL_RATE * (taught.surprise - fast),
    ]


def _counted(row: Row, taught: Taught) -> tuple[float, float]:
    is_right = taught.correct >= 0.5
    return min(row[0] + is_right, MOST_COUNTED), min(row[1] + (not is_right), MOST_COUNTED)


def _remember_modality(belief: Belief, modality: int) -> None:
    belief.modality_share[0] *= np.float32(1.0 - MODALITY_RATE)
    if not modality:
        return
    (slot,) = slots_of(belief.modality_key[0].tolist(), (modality,))
    if slot < 0:
        slot = int(belief.modality_share[0].argmin())
        belief.modality_key[0, slot], belief.modality_share[0, slot] = modality, 0.0
    belief.modality_share[0, slot] += MODALITY_RATE


def _move_context(
    knowledge: Knowledge, belief: Belief, features: Sequence[Row], logits: Row, correct: Sequence[float]
) -> None:
    """`weights.adapt`, answer by answer."""
    shifts, directions = read_each(knowledge.weights, np.array(features, np.float32))
    kept, more_mean, more_covariance = knowledge.weights.drift
    for logit, shift, direction, right in zip(logits, shifts.tolist(), directions, correct, strict=True):
        mean, covariance = belief.context[0].astype(np.float64), belief.covariance[0].astype(np.float64)
        reach = covariance.dot(direction)
        believed = min(max(logit + shift + float(direction.dot(mean)), -FURTHEST), FURTHEST)
        variance = max(float(direction.dot(reach)), LEAST_VARIANCE)
        move, curvature = laplace_step(believed, variance, right, knowledge.steps)
        shrink = kept**2 * curvature / (1.0 + variance * curvature)
        belief.context[0] = kept * mean + (kept * move / variance) * reach + more_mean
        belief.covariance[0] = kept**2 * covariance - shrink * (reach[:, None] * reach) + more_covariance


def _whole_seconds(at: float | None) -> int:
    """`memory.whole_seconds`."""
    return int(min(at, LATEST)) if at is not None and at >= 0.0 else 0
