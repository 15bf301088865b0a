"""Who sees the truth: what every lesson is worth, for the policy to be told.

A lesson's worth is what it adds now. Where it may lead into a dead end, the greedy lessons after it are counted, too:
its worth is what it and they reach, less what they would reach without it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.sequencing.law import Law, Pupils

T = TypeVar("T")


def worth(law: Law, pupils: Pupils, ahead: int, rng: np.random.Generator) -> Numbers:
    """Return what a lesson on each skill is worth, with so many greedy lessons after it.  [n, s]"""
    if not ahead:
        return law.gains(pupils)
    n, s = law.courses.real.shape
    row = np.repeat(np.arange(n), s)
    each, copies = rows_of(law, row), rows_of(pupils, row)
    taught, _ = each.teach(copies, np.tile(np.arange(s), n), rng)
    with_it = reached(each, taught, ahead, rng).reshape(n, s)
    worth: Numbers = with_it - reached(law, pupils, ahead, rng)[:, None]
    return np.where(law.courses.real, worth, 0.0)


def reached(law: Law, pupils: Pupils, lessons: int, rng: np.random.Generator) -> Numbers:
    """Return what pupils hold after so many greedy lessons.  [n]"""
    for _ in range(lessons):
        best: Codes = np.where(law.courses.real, law.gains(pupils), -1.0).argmax(1)
        pupils, _ = law.teach(pupils, best, rng)
    return law.held(pupils)


def rows_of(thing: T, chosen: Codes) -> T:
    """Return a law, or what it keeps of pupils, for the pupils of these rows."""
    if isinstance(thing, np.ndarray):
        return thing[chosen]  # type: ignore[return-value]
    if isinstance(thing, tuple):
        return tuple(rows_of(part, chosen) for part in thing)  # type: ignore[return-value]
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{part.name: rows_of(getattr(thing, part.name), chosen) for part in fields(thing)})
    return thing
