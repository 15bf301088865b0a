"""Small made-up logs whose truth the tests know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers


def log_of(learner: Codes, item: Codes, skills: Codes, correct: Numbers, items: int | None = None) -> Interactions:
    """A log without times, groups or texts."""
    n = len(learner)
    nothing = np.full(n, np.nan)
    return Interactions(
        course="arithmetic",
        learner=learner,
        item=item,
        skills=skills,
        correct=correct,
        at=nothing,
        seconds=nothing,
        hints=nothing,
        modality=np.full(n, UNKNOWN),
        learner_names=[f"learner{code}" for code in range(int(learner.max()) + 1)],
        item_names=[f"item{code}" for code in range(items or int(item.max()) + 1)],
        skill_names=[f"skill{code}" for code in range(int(skills.max()) + 1)],
    )


def rasch_cohort(learners: int, answers: int, seed: int) -> Interactions:
    """Everyone answers the same number of random items of 24, by a Rasch model; items have one or two of 4 skills."""
    rng = np.random.default_rng(seed)
    learner = np.repeat(np.arange(learners), answers)
    item = rng.integers(24, size=len(learner))
    ability, difficulty = rng.normal(size=learners), rng.normal(size=24)
    chance = 1 / (1 + np.exp(difficulty[item] - ability[learner]))
    second = np.where(item % 5 == 0, (item + 1) % 4, UNKNOWN)
    skills = np.column_stack([item % 4, second])
    return log_of(learner, item, skills, (rng.random(len(learner)) < chance).astype(float), items=24)


@pytest.fixture(scope="session")
def cohort() -> Interactions:
    return rasch_cohort(learners=120, answers=16, seed=3)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write lines of text to a file, a log named algebra.csv unless told otherwise."""

    def _write(*lines: str, name: str = "algebra.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return _write
