"""How good predicted chances are: log-loss, AUC, Brier score and calibration."""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Numbers

BINS = 15
NOISE_DRAWS = 50
LEAST_CHANCE = 1e-6


def log_losses(chance: Numbers, correct: Numbers) -> Numbers:
    """Of each answer, in nats; chances are kept LEAST_CHANCE away from 0 and 1.  [n]"""
    of_what_happened = np.clip(np.where(correct == 1, chance, 1 - chance), LEAST_CHANCE, 1.0)
    losses: Numbers = -np.log(of_what_happened)
    return losses


def auc(chance: Numbers, correct: Numbers) -> float:
    """How often a right answer was given a higher chance than a wrong one, ties counting half; nan if all are alike."""
    _, which, count = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[which]  # mean rank of equal chances
    right = float(correct.sum())
    wrong = len(correct) - right
    if right == 0 or wrong == 0:
        return float("nan")
    return float((rank[correct == 1].sum() - right * (right + 1) / 2) / (right * wrong))


def brier(chance: Numbers, correct: Numbers) -> float:
    """Mean squared distance of the chance to what happened."""
    return float(np.mean((chance - correct) ** 2))


def calibration_error(chance: Numbers, correct: Numbers, bins: int = BINS) -> float:
    """Equal-mass ECE: mean distance of chance and frequency over `bins` groups of like chance and equal size."""
    order = np.argsort(chance, kind="stable")
    return _gap(chance[order] - correct[order], bins)


def reliability(chance: Numbers, correct: Numbers, bins: int = BINS) -> tuple[Numbers, Numbers]:
    """Mean chance and frequency in `bins` groups of like chance and equal size, to be drawn against each other."""
    order = np.argsort(chance, kind="stable")
    groups = [part for part in np.array_split(order, bins) if len(part)]
    return np.array([chance[part].mean() for part in groups]), np.array([correct[part].mean() for part in groups])


def calibration_noise(chance: Numbers, seed: int = 0, bins: int = BINS) -> float:
    """What `calibration_error` would be by luck alone, were these chances exactly true (mean of NOISE_DRAWS draws)."""
    rng = np.random.default_rng(seed)
    ordered = np.sort(chance)
    return float(np.mean([_gap(ordered - (rng.random(len(chance)) < ordered), bins) for _ in range(NOISE_DRAWS)]))


def _gap(excess: Numbers, bins: int) -> float:
    return float(sum(abs(part.sum()) for part in np.array_split(excess, bins)) / len(excess))
