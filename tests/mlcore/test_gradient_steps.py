"""MAML of every weight and CAVIA: their inner loops beside those of an optimizer that knows nothing of them."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from mlcore.algorithms.every_weight import EveryWeightNetwork, FirstOrderNetwork
from mlcore.algorithms.gradient_steps import SteppedNetwork
from mlcore.algorithms.meta_learner import Query
from tests.mlcore.test_inner_loops import STEPPED, lesson, lively, one_thread, support_of

__all__ = ["lesson", "one_thread"]  # fixtures


@pytest.mark.parametrize("kind", STEPPED)
def test_steps_are_those_of_plain_gradient_descent_on_one_learners_answers(lesson, kind: type[SteppedNetwork]) -> None:
    """Each learner's own copy, stepped alone by an optimizer of the library."""
    network = lively(kind, 13)

    belief = network.beliefs(support_of(lesson), [0, 4])
    asked = network.log_odds(belief, Query(lesson.features[:, :2], lesson.logit[:, :2]))

    for learner in range(6):
        for place, known in enumerate((0, 4)):
            own = [part.detach().clone().requires_grad_(True) for part in network.start()]
            rates = network.log_rate.exp().tolist()
            descent = torch.optim.SGD([{"params": [part], "lr": rate} for part, rate in zip(own, rates, strict=True)])
            for _ in range(network.steps if known else 0):
                descent.zero_grad()
                read = lesson.logit[learner, :known] + network.read(tuple(own), lesson.features[learner, :known])
                binary_cross_entropy_with_logits(read, lesson.correct[learner, :known]).backward()
                descent.step()
            read = network.read(tuple(own), lesson.features[learner, place : place + 1])[0]
            torch.testing.assert_close(asked[learner, place], lesson.logit[learner, place] + read)


def test_first_order_steps_are_the_same_and_their_meta_gradient_is_that_at_the_weights_they_lead_to(lesson) -> None:
    first, second = lively(FirstOrderNetwork, 14), lively(EveryWeightNetwork, 14)
    support, query = support_of(lesson), Query(lesson.features[:, 5:6], lesson.logit[:, 5:6])

    belief = first.beliefs(support, [5])
    meta = torch.autograd.grad(first.log_odds(belief, query).sum(), first.head)[0]

    for part, other in zip(belief, second.beliefs(support, [5]), strict=True):
        torch.testing.assert_close(part, other)
    reached = [part.detach().requires_grad_(True) for part in belief]
    at_them = torch.autograd.grad(second.log_odds(tuple(reached), query).sum(), reached[4])[0]
    torch.testing.assert_close(meta, at_them.sum((0, 1)))


def test_beliefs_are_the_same_where_nothing_is_differentiated(lesson) -> None:
    network = lively(EveryWeightNetwork, 15)

    with torch.no_grad():
        plain = network.beliefs(support_of(lesson), [0, 3])

    for part, other in zip(plain, network.beliefs(support_of(lesson), [0, 3]), strict=True):
        assert not part.requires_grad
        torch.testing.assert_close(part, other)
