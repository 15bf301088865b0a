"""What is known of one learner facing one question, in plain numbers: what serving reads before an answer.

On arrays of one, numpy takes ten times as long as Python does. Each function is the twin of the one that its docstring
names, which does the same for many learners at once; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log, log1p, sqrt, tanh
from typing import NamedTuple

from mlcore.answers import Item
from mlcore.belief import ABILITY, ABILITY_VAR, HINTS, LAST_PACE, PACES, Belief
from mlcore.calibration import Calibration, Population
from mlcore.features import HOUR
from mlcore.memory import FURTHEST, MODERATION

Row = list[float]


class Prompt(NamedTuple):
    """One question with what the course knows of it: a row of `calibration.Prompts`."""

    item: int
    skills: tuple[int, ...]
    modality: int
    share: float  # of each skill in the question
    authored: float
    is_authored: bool
    base: float
    sd: float
    item_answers: float
    skill_base: float
    skill_sd: float
    skill_answers: float


class Recalled(NamedTuple):
    """What the belief says about a prompt: a row of `memory.Recall`. A slot is -1 where nothing is kept."""

    numbers: Row  # [12] of the learner
    skill_slots: list[int]
    skills: list[Row]  # [5] of each skill
    skill_lag: float
    skill_at: int
    item_slot: int
    item: Row  # [3]
    item_lag: float
    effect: float
    effect_var: float
    logit: float
    variance: float


def prompt_of(calibration: Calibration, item: Item) -> Prompt:
    """Look up how hard this question is believed to be: `Calibration.weigh`."""
    population, skills = calibration.population, item.skill_keys
    share = 1.0 / len(skills) if skills else 0.0
    of_skills, variance, answers = 0.0, 0.0 if skills else population.skill_sd**2, 0.0
    for key in skills:
        mean, sd, count = calibration.skills.at(key, population.skill_sd)
        of_skills += share * mean
        variance += (share * sd) ** 2
        answers += share * count
    beyond, item_sd, item_answers = calibration.items.at(item.item_key, population.item_sd)
    authored = 0.0 if item.difficulty is None else (item.difficulty - 3.0) / 2.0
    return Prompt(
        item.item_key,
        skills,
        item.modality_key,
        share,
        authored,
        item.difficulty is not None,
        calibration.level - (of_skills + beyond + 2.0 * calibration.author_slope * authored),
        sqrt(item_sd**2 + variance),
        item_answers,
        calibration.level - of_skills,
        sqrt(variance),
        answers,
    )


def recall(belief: Belief, prompt: Prompt, population: Population) -> Recalled:
    """Gather what the belief says about the prompt: `memory.recall`."""
    numbers: Row = belief.numbers[0].tolist()
    place = int(belief.answered[0]) + 1
    slots = slots_of(belief.skill_key[0].tolist(), prompt.skills) if prompt.skills else []
    skills: list[Row] = []
    lag, at, effect, effect_var = inf, 0, 0.0, 0.0
    for slot in slots:
        row = belief.skill_numbers[0, slot].tolist() if slot >= 0 else [0.0, 0.0, 0.0, population.effect_sd**2, 0.0]
        skills.append(row)
        effect += prompt.share * row[2]
        effect_var += prompt.share**2 * row[3]
        if slot >= 0 and (since := place - int(belief.skill_seen[0, slot])) < lag:
            lag, at = since, int(belief.skill_at[0, slot])
    (item_slot,) = slots_of(belief.item_key[0].tolist(), (prompt.item,))
    return Recalled(
        numbers,
        slots,
        skills,
        lag,
        at,
        item_slot,
        belief.item_numbers[0, item_slot].tolist() if item_slot >= 0 else [0.0, 0.0, 0.0],
        place - int(belief.item_seen[0, item_slot]) if item_slot >= 0 else inf,
        effect,
        effect_var,
        min(max(prompt.base + numbers[ABILITY] + effect, -FURTHEST), FURTHEST),
        numbers[ABILITY_VAR] + effect_var + prompt.sd**2,
    )


def describe(belief: Belief, known: Recalled, prompt: Prompt, now: int, calibration: Calibration) -> Row:
    """Return the features of the prompt, in the order of `features.FEATURES`: `features.describe`."""
    return _of_prompt(known, prompt, calibration) + _of_learner(known, prompt) + _of_time(belief, known, now)


def _of_prompt(known: Recalled, prompt: Prompt, calibration: Calibration) -> Row:
    moderated = known.logit / sqrt(1.0 + MODERATION * known.variance)
    return [
        known.logit,
        moderated,
        sigmoid(moderated),
        prompt.base,
        prompt.sd,
        log1p(prompt.item_answers) / 3.0,
        prompt.skill_base,
        prompt.skill_sd,
        log1p(prompt.skill_answers) / 3.0,
        prompt.authored,
        prompt.is_authored,
        calibration.level,
        log1p(calibration.learners) / 3.0,
        log1p(len(prompt.skills)),
    ]


def _of_learner(known: Recalled, prompt: Prompt) -> Row:
    ability, ability_var, right, wrong, fast, slow, last, *_ = known.numbers
    skill_right = skill_wrong = skill_fast = 0.0
    for row in known.skills:
        skill_right += prompt.share * row[0]
        skill_wrong += prompt.share * row[1]
        skill_fast += prompt.share * row[4]
    return [
        ability,
        sqrt(ability_var),
        known.effect,
        sqrt(known.effect_var),
        log1p(right) / 3.0,
        log1p(wrong) / 3.0,
        log1p(skill_right) / 3.0,
        log1p(skill_wrong) / 3.0,
        log1p(known.item[0]) / 3.0,
        log1p(known.item[1]) / 3.0,
        fast,
        slow,
        last,
        skill_fast,
        known.item[2],
    ]


def _of_time(belief: Belief, known: Recalled, now: int) -> Row:
    before, skill_lag, item_lag = int(belief.last_at[0]), known.skill_lag, known.item_lag
    return [
        0.0 if skill_lag == inf else log(max(skill_lag, 1.0)) / 3.0,
        skill_lag == inf,
        skill_lag == 1.0,
        0.0 if item_lag == inf else log(max(item_lag, 1.0)) / 3.0,
        item_lag == inf,
        belief.answered.item(0) == 0,
        _hours(now, before),
        _hours(now, known.skill_at),
        now > 0 and before > 0,
        known.numbers[LAST_PACE] / 2.0,
        known.numbers[PACES] > 0.0,
        known.numbers[HINTS],
    ]


def slots_of(table: list[int], keys: Sequence[int]) -> list[int]:
    """Return where each key stands in the table, -1 where it does not: `memory._find`."""
    return [table.index(key) if key in table else -1 for key in keys]


def _hours(now: int, then: int) -> float:
    """`features._hours`."""
    return log1p(max(now - then, 0) / HOUR) / 3.0 if now > 0 and then > 0 else 0.0


def sigmoid(logit: float) -> float:
    """`memory.sigmoid` of one."""
    return 0.5 * (1.0 + tanh(0.5 * logit))
