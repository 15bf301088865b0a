"""How far the network is trusted in a course that it has not met."""

from __future__ import annotations

import numpy as np

from mlcore.calibration import Population, stage_of, uncalibrated
from mlcore.fitting import Evidence
from mlcore.training import TrainingSettings, train
from mlcore.trusting import trust_by_stage
from tests.mlcore.conftest import rasch_cohort
from tests.mlcore.test_training import TINY, seeded


def evidence(truth_of: str, answered: float, learners: int = 300) -> Evidence:
    """Learners whose answers follow the classic's logit, or the network's; the other one is noise."""
    rng = np.random.default_rng(0)
    classic, network = 1.5 * rng.normal(size=(2, learners))
    truth = classic if truth_of == "classic" else network
    correct = (rng.random(learners) < 1 / (1 + np.exp(-truth))) * 1.0
    inputs = np.column_stack([classic, network, np.ones(learners)])
    return Evidence(inputs, correct, np.full(learners, answered), np.arange(learners), np.zeros(learners))


def test_the_network_is_trusted_where_it_was_right_about_new_courses() -> None:
    """At first it misleads, later it is the classic that does; and where nobody was judged, both count alike."""
    at_first, later = evidence("classic", answered=0), evidence("network", answered=30)
    course = Evidence.together([at_first, later])

    stages = trust_by_stage([[course] * 3] * 2)

    weights = uncalibrated(Population(), stages=stages)
    (first,), (last,) = (weights.weights_after(np.array([n]), np.zeros(1, np.int64)) for n in (0.0, 30.0))
    assert first[0] > first[1] + 0.5
    assert last[1] > last[0] + 0.5
    assert (stages[:, stage_of(np.array([4.0]))] == 0).all()
    assert (stages[:, :, 2] == 0).all()


def test_training_on_several_courses_learns_whom_to_trust_and_going_on_keeps_it() -> None:
    courses = [rasch_cohort(learners=30, answers=10, seed=seed) for seed in range(4)]
    settings = TrainingSettings(**{**vars(TINY), "trial_steps": 2})

    trained = train(courses, settings, seeded(0))

    assert trained.prior.stages.any()
    assert not train(courses[:2], settings, seeded(0)).prior.stages.any()
