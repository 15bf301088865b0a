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
from mlcore.memory import Recall, moderated, recall, sigmoid, whole_seconds
from mlcore.policy import Outlook, PolicySettings, weigh

SHORTLIST = 256  # candidates that the network looks at; of more, those that the classic's scores put first
HOUR = 3600.0


@dataclass(frozen=True)
class Circumstances:
    """When candidates are asked (POSIX seconds), what the caller adds to their scores, and which may be chosen."""

    at: float | None = None
    effects: Sequence[float] | Numbers | None = None
    allowed: Mask | None = None  # [n]; None for all


def look_at(
    knowledge: Knowledge, belief: Belief, prompts: Prompts, settings: PolicySettings, circumstances: Circumstances
) -> Outlook:
    """Return the outlook of one learner on n candidates.

    Up to SHORTLIST candidates have the served probability. Of more, all are judged by the classic, and the network
    then looks again at those that the classic puts first. Raises ValueError for effects that are not n finite numbers.
    """
    if len(prompts) <= SHORTLIST:
        foresight = _foresee(knowledge, belief, prompts, circumstances)
        outlook = _by_the_classic(knowledge, belief, prompts, foresight.known, circumstances)
        return replace(outlook, probability=sigmoid(served_logit(knowledge.calibration, foresight)))
    owner: Codes = np.zeros(len(prompts), np.int64)
    known = recall(belief, owner, prompts, knowledge.calibration.population)
    outlook = _by_the_classic(knowledge, belief, prompts, known, circumstances)
    scores = np.sum(list(weigh(outlook, settings).values()), axis=0)
    first = np.sort(np.argpartition(-scores, SHORTLIST)[:SHORTLIST])
    probability = outlook.probability.copy()
    foresight = _foresee(knowledge, belief, prompts.rows(first), circumstances)
    probability[first] = sigmoid(served_logit(knowledge.calibration, foresight))
    return replace(outlook, probability=probability)


def _foresee(knowledge: Knowledge, belief: Belief, prompts: Prompts, circumstances: Circumstances) -> Foresight:
    owner: Codes = np.zeros(len(prompts), np.int64)
    now = whole_seconds(np.array([np.nan if circumstances.at is None else circumstances.at]))
    return foresee(knowledge, belief, prompts, now, owner)


def _by_the_classic(
    knowledge: Knowledge, belief: Belief, prompts: Prompts, known: Recall, circumstances: Circumstances
) -> Outlook:
    calibration, at = knowledge.calibration, circumstances.at
    logit = calibration.slope * moderated(known.logit, known.variance) + calibration.shift
    hours = np.maximum((0.0 if at is None else at) - known.skill_at, 0.0) / HOUR
    return Outlook(
        probability=sigmoid(logit),
        variance=known.ability_var + known.effect_var,
        answers_since=known.skill_lag,
        hours_since=np.where((known.skill_at == 0) | (at is None), np.nan, hours),
        modality_share=_modality_share(belief, prompts),
        effects=_checked(circumstances.effects, len(prompts)),
    )


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
