"""What is known of a course's questions before anyone answers them. Loads scikit-learn: for workers only."""

from __future__ import annotations

from collections.abc import Sequence

from adaptive.history import items_in_words
from adaptive.syllabus import Syllabus
from mlcore.answers import Answer
from mlcore.calibration import Table
from mlcore.texts import described, expectations
from mlcore.tutor import Tutor


def expected_difficulties(syllabus: Syllabus, histories: Sequence[Sequence[Answer]], tutor: Tutor) -> Table:
    """Return how hard each published question is expected to be, judged by its words and the answers to the others."""
    return expectations(described(items_in_words(syllabus), histories, tutor.calibration.population))
