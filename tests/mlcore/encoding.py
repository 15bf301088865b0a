"""Encoders of texts as others might bring them: one that is of use, and some that are not."""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Numbers
from tests.mlcore.worded import VERBS, worded_course

SIZE = 3


def by_meaning(texts: list[str]) -> list[list[int]]:
    """Return which verbs the question has that a text such as `no 17` stands for, as plain lists.  [n, 8]"""
    items, _ = worded_course()
    meant = [items[int(text.removeprefix("no "))].text or "" for text in texts]
    return [[verb in text for verb in VERBS] for text in meant]


def one_short(texts: list[str]) -> Numbers:
    return np.ones((len(texts) - 1, SIZE))


def one_number_each(texts: list[str]) -> Numbers:
    return np.ones(len(texts))


def ragged(texts: list[str]) -> list[list[float]]:
    return [[1.0] * len(text) for text in texts]


def lost(texts: list[str]) -> Numbers:
    """Know nothing of number 17."""
    return np.array([[np.nan if text == "no 17" else 1.0] for text in texts])
