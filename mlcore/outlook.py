"""What the policy should know of candidates, in time that hardly grows with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlcore.belief import MODALITIES, Belief
from mlcore.calibration import Prompts
from mlcore.episodes import NOBODY
from mlcore.inference import Foresight, Knowledge, foresee, served_logit
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import FURTHEST, Recall, moderated, recall, sigmoid, whole_seconds
from mlcore.policy import Outlook, PolicySettings, weigh
from mlcore.prospects import FEW, Prospects, prospects_alone
from mlcore.retention import DAY

SHORTLIST = FEW  # candidates that the network looks at where there are more: those that the classic puts first


@dataclass(frozen=True)
class Circumstances:
    """When candidates are asked (POSIX seconds), what the caller adds to their scores, and which may be chosen."""

    at: float | None = None
    prospects: Prospects | None = None  # of n candidates; None to judge each by itself
    effects: Sequence[float] | Numbers | None = None
    allowed: Mask | None = None  # [n]; None for all


How = tuple[PolicySettings, Circumstances]


def look_at(
    knowledge: Knowledge, belief: Belief, prompts: Prompts, settings: PolicySettings, circumstances: Circumstances
) -> Outlook:
    """Return the outlook of one learner on n candidates.

    A FEW candidates have the served probability. Of more, all are judged by the classic, and the network then looks
    again at the SHORTLIST that the classic puts first. Raises ValueError for effects that are not n finite numbers, and
    for prospects of others.
    """
    how = settings, circumstances
    if circumstances.prospects and len(circumstances.prospects.learning) != len(prompts):
        raise ValueError(f"prospects: expected those of {len(prompts)} candidates")
    if len(prompts) <= FEW:
        foresight = _foresee(knowledge, belief, prompts, circumstances)
        outlook = _by_the_classic(knowledge, belief, prompts, foresight.known, how)
        return replace(outlook, probability=sigmoid(served_logit(knowledge.calibration, foresight)))
    outlook = _of_many(knowledge, belief, prompts, how)
    scores = np.sum(list(weigh(outlook, settings).values()), axis=0)
    first = np.sort(np.argpartition(-scores, SHORTLIST)[:SHORTLIST])
    foresight = _foresee(knowledge, belief, prompts.rows(first), circumstances)
    outlook.probability[first] = sigmoid(served_logit(knowledge.calibration, foresight))
    return outlook


def _foresee(knowledge: Knowledge, belief: Belief, prompts: Prompts, circumstances: Circumstances) -> Foresight:
    owner: Codes = np.zeros(len(prompts), np.int64)
    now = whole_seconds(np.array([np.nan if circumstances.at is None else circumstances.at]))
    return foresee(knowledge, belief, prompts, now, owner)


def _by_the_classic(knowledge: Knowledge, belief: Belief, prompts: Prompts, known: Recall, how: How) -> Outlook:
    calibration, (_, circumstances) = knowledge.calibration, how
    variance = known.ability_var + known.effect_var
    typical = prompts.skill_base + known.ability + known.effect
    logit = calibration.slope * moderated(known.logit, known.variance) + calibration.shift
    return Outlook(
        probability=sigmoid(logit),
        variance=variance,
        prospects=circumstances.prospects or prospects_alone(typical, np.sqrt(variance), _days_since(known, how)),
        answers_since=known.skill_lag,
        answered=float(belief.answered[0]),
        modality_share=_modality_share(belief, prompts),
        effects=_checked(circumstances.effects, len(prompts)),
    )


def _of_many(knowledge: Knowledge, belief: Belief, prompts: Prompts, how: How) -> Outlook:
    """As _by_the_classic, looked up once for each skill: candidates differ by their difficulties alone."""
    skills, which = prompts.by_skill
    owner: Codes = np.zeros(len(skills), np.int64)
    known = recall(belief, owner, skills, knowledge.calibration.population)
    settings, circumstances = how
    each = _by_the_classic(knowledge, belief, skills, known, (settings, Circumstances(circumstances.at)))
    calibration, variance = knowledge.calibration, each.variance[which]
    logit = np.clip(prompts.base + (known.ability + known.effect)[which], -FURTHEST, FURTHEST)
    return Outlook(
        probability=sigmoid(calibration.slope * moderated(logit, variance + prompts.sd**2) + calibration.shift),
        variance=variance,
        prospects=circumstances.prospects or each.prospects.rows(which),
        answers_since=each.answers_since[which],
        answered=each.answered,
        modality_share=_modality_share(belief, prompts),
        effects=_checked(circumstances.effects, len(prompts)),
    )


def _days_since(known: Recall, how: How) -> Numbers:
    """How long the skill of each candidate rested, by the clock or by the answers since; nan where it never came."""
    settings, circumstances = how
    by_answers = known.skill_lag / settings.spaced_answers
    is_timed = (known.skill_at > 0) & (circumstances.at is not None)
    by_clock = np.where(is_timed, ((circumstances.at or 0.0) - known.skill_at) / DAY, 0.0)
    return np.where(np.isfinite(by_answers), np.maximum(by_clock, by_answers), np.nan)


def _modality_share(belief: Belief, prompts: Prompts) -> Numbers:
    share = np.zeros(len(prompts))
    for slot in range(MODALITIES):
        key = belief.modality_key[0, slot]
        if key != NOBODY:
            share[prompts.modality == key] = belief.modality_share[0, slot]
    return share


def _checked(effects: Sequence[float] | Numbers | None, count: int) -> Numbers:
    if effects is None:
        return np.zeros(count)
    checked = np.asarray(effects, np.float64)
    if checked.shape != (count,) or not np.isfinite(checked).all():
        raise ValueError(f"effects: expected {count} finite numbers")
    return checked
