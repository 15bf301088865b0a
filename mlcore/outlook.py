"""What the policy should know of candidates, and the next item, in time that hardly grows with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlcore.belief import Belief
from mlcore.calibration import Prompts
from mlcore.episodes import NOBODY
from mlcore.inference import Foresight, Knowledge, foresee, served_logit
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.memory import FURTHEST, Recall, moderated, recall, sigmoid, whole_seconds
from mlcore.policy import Outlook, PolicySettings, Suggestion, choose, short_list, total, weigh
from mlcore.prospects import FEW, Prospects, prospects_alone
from mlcore.retention import DAY

SHORTLIST = (
    32  # candidates that the network looks at where there are more than a FEW: those that the classic puts first
)


@dataclass(frozen=True)
class Circumstances:
    """When candidates are asked (POSIX seconds), what the caller adds to their scores, and which may be chosen."""

    at: float | None = None
    prospects: Prospects | None = None  # of n candidates; None to judge each by itself
    effects: Sequence[float] | Numbers | None = None
    sequence: Numbers | None = None  # of n, in the place of what would be learned (`mlcore.policy`)
    module: Codes | None = None  # [n] what they are ways of; None where they are ways of one thing
    allowed: Mask | None = None  # [n]; None for all
    listing: PolicySettings | None = None  # by which the short list is made; None for those in use


How = tuple[PolicySettings, Circumstances]


@dataclass(frozen=True)
class Seen:
    """One learner, as a checkpoint knows them."""

    knowledge: Knowledge
    belief: Belief


def suggested(seen: Seen, prompts: Prompts, rng: np.random.Generator, how: How) -> Suggestion:
    """Draw one of n candidates.

    A FEW have the served probability. Of more, all are judged by the classic, the network then looks again at the
    SHORTLIST that the classic puts first, and one of those is drawn. Raises ValueError without candidates, for effects
    that are not n finite numbers, and for prospects of others.
    """
    settings, circumstances = how
    if circumstances.prospects and len(circumstances.prospects.learning) != len(prompts):
        raise ValueError(f"prospects: expected those of {len(prompts)} candidates")
    allowed, listing = circumstances.allowed, circumstances.listing
    if len(prompts) <= FEW:
        foresight = _foresee(seen, prompts, circumstances)
        outlook = _by_the_classic(seen, prompts, foresight.known, how)
        served = sigmoid(served_logit(seen.knowledge.calibration, foresight))
        return choose(replace(outlook, probability=served), rng, settings, allowed, listing)
    outlook = _of_many(seen, prompts, how)
    terms = weigh(outlook, settings)
    scores = total(terms)
    first = _first(scores, allowed)
    foresight = _foresee(seen, prompts.rows(first), circumstances)
    served = sigmoid(served_logit(seen.knowledge.calibration, foresight))
    closer = replace(outlook.rows(first), probability=served)
    drawn = choose(closer, rng, settings, None if allowed is None else allowed[first], listing)
    return drawn.within(first, outlook, terms, scores)


def _first(scores: Numbers, allowed: Mask | None) -> Codes:
    """Return who would come first, and who does among those allowed."""
    first = short_list(scores, None, SHORTLIST)
    return first if allowed is None else np.union1d(first, short_list(scores, allowed, SHORTLIST))


def _foresee(seen: Seen, prompts: Prompts, circumstances: Circumstances) -> Foresight:
    owner: Codes = np.zeros(len(prompts), np.int64)
    now = whole_seconds(np.array([np.nan if circumstances.at is None else circumstances.at]))
    return foresee(seen.knowledge, seen.belief, prompts, now, owner)


def _by_the_classic(seen: Seen, prompts: Prompts, known: Recall, how: How) -> Outlook:
    calibration, (_, circumstances) = seen.knowledge.calibration, how
    variance = known.ability_var + known.effect_var
    typical = prompts.skill_base + known.ability + known.effect
    logit = calibration.slope * moderated(known.logit, known.variance) + calibration.shift
    return Outlook(
        probability=sigmoid(logit),
        variance=variance,
        prospects=circumstances.prospects or prospects_alone(typical, np.sqrt(variance), _days_since(known, how)),
        lately=np.exp(-known.skill_lag / 2.0),
        answered=float(seen.belief.answered[0]),
        modality_share=_modality_share(seen.belief, prompts),
        effects=_checked(circumstances.effects, len(prompts)),
        sequence=circumstances.sequence,
        module=circumstances.module,
    )


def _of_many(seen: Seen, prompts: Prompts, how: How) -> Outlook:
    """As _by_the_classic, looked up once for each skill: candidates differ by their difficulties alone."""
    skills, which = prompts.by_skill
    owner: Codes = np.zeros(len(skills), np.int64)
    calibration, (settings, circumstances) = seen.knowledge.calibration, how
    known = recall(seen.belief, owner, skills, calibration.population)
    each = _by_the_classic(seen, skills, known, (settings, Circumstances(circumstances.at)))
    variance = each.variance.take(which)
    logit = np.clip(prompts.base + (known.ability + known.effect).take(which), -FURTHEST, FURTHEST)
    return Outlook(
        probability=sigmoid(calibration.slope * moderated(logit, variance + prompts.sd**2) + calibration.shift),
        variance=variance,
        prospects=circumstances.prospects or each.prospects.rows(which),
        lately=each.lately.take(which),
        answered=each.answered,
        modality_share=_modality_share(seen.belief, prompts),
        effects=_checked(circumstances.effects, len(prompts)),
        sequence=circumstances.sequence,
        module=circumstances.module,
    )


def _days_since(known: Recall, how: How) -> Numbers:
    """How long the skill of each candidate rested, by the clock or by the answers since; nan where it never came."""
    settings, circumstances = how
    by_answers = known.skill_lag / settings.spaced_answers
    is_timed = (known.skill_at > 0) & (circumstances.at is not None)
    by_clock = np.where(is_timed, ((circumstances.at or 0.0) - known.skill_at) / DAY, 0.0)
    return np.where(np.isfinite(by_answers), np.maximum(by_clock, by_answers), np.nan)


def _modality_share(belief: Belief, prompts: Prompts) -> Numbers:
    modalities, which = prompts.by_modality
    is_it = (modalities[:, None] == belief.modality_key[0]) & (belief.modality_key[0] != NOBODY)
    share: Numbers = (is_it * belief.modality_share[0]).sum(1)
    return share.take(which)


def _checked(effects: Sequence[float] | Numbers | None, count: int) -> Numbers:
    if effects is None:
        return np.zeros(count)
    checked = np.asarray(effects, np.float64)
    if checked.shape != (count,) or not np.isfinite(checked).all():
        raise ValueError(f"effects: expected {count} finite numbers")
    return checked
