"""The reasons we give are causes: decided again without them the choice is another one, and without others it stays."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from django.core.management import call_command

from adaptive.adapting import Standing, standing_of
from adaptive.flying.flights import Flight
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.recommending import Inputs, choose, decide_step, offer_step
from adaptive.sequence_terms import sequencer_for
from adaptive.serving import live_tutor
from adaptive.verifying import BY_CHANCE, stated_in
from courses.models import Course, Enrollment, Modality
from tests.adaptive.sequenced import let_teach
from tests.adaptive.test_never_stuck import in_memory, made_up_learner

RECOMMENDATIONS = {"": 300, "recurrent": 200}  # by each policy
FORTUNES = 6  # draws at each point of a learner's way

ARMS = (*Modality.values, "practice-questions", "spaced", "massed", "interleaved", "blocked")


@dataclass(frozen=True)
class Decided:
    """A step, and all that is needed to decide again."""

    standing: Standing
    inputs: Inputs
    step: Recommendation

    def is_same_with(self, turned: Mapping[str, float]) -> bool:
        """Whether the same module is chosen where these terms count so many times."""
        _, weighed = choose(self.inputs.set_into(self.standing), replace(self.inputs, turned=turned))
        return weighed.candidates[weighed.pick].module.id == self.step.module_id


def decided_steps(course: Course) -> Iterator[Decided]:
    """Steps that were decided by their scores, on the ways of learners from weak to strong."""
    rng, enrollment = random.Random(11), made_up_learner(course, 0)
    while True:
        flight, skill = in_memory(enrollment, rng), rng.uniform(0.2, 0.95)
        flight.go_on()
        while flight.shown:
            flight.wait(60.0)
            flight.answer(float(rng.random() < skill))
            if flight.shown is None and not flight.standing.is_complete:
                yield from (decided_in(flight, rng) for _ in range(FORTUNES))
                ask_for_something(flight, rng)
            flight.go_on()


def ask_for_something(flight: Flight, rng: random.Random) -> None:
    """Now and then, so that what learners asked for has its say in later steps."""
    while rng.random() < 0.25:
        flight.begin_step()
        flight.wish(rng.choice((Wish.ANOTHER_WAY, Wish.TOO_EASY, Wish.TOO_HARD)))


def decided_in(flight: Flight, rng: random.Random) -> Decided:
    effects, tries = ({arm: rng.gauss(0.0, sd) for arm in ARMS} for sd in (0.05, 0.02))
    by = sequencer_for(flight.standing)
    inputs = Inputs(flight.at, rng.getrandbits(60), effects, tries=tries, sequencer=by)
    return Decided(flight.standing, inputs, decide_step(flight.standing, inputs))


@pytest.mark.parametrize("policy", RECOMMENDATIONS, ids=lambda name: name or "standard")
def test_without_the_stated_causes_the_choice_is_another_one_and_without_unstated_ones_it_stays(
    demo: Course, policy: str
) -> None:
    if policy:
        let_teach(demo)
    rng, count = random.Random(5), RECOMMENDATIONS[policy]
    changed: Counter[str] = Counter()
    told: set[str] = set()
    kept, weighed = [], 0
    for one in decided_steps(demo):
        stated = stated_in(one.step.reasons)
        weighed += bool(stated) or one.step.reasons[0]["rule"] in BY_CHANCE
        if not stated:
            continue
        told |= set(stated)
        changed["without"] += not one.is_same_with(dict.fromkeys(stated, 0.0))
        changed["turned"] += not one.is_same_with(dict.fromkeys(stated, -1.0))
        others = [name for name in one.step.candidates[0]["terms"] if name not in stated]
        kept.append(one.is_same_with({rng.choice(others): 0.0}))
        changed["all"] += 1
        if changed["all"] == count:
            break

    assert changed["without"] / count >= 0.9
    assert changed["turned"] / count >= 0.9
    assert sum(kept) / len(kept) >= 0.9
    assert count / weighed >= 0.4
    assert ("sequence" in told, "learning" in told) == (bool(policy), not policy)


def test_the_command_counts_what_becomes_of_stored_choices(
    wide: Enrollment, capsys: pytest.CaptureFixture[str]
) -> None:
    standing = standing_of(wide, live_tutor(wide.course_id))
    steps = [offer_step(standing) for _ in range(12)]

    call_command("replay", "--reasons")

    said = capsys.readouterr().out.splitlines()
    causes = sum("term" in step.reasons[0] for step in steps)
    assert causes
    assert said[0] == f"12 recommendations; {causes} state causes, {12 - causes} chance, 0 a rule"
    assert said[1] == "without the stated causes another module: 100.0%"
