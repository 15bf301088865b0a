"""Scores of each predictor, and whether a difference between two is more than luck.

Both are computed from the table of predictions alone (`questions` and one column `p_...` for each predictor), so every
number in a report can be computed again from its file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from mlcore.evaluation.asking import CHANCE
from mlcore.evaluation.bootstrapping import DRAWS, bootstrap_all
from mlcore.evaluation.cells import Cell, cells
from mlcore.evaluation.measures import auc, brier, calibration_error, calibration_noise, log_losses
from mlcore.interactions import Codes, Numbers

DETECTED = 1.96 + 0.84  # standard errors that a true difference needs to be found in 80 % of such experiments

Pair = tuple[str, str]  # a predictor and its rival
Choice = Callable[[dict[str, float]], list[Pair]]  # from the log-loss of each


@dataclass(frozen=True)
class Score:
    """How well one predictor did in one cell; a few-shot mean is the mean over its k.

    Log-loss and Brier score are of the answers of all seeds together, as in a `Difference`, so neither contradicts the
    other. AUC and calibration error are means over seeds: chances of different fits are not one ranking.
    """

    course: str
    cohort: int
    protocol: str
    k: int
    predictor: str
    answers: int
    learners: int
    log_loss: float
    auc: float
    brier: float
    ece: float
    ece_noise: float  # the ECE that luck alone would give


@dataclass(frozen=True)
class Difference:
    """Log-loss of a predictor minus that of a rival on the same answers: negative is better."""

    course: str
    cohort: int
    protocol: str
    k: int
    predictor: str
    rival: str
    is_strongest: bool  # the rival was chosen for being the strongest in this cell
    log_loss: float
    low: float
    high: float
    p_holm: float  # corrected for looking at every k
    detectable: float  # a true difference of this size would have been found in 80 % of such experiments
    improved: float  # share of learners whose answers were predicted better
    p_signed_rank: float  # Wilcoxon's, of the learners' mean differences; not corrected
    learners: int

    @property
    def is_better(self) -> bool:
        """The whole interval is below 0."""
        return self.high < 0

    @property
    def is_worse(self) -> bool:
        """The whole interval is above 0."""
        return self.low > 0


def predictors_in(predictions: pd.DataFrame) -> list[str]:
    """Names of the predictors that were asked about at least some of these answers."""
    columns = [str(name) for name in predictions if str(name).startswith(CHANCE)]
    return [name.removeprefix(CHANCE) for name in columns if predictions[name].notna().any()]


def scores(predictions: pd.DataFrame) -> list[Score]:
    """Score every predictor in every cell in which it was asked."""
    return [_score(cell, rows, name) for cell, rows in cells(predictions) for name in predictors_in(rows)]


def differences(
    predictions: pd.DataFrame, against: Sequence[str] | None = None, draws: int = DRAWS, seed: int = 0
) -> list[Difference]:
    """Compare every predictor in every cell with the strongest of the others, or of those in `against`.

    The strongest is the one with the lowest log-loss on these very answers, which favors the rival. Raises ValueError
    if there is nobody to compare with.
    """

    def strongest(losses: dict[str, float]) -> list[Pair]:
        pairs = []
        for name in losses:
            rivals = [rival for rival in against or losses if rival != name and rival in losses]
            pairs += [(name, min(rivals, key=losses.__getitem__))] if rivals else []
        return pairs

    found = _compared(predictions, strongest, (draws, seed))
    if not found:
        raise ValueError(f"nobody to compare with: asked were {', '.join(predictors_in(predictions))}")
    return _holm([replace(each, is_strongest=True) for each in found])


def differences_to(
    predictions: pd.DataFrame, rivals: Sequence[str], judged: Sequence[str], draws: int = DRAWS, seed: int = 0
) -> list[Difference]:
    """Compare each of `judged` with each of `rivals` by itself, wherever both were asked."""

    def named(losses: dict[str, float]) -> list[Pair]:
        return [(name, rival) for name in judged for rival in rivals if name != rival and {name, rival} <= set(losses)]

    return _holm(_compared(predictions, named, (draws, seed)))


def _score(cell: Cell, rows: pd.DataFrame, name: str) -> Score:
    chance, correct = _of(rows, CHANCE + name), _of(rows, "correct")
    of_all = [
        (float(log_losses(chance[own], correct[own]).mean()), brier(chance[own], correct[own]))
        for own in rows.groupby("k").indices.values()
    ]
    of_seeds = [
        (auc(chance[own], correct[own]), calibration_error(chance[own], correct[own]), calibration_noise(chance[own]))
        for own in rows.groupby(["seed", "k"]).indices.values()
    ]
    log_loss, squared = map(float, np.mean(of_all, axis=0))
    ranked, ece, noise = map(float, np.mean(of_seeds, axis=0))
    return Score(*cell, name, len(rows), rows["learner"].nunique(), log_loss, ranked, squared, ece, noise)


def _compared(predictions: pd.DataFrame, choose: Choice, how: tuple[int, int]) -> list[Difference]:
    found = []
    for cell, rows in cells(predictions):
        stratum = rows["k"].to_numpy()
        losses = {name: log_losses(_of(rows, CHANCE + name), _of(rows, "correct")) for name in predictors_in(rows)}
        pairs = choose({name: _mean_of_means(loss, stratum) for name, loss in losses.items()})
        if pairs:
            apart = np.column_stack([losses[name] - losses[rival] for name, rival in pairs])
            found += _differences_in(cell, pairs, apart, rows, how)
    return found


def _differences_in(
    cell: Cell, pairs: Sequence[Pair], apart: Numbers, rows: pd.DataFrame, how: tuple[int, int]
) -> list[Difference]:
    """One difference for each pair; `apart` [n, pairs] are the differences of log-loss of each answer."""
    learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1]
    intervals = bootstrap_all(apart, learner, rows["k"].to_numpy(), how)
    found = []
    for pair, interval, column in zip(pairs, intervals, apart.T, strict=True):
        of_learner = np.bincount(learner, weights=column) / np.bincount(learner)
        difference = Difference(
            *cell,
            *pair,
            is_strongest=False,
            log_loss=interval.mean,
            low=interval.low,
            high=interval.high,
            p_holm=interval.p,
            detectable=DETECTED * interval.standard_error,
            improved=float(np.mean(of_learner < 0)),
            p_signed_rank=signed_rank_p(of_learner),
            learners=len(of_learner),
        )
        found.append(difference)
    return found


def signed_rank_p(differences: Numbers) -> float:
    """Wilcoxon's signed-rank test that differences lie around 0, two-sided (Wilcoxon 1945); 1 if all are 0."""
    apart = differences[differences != 0]
    return float(wilcoxon(apart).pvalue) if len(apart) else 1.0


def _mean_of_means(values: Numbers, stratum: Codes) -> float:
    """The mean of each stratum's mean."""
    return float(np.mean([values[stratum == one].mean() for one in np.unique(stratum)]))


def _of(rows: pd.DataFrame, name: str) -> Numbers:
    return rows[name].to_numpy(dtype=np.float64)


def _holm(found: list[Difference]) -> list[Difference]:
    """Correct the p values of one predictor, protocol and choice of rival for the number of k tried (Holm 1979)."""
    corrected = {}
    for key in dict.fromkeys(map(_tried_together, found)):
        tried = [each for each in found if _tried_together(each) == key]
        largest = 0.0
        for number, each in enumerate(sorted(tried, key=lambda one: one.p_holm)):
            largest = max(largest, min(1.0, each.p_holm * (len(tried) - number)))
            corrected[each] = replace(each, p_holm=largest)
    return [corrected[each] for each in found]


def _tried_together(each: Difference) -> tuple[object, ...]:
    rival = None if each.is_strongest else each.rival
    return each.course, each.cohort, each.protocol, each.predictor, rival
