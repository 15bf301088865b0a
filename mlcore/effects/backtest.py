"""Study against test trials in a real log with a later test: does the model find what a plain comparison finds?

Each learner practiced each skill a number of times, in some cases with a study trial (the answer is shown) in place of
a test trial. The reward is the first answer of the later test, less what is expected of this skill after that many
trials; expectations and everything that is learned come from other learners. Within a number of trials, which skills
were studied was the schedule's choice and not the learner's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from mlcore.effects.evidence import Evidence, evidence_of
from mlcore.effects.hierarchy import fit
from mlcore.effects.verdicts import CONFIDENCE, Verdict, judge
from mlcore.interactions import UNKNOWN, Codes, Numbers
from mlcore.off_policy import Choices, Estimate, NotEnoughData, snips
from mlcore.tables import UnreadableLog, load, names_in
from mlcore.values import texts, truths

COLUMNS = ("learner", "skill", "correct", "modality", "phase", "timestamp")
STUDIED, TESTED = "study_example", "practice_test"  # kinds of trials
LATER = "Posttest"  # phase of the later test
ARMS = ("tests alone", "with study")
FOLDS = 5
SOON, DAY = 1.0, 20.0  # hours: a test in the same sitting, and one about a day later
LEAST, MOST = 0.02, 0.98  # chances are kept within these
SHRUNK = 8.0  # answers that the mean of a skill counts for
HOURS = 3600.0


@dataclass(frozen=True)
class Trials:
    """n pairs of a learner and a skill: what was practiced, and how the first answer of the later test went."""

    learner: Codes  # [n]
    skill: Codes  # [n]
    size: Codes  # [n] trials
    arm: Codes  # [n] place in ARMS
    correct: Numbers  # [n]
    hours: Numbers  # [n] from the last trial of the learner to the test

    def __len__(self) -> int:
        return len(self.learner)

    def only(self, kept: Codes) -> Trials:
        return Trials(*(getattr(self, name)[kept] for name in Trials.__dataclass_fields__))


@dataclass(frozen=True)
class Span:
    """A difference with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Found:
    """What a log tells of study trials: our verdict and a plain rival, and what their choices would have brought."""

    pairs: int
    learners: int
    verdict: Verdict
    plain: Span  # mean over learners of (mean reward with study - mean reward of tests alone)
    better: Span  # gain of log-likelihood for each held-out answer, with the effect of other learners
    earned: Estimate | None  # reward of one pair under the choice of our model, told by other learners; None: too few
    earned_otherwise: Estimate | None  # under the opposite choice
    agrees: float  # share of folds whose choice was the better one on the learners held out


def read_trials(path: Path) -> Trials:
    """Read a log (COLUMNS; study trials have no `correct`). Raises UnreadableLog."""
    missing = [name for name in COLUMNS if name not in names_in(path)]
    if missing:
        raise UnreadableLog(f"{path}: columns {', '.join(missing)} are missing; expected {', '.join(COLUMNS)}")
    log = load(path)
    table = pd.DataFrame({name: texts(log, name) for name in ("learner", "skill", "modality", "phase")})
    table["correct"] = truths(log, "correct", path)
    table["at"] = pd.to_datetime(log["timestamp"], errors="coerce")
    table = table.dropna(subset=["learner", "skill", "at"]).sort_values(["learner", "at"], kind="stable")
    later = table["phase"] == LATER
    keys = ["learner", "skill"]
    practiced = table[~later & table["modality"].isin((STUDIED, TESTED))].assign(
        is_study=lambda rows: rows["modality"] == STUDIED
    )
    pairs = practiced.groupby(keys)["is_study"].agg(["size", "sum"])
    pairs = pairs.join(table[later & table["correct"].notna()].groupby(keys)[["correct", "at"]].first(), how="inner")
    if pairs.empty:
        raise UnreadableLog(f"{path}: no skill was practiced ({STUDIED}, {TESTED}) and tested later (phase {LATER})")
    pairs = pairs.reset_index()
    ended = pairs["learner"].map(practiced.groupby("learner")["at"].max())
    return _comparable(
        Trials(
            learner=_codes(pairs["learner"]),
            skill=_codes(pairs["skill"]),
            size=np.asarray(pairs["size"], np.int64),
            arm=np.asarray(pairs["sum"] > 0, np.int64),
            correct=np.asarray(pairs["correct"], np.float64),
            hours=np.asarray((pairs["at"] - ended).dt.total_seconds() / HOURS, np.float64),
        )
    )


def back_test(trials: Trials) -> Found:
    """Compare both arms, and judge the choice that the model learns from other learners on those held out."""
    fold = trials.learner % FOLDS
    expected = _expected(trials, fold)
    reward = trials.correct - expected
    evidence = _evidence(trials, reward)
    effect = np.array([_effect(trials, reward, fold != one) for one in range(FOLDS)])
    chosen = (effect[fold] > 0.0).astype(np.int64)
    sided = (trials.arm - _share(trials)) * effect[fold]
    gain = _log_likelihood(trials.correct, expected + sided) - _log_likelihood(trials.correct, expected)
    seen = [_effect(trials, reward, fold == one, is_shrunk=False) for one in range(FOLDS)]
    return Found(
        pairs=len(trials),
        learners=len(np.unique(trials.learner)),
        verdict=judge(fit(evidence).subject, evidence),
        plain=plain_difference(trials, reward),
        better=_span(_by_learner(trials, gain)),
        earned=_earned(trials, reward, chosen),
        earned_otherwise=_earned(trials, reward, 1 - chosen),
        agrees=float(np.mean(np.sign(seen) == np.sign(effect))),
    )


def plain_difference(trials: Trials, reward: Numbers) -> Span:
    """Each learner's mean reward with study, less that of tests alone: mean over learners, with Student's interval."""
    means = [_by_learner(trials, np.where(trials.arm == arm, reward, np.nan)) for arm in (1, 0)]
    return _span(means[0] - means[1])


def by_delay(trials: Trials) -> dict[str, Trials]:
    """Return all pairs; those tested in the same sitting; and those tested a day or so later, or more."""
    soon, late = trials.hours < SOON, trials.hours >= DAY
    parts = {"all": soon | True, "tested within the hour": soon, "tested a day or more later": late}
    return {name: trials.only(np.flatnonzero(kept)) for name, kept in parts.items() if kept.any()}


def _comparable(trials: Trials) -> Trials:
    """Leave out numbers of trials that were always, or never, with study: nothing compares with them."""
    both = [size for size in np.unique(trials.size) if len(np.unique(trials.arm[trials.size == size])) == len(ARMS)]
    return trials.only(np.flatnonzero(np.isin(trials.size, both)))


def _codes(names: pd.Series[str]) -> Codes:
    return pd.factorize(names, sort=True)[0].astype(np.int64)


def _expected(trials: Trials, fold: Codes) -> Numbers:
    """The share of right answers on a skill after that many trials, among learners of other folds.  [n]"""
    expected = np.zeros(len(trials))
    for one in range(FOLDS):
        others = fold != one
        base = trials.correct[others].mean()
        of_size = _means(trials.size, trials.correct - base, others)
        rest = trials.correct - base - of_size[trials.size]
        of_skill = _means(trials.skill, rest, others)
        told = base + of_size[trials.size] + of_skill[trials.skill]
        expected[~others] = np.clip(told, LEAST, MOST)[~others]
    return expected


def _means(code: Codes, values: Numbers, kept: np.ndarray) -> Numbers:
    """The mean of each code over what is kept, shrunk to 0.  [codes]"""
    most = int(code.max()) + 1
    total = np.bincount(code[kept], values[kept], minlength=most)
    return np.asarray(total / (np.bincount(code[kept], minlength=most) + SHRUNK))


def _evidence(trials: Trials, reward: Numbers) -> Evidence:
    names, learner = np.unique(trials.learner, return_inverse=True)
    return evidence_of(learner, trials.arm, reward, np.full(len(names), UNKNOWN), len(ARMS))


def _effect(trials: Trials, reward: Numbers, kept: np.ndarray, *, is_shrunk: bool = True) -> float:
    """How much better it went with study, among some."""
    evidence = _evidence(trials.only(np.flatnonzero(kept)), reward[kept])
    hierarchy = fit(evidence)
    if not is_shrunk:
        return float(judge(hierarchy.subject, evidence).differences.value[1])
    mean = hierarchy.of_subject().mean
    return float(mean[1] - mean[0])


def _log_likelihood(correct: Numbers, chance: Numbers) -> Numbers:
    chance = np.clip(chance, LEAST, MOST)
    return np.asarray(np.log(np.where(correct > 0.5, chance, 1.0 - chance)))


def _earned(trials: Trials, reward: Numbers, chosen: Codes) -> Estimate | None:
    """The mean reward of who always learns in the chosen arm, told from those whom the schedule gave it."""
    logged = np.where(trials.arm == 1, _share(trials), 1.0 - _share(trials))
    target = (trials.arm == chosen).astype(np.float64)
    try:
        return snips(Choices(trials.learner, logged, target, reward))
    except NotEnoughData:
        return None


def _share(trials: Trials) -> Numbers:
    """The share of pairs with study among those of as many trials.  [n]"""
    return np.asarray(np.bincount(trials.size, trials.arm)[trials.size] / np.bincount(trials.size)[trials.size])


def _by_learner(trials: Trials, values: Numbers) -> Numbers:
    """Means over each learner's values that are there; nan without any.  [l]"""
    names, place = np.unique(trials.learner, return_inverse=True)
    there = np.isfinite(values)
    count = np.bincount(place[there], minlength=len(names))
    total = np.bincount(place[there], values[there], minlength=len(names))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _span(values: Numbers) -> Span:
    """The mean over learners with Student's interval; those without a value are left out."""
    known = values[np.isfinite(values)]
    reach = stdtrit(len(known) - 1.0, 0.5 + CONFIDENCE / 2.0) * known.std(ddof=1) / np.sqrt(len(known))
    return Span(float(known.mean()), float(known.mean() - reach), float(known.mean() + reach))
