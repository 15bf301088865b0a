"""Made-up answers for the tests of the tutor."""

from __future__ import annotations

import numpy as np

from mlcore import Answer


def random_history(rng: np.random.Generator, length: int) -> list[Answer]:
    """Answers with everything in them that a caller may leave out or repeat."""
    return [_random_answer(rng, number) for number in range(length)]


def _random_answer(rng: np.random.Generator, number: int) -> Answer:
    skills = [f"skill {rng.integers(60)}" for _ in range(rng.integers(0, 4))]
    return Answer(
        item=int(rng.integers(80)),
        skills=skills,
        correct=float(rng.random() < 0.6) if rng.random() < 0.9 else float(rng.random()),
        difficulty=None if rng.random() < 0.5 else float(rng.integers(1, 6)),
        seconds=None if rng.random() < 0.3 else float(rng.exponential(30.0)),
        hints=int(rng.integers(3)),
        modality=[None, "text", "video", 7][rng.integers(4)],
        at=None if rng.random() < 0.2 else 1.7e9 + 50.0 * number,
    )


def rasch_cohort(rng: np.random.Generator, learners: int, answers: int = 30) -> list[list[Answer]]:
    """Learners of a world that is Rasch with skills: difficulties of items spread around their skills'."""
    skill_of = rng.integers(5, size=40)
    difficulty = rng.normal(0.0, 0.8, 5)[skill_of] + rng.normal(0.0, 0.7, 40)
    cohort = []
    for ability in rng.normal(0.0, 1.0, learners):
        items = rng.permutation(40)[:answers]
        right = rng.random(answers) < 1.0 / (1.0 + np.exp(difficulty[items] - ability - 0.5))
        cohort.append([Answer(f"q{i}", [f"s{skill_of[i]}"], int(r)) for i, r in zip(items, right, strict=True)])
    return cohort
