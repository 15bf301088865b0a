"""Scores of each predictor, and whether a difference between two is more than luck.

Both are computed from the table of predictions alone (`questions` and one column `p_...` for each predictor), so every
number in a report can be computed again from its file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt
from typing import cast

import numpy as np
import pandas as pd

from mlcore.evaluation.asking import CHANCE, NO_K
from mlcore.evaluation.measures import auc, brier, calibration_error, calibration_noise, log_losses
from mlcore.interactions import Codes, Numbers

DRAWS = 2000
DRAWS_AT_ONCE = 250
DETECTED = 1.96 + 0.84  # standard errors that a true difference needs to be found in 80 % of such experiments


@dataclass(frozen=True)
class Score:
    """How well one predictor did in one cell; measures are means over the seeds."""

    course: str
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
class Interval:
    """A mean over answers, and where it lies with 95 % confidence if learners were drawn anew."""

    mean: float
    low: float
    high: float
    standard_error: float

    @property
    def p(self) -> float:
        """Two-sided, from the normal approximation."""
        return erfc(abs(self.mean) / max(self.standard_error, 1e-12) / sqrt(2))


@dataclass(frozen=True)
class Difference:
    """Log-loss of a predictor minus that of a rival on the same answers: negative is better."""

    course: str
    protocol: str
    k: int
    predictor: str
    rival: str
    log_loss: float
    low: float
    high: float
    p_holm: float  # corrected for looking at every k
    detectable: float  # a true difference of this size would have been found in 80 % of such experiments
    improved: float  # share of learners whose answers were predicted better
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
    """Names of the predictors that were asked."""
    return [str(name).removeprefix(CHANCE) for name in predictions if str(name).startswith(CHANCE)]


def scores(predictions: pd.DataFrame) -> list[Score]:
    """Score every predictor in every course, protocol and k; on first meetings with a skill too (`new_skill`)."""
    return [_score(cell, rows, name) for cell, rows in _cells(predictions) for name in predictors_in(predictions)]


def differences(
    predictions: pd.DataFrame, against: Sequence[str] | None = None, draws: int = DRAWS, seed: int = 0
) -> list[Difference]:
    """Compare every predictor in every cell with the strongest of the others, or of those in `against`.

    The strongest is the one with the lowest log-loss on these very answers, which favors the rival. Raises ValueError
    if there is nobody to compare with.
    """
    names = predictors_in(predictions)
    found = []
    for cell, rows in _cells(predictions):
        losses = {name: log_losses(_of(rows, CHANCE + name), _of(rows, "correct")) for name in names}
        for name in names:
            rivals = [rival for rival in against or names if rival != name and rival in losses]
            if rivals:
                rival = min(rivals, key=lambda other: float(losses[other].mean()))
                found.append(_difference(cell, (name, rival), losses[name] - losses[rival], rows, (draws, seed)))
    if not found:
        raise ValueError(f"nobody to compare with: asked were {', '.join(names)}")
    return _holm(found)


def bootstrap(values: Numbers, cluster: Codes, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Mean of the values, clusters (learners) drawn with replacement `draws` times (percentile interval)."""
    _, which = np.unique(cluster, return_inverse=True)
    total, count = np.bincount(which, weights=values), np.bincount(which)
    rng = np.random.default_rng(seed)
    means: list[Numbers] = []
    for start in range(0, draws, DRAWS_AT_ONCE):
        chosen = rng.multinomial(
            len(total), np.full(len(total), 1 / len(total)), size=min(DRAWS_AT_ONCE, draws - start)
        )
        means.append((chosen @ total) / (chosen @ count))
    drawn = np.concatenate(means)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high), float(drawn.std()))


def _cells(predictions: pd.DataFrame) -> Iterator[tuple[tuple[str, str, int], pd.DataFrame]]:
    for cell, rows in predictions.groupby(["course", "protocol", "k"], sort=True):
        course, protocol, k = cast("tuple[str, str, int]", cell)
        yield (course, protocol, int(k)), rows
        new = rows[rows["is_new_skill"] == 1]
        if k == NO_K and len(new):
            yield (course, "new_skill", NO_K), new


def _score(cell: tuple[str, str, int], rows: pd.DataFrame, name: str) -> Score:
    measured = []
    for _, of_seed in rows.groupby("seed"):
        chance, correct = _of(of_seed, CHANCE + name), _of(of_seed, "correct")
        loss = float(log_losses(chance, correct).mean())
        ece, noise = calibration_error(chance, correct), calibration_noise(chance)
        measured.append((loss, auc(chance, correct), brier(chance, correct), ece, noise))
    return Score(*cell, name, len(rows), rows["learner"].nunique(), *map(float, np.mean(measured, axis=0)))


def _difference(
    cell: tuple[str, str, int],
    pair: tuple[str, str],
    loss: Numbers,
    rows: pd.DataFrame,
    how: tuple[int, int],
) -> Difference:
    learner = np.unique(rows["learner"].to_numpy(dtype=str), return_inverse=True)[1]
    interval = bootstrap(loss, learner, *how)
    improved = float(np.mean(np.bincount(learner, weights=loss) < 0))
    return Difference(
        *cell,
        *pair,
        log_loss=interval.mean,
        low=interval.low,
        high=interval.high,
        p_holm=interval.p,
        detectable=DETECTED * interval.standard_error,
        improved=improved,
        learners=int(learner.max()) + 1,
    )


def _of(rows: pd.DataFrame, name: str) -> Numbers:
    return rows[name].to_numpy(dtype=np.float64)


def _holm(found: list[Difference]) -> list[Difference]:
    """Correct the p values of one predictor and protocol for the number of k tried (Holm 1979)."""
    corrected = {}
    for key in {(each.course, each.protocol, each.predictor) for each in found}:
        tried = [each for each in found if (each.course, each.protocol, each.predictor) == key]
        largest = 0.0
        for number, each in enumerate(sorted(tried, key=lambda one: one.p_holm)):
            largest = max(largest, min(1.0, each.p_holm * (len(tried) - number)))
            corrected[each] = replace(each, p_holm=largest)
    return [corrected[each] for each in found]
