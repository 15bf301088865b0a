"""Which answers are scored together: those of one course, cohort, protocol and k."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import pandas as pd

from mlcore.evaluation.asking import IN_COURSE, NO_K

FEW = (1, 3, 5, 10)  # the shots that a few-shot mean is the mean of
FEWEST_LEARNERS = 20  # of a cell that can decide anything
PROTOCOLS = ("roll", "few_shot", "fix", "next", "new_skill")


class Cell(NamedTuple):
    """`cohort` learners were all that was known of an unseen course; IN_COURSE stands for its training learners."""

    course: str
    cohort: int
    protocol: str
    k: int


def cells(predictions: pd.DataFrame) -> Iterator[tuple[Cell, pd.DataFrame]]:
    """Every cell with its rows, each course and cohort together.

    Two are made of others: `few_shot` of the rolling ones at FEW, and `new_skill` of next answers that are the first
    on a skill.
    """
    for known, own in predictions.groupby(["course", "cohort"], sort=True):
        course, cohort = cast("tuple[str, int]", known)
        for asked, rows in own.groupby(["protocol", "k"], sort=True):
            protocol, k = cast("tuple[str, int]", asked)
            yield Cell(course, int(cohort), protocol, int(k)), rows
        few = own[(own["protocol"] == "roll") & own["k"].isin(FEW)]
        if few["k"].nunique() > 1:
            yield Cell(course, int(cohort), "few_shot", NO_K), few
        new = own[(own["protocol"] == "next") & (own["is_new_skill"] == 1)]
        if len(new):
            yield Cell(course, int(cohort), "new_skill", NO_K), new


def cell_name(protocol: str, k: int) -> str:
    """How tables call a cell within its course."""
    if protocol == "few_shot":
        return "few-shot mean"
    if k == NO_K:
        return protocol.replace("_", " ")
    return f"k={k}" if protocol == "roll" else f"k={k}, fixed"


def course_name(course: str, cohort: int) -> str:
    """How tables call a course and what was known of it."""
    return course if cohort == IN_COURSE else f"{course}, cohort of {cohort}"
