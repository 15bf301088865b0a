"""Where a mean over answers would lie if other learners had been drawn."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from mlcore.interactions import Codes, Numbers

DRAWS = 2000
DRAWS_AT_ONCE = 250


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


def bootstrap(values: Numbers, cluster: Codes, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Mean of the values [n], clusters (learners) drawn with replacement `draws` times (percentile interval)."""
    return bootstrap_all(values[:, None], cluster, np.zeros(len(values), np.int64), (draws, seed))[0]


def bootstrap_all(values: Numbers, cluster: Codes, stratum: Codes, how: tuple[int, int]) -> list[Interval]:
    """An interval for each column of `values` [n, m], all from the same draws; strata [n] count equally.

    `how` is the number of draws and the seed.
    """
    draws, seed = how
    total, count = _sums(values, cluster, stratum)
    rng = np.random.default_rng(seed)
    learners = count.shape[1]
    drawn = np.empty((draws, values.shape[1]))
    for start in range(0, draws, DRAWS_AT_ONCE):
        size = min(DRAWS_AT_ONCE, draws - start)
        chosen = rng.multinomial(learners, np.full(learners, 1 / learners), size=size).astype(np.float64)
        drawn[start : start + size] = _mean_over_strata(chosen, total, count)
    mean = _mean_over_strata(np.ones((1, learners)), total, count)[0]
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    return [Interval(*map(float, row)) for row in zip(mean, low, high, np.nanstd(drawn, axis=0), strict=True)]


def _sums(values: Numbers, cluster: Codes, stratum: Codes) -> tuple[Numbers, Numbers]:
    """Sum and number of the values of each stratum and cluster.  [strata, clusters, m], [strata, clusters]"""
    of_cluster, of_stratum = (np.unique(codes, return_inverse=True)[1] for codes in (cluster, stratum))
    clusters, strata = int(of_cluster.max()) + 1, int(of_stratum.max()) + 1
    where = of_stratum * clusters + of_cluster
    size = clusters * strata
    columns = [np.bincount(where, weights=column, minlength=size) for column in values.T]
    total = np.stack(columns, axis=-1).reshape(strata, clusters, -1).astype(np.float64)
    return total, np.bincount(where, minlength=size).reshape(strata, clusters).astype(np.float64)


def _mean_over_strata(chosen: Numbers, total: Numbers, count: Numbers) -> Numbers:
    """Mean over strata of the mean of the chosen clusters [d, clusters]; a draw without answers counts not.  [d, m]"""
    sums = np.einsum("dc,scm->sdm", chosen, total, optimize=True)
    counts = np.einsum("dc,sc->sd", chosen, count, optimize=True)[..., None]
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    is_empty = np.isnan(means).all(axis=0)
    return np.where(is_empty, np.nan, np.nanmean(np.where(is_empty, 0.0, means), axis=0))
