"""The reasons we give are causes: without them the choice would have been another one, and without others it stays."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from adaptive.explaining import CLOSE, drawable
from adaptive.models import Recommendation
from adaptive.recommending import Inputs, decide_step
from adaptive.sequence_terms import sequencer_for
from courses.models import Enrollment, Modality, User
from tests.adaptive.conftest import again
from tests.adaptive.sequenced import let_teach
from tests.adaptive.test_never_stuck import fly, in_memory
from tests.factories import make_course, make_module, make_skill

RECOMMENDATIONS = {"": 500, "recurrent": 250}  # by each policy
SAID = 2  # causes in the sentence that a learner reads

ARMS = (Modality.TEXT, Modality.WORKED_EXAMPLE, "practice-questions", "spaced", "massed", "interleaved", "blocked")

Offer = Mapping[str, Any]


@pytest.fixture
def wide(ada: User) -> Enrollment:
    """A course of eight modules; every second one builds on the one before it."""
    course = make_course(modules=0, slug="wide")
    before = None
    for place in range(8):
        skill = make_skill(course, f"skill-{place}", place, before if place % 2 else None)
        make_module(course, skill, place, questions=4)
        before = skill
    return again(Enrollment.objects.create(learner=ada, course=course))


def weighed_steps(enrollment: Enrollment) -> Iterator[Recommendation]:
    """Steps that were decided by their scores, at many points of many learners' ways."""
    rng = random.Random(11)
    while True:
        flight = in_memory(enrollment, rng)
        skill, stop = rng.uniform(0.2, 0.95), rng.randrange(30)
        fly(flight, lambda number, rng, skill=skill: rng.random() < skill, rng, 0.0, most=stop + 1)
        for _ in range(4):
            effects, tries = ({arm: rng.gauss(0.0, sd) for arm in ARMS} for sd in (0.05, 0.02))
            by = sequencer_for(flight.standing)
            inputs = Inputs(flight.at, rng.getrandbits(60), effects, tries=tries, sequencer=by)
            step = decide_step(flight.standing, inputs)
            if "term" in step.reasons[0]:
                yield step


def picked_without(step: Recommendation, terms: Sequence[str]) -> bool:
    """Whether the same module would still look best, had these terms not been weighed."""
    scores = [
        (sum(value for name, value in offer["terms"].items() if name not in terms), offer["module"] == step.module_id)
        for offer in drawable(step.candidates)
    ]
    own, others = (
        max((score for score, is_own in scores if is_own is whose), default=-99.0) for whose in (True, False)
    )
    return own > others + CLOSE


@pytest.mark.parametrize("policy", RECOMMENDATIONS, ids=lambda name: name or "standard")
def test_flipping_the_stated_causes_changes_the_choice_and_removing_an_unstated_one_leaves_it(
    wide: Enrollment, policy: str
) -> None:
    if policy:
        let_teach(wide.course)
    steps, count = weighed_steps(wide), RECOMMENDATIONS[policy]
    flipped = kept = unstated = 0
    told: set[str] = set()
    for _ in range(count):
        step = next(steps)
        stated = [reason["term"] for reason in step.reasons]
        told |= set(stated)
        assert picked_without(step, [])
        flipped += not picked_without(step, stated[:SAID])
        others = [name for name in step.candidates[0]["terms"] if name not in stated]
        kept += sum(picked_without(step, [name]) for name in others)
        unstated += len(others)

    assert flipped / count >= 0.9
    assert kept / unstated >= 0.9
    assert ("sequence" in told, "learning" in told) == (bool(policy), not policy)
