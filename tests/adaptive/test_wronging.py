"""Simulated learners are wrong in ways that a page could send."""

import numpy as np
import pytest

from adaptive.wronging import wrong_response
from courses import marking
from tests.courses.samples import EVERY_KIND, Content


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content["kind"])
def test_a_wrong_response_is_wrong_and_says_what_was_answered(content: Content) -> None:
    for seed in range(20):
        mark = marking.mark(content, wrong_response(content, np.random.default_rng(seed)))

        assert mark.score < 1
        assert any(part.given for part in mark.feedback)
