"""Tables of predictions whose every number can be worked out by hand."""

from __future__ import annotations

import pandas as pd

LEARNERS, RIGHT = 60, 0.8  # of five answers of a learner in a cell, four are right


def predictions(
    chances: dict[str, float], courses: int = 4, cohort: int = -1, learners: int = LEARNERS
) -> pd.DataFrame:
    """Everyone is right four times in five, in every cell; each predictor gives every answer the same chance."""
    cells = [("roll", k) for k in (0, 1, 3, 5, 10)] + [("fix", k) for k in (0, 5, 10)] + [("next", -1)]
    rows = [
        (f"course {course}", protocol, k, f"learner {learner}", position, float(position > 0))
        for course in range(courses)
        for protocol, k in cells
        for learner in range(learners)
        for position in range(5)
    ]
    table = pd.DataFrame(rows, columns=["course", "protocol", "k", "learner", "position", "correct"])
    table = table.assign(cohort=cohort, seed=0, is_new_skill=0.0)
    return table.assign(**{f"p_{name}": chance for name, chance in chances.items()})
