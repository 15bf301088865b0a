"""The reasons we give are causes: decided again without them the choice is another one, and without others it stays."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import pytest
from django.core.management import call_command

from adaptive.adapting import Standing, standing_of
from adaptive.causes import WORTH_SAYING
from adaptive.explaining import CAUSES, sentence
from adaptive.flying.flights import Flight
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.recommending import Inputs, Weighed, choose, decide_step, offer_step
from adaptive.sequence_terms import sequencer_for
from adaptive.serving import live_tutor
from adaptive.verifying import BY_CHANCE, stated_in
from courses.models import Course, Enrollment, Modality
from mlcore.decisive import CLEARLY
from tests.adaptive.sequenced import let_teach
from tests.adaptive.test_never_stuck import in_memory, made_up_learner

RECOMMENDATIONS = {"": 300, "recurrent": 200}  # by each policy
STATING = {"": 0.33, "recurrent": 0.4}  # least share of the weighed steps that state causes; seen: .35 and .41
BY_CHANCE_TRIED = 60  # steps that state none, of which each term is tried
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
        weighed = self._weighed_with(turned)
        return weighed.candidates[weighed.pick].module.id == self.step.module_id

    def is_decided_by(self, term: str) -> bool:
        """Whether the same draw goes elsewhere without it and with it turned round, and the module is less likely."""
        before = self.chance_with({})
        return all(
            not self.is_same_with({term: factor}) and self.chance_with({term: factor}) <= CLEARLY * before
            for factor in (0.0, -1.0)
        )

    def chance_with(self, turned: Mapping[str, float]) -> float:
        """How likely the module is then, in whichever way."""
        weighed = self._weighed_with(turned)
        chances = zip(weighed.candidates, weighed.suggestion.propensities, strict=True)
        return float(sum(chance for one, chance in chances if one.module.id == self.step.module_id))

    def _weighed_with(self, turned: Mapping[str, float]) -> Weighed:
        return choose(self.inputs.set_into(self.standing), replace(self.inputs, turned=turned))[1]


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
    assert count / weighed >= STATING[policy]
    assert ("sequence" in told, "learning" in told) == (bool(policy), not policy)


def test_where_chance_is_said_to_have_decided_no_term_did(demo: Course) -> None:
    """Else to say so would be the way to make all stated causes true."""
    by_chance = (one for one in decided_steps(demo) if one.step.reasons[0].get("rule") in ("drawn", "best"))

    decided_after_all = [
        any(one.is_decided_by(term) for term in one.step.candidates[0]["terms"])
        for one in islice(by_chance, BY_CHANCE_TRIED)
    ]

    assert sum(decided_after_all) / BY_CHANCE_TRIED <= 0.05


def ahead_in(step: Recommendation) -> dict[str, float]:
    """By how much each term of the step is above that of the other modules, each as likely as it was; most first."""
    [chosen] = [one for one in step.candidates if (one["module"], one["variant"]) == (step.module_id, step.variant_id)]
    rivals = [one for one in step.candidates if one["module"] != step.module_id and one["propensity"] > 0.0]
    chance = sum(one["propensity"] for one in rivals)
    gains = {
        name: value - sum(one["propensity"] * one["terms"][name] for one in rivals) / chance if rivals else 0.0
        for name, value in chosen["terms"].items()
    }
    return dict(sorted(gains.items(), key=lambda pair: -pair[1]))


def test_what_is_said_to_speak_for_a_step_is_what_it_is_most_ahead_in(demo: Course) -> None:
    told: Counter[int] = Counter()
    for one in islice(decided_steps(demo), 900):
        [reason, *_], gains = one.step.reasons, ahead_in(one.step)
        if reason.get("rule") not in BY_CHANCE:
            assert "for" not in reason
            continue
        named = list(reason.get("for", {}))
        said = sentence(one.step).partition("What speaks for it: ")[2]

        assert named == [name for name in list(gains)[:2] if gains[name] >= WORTH_SAYING]
        assert reason.get("for", {}) == pytest.approx({name: gains[name] for name in named}, abs=1e-4)
        assert said == (", and ".join(str(CAUSES[name]) for name in named) + "." if named else "")
        told[len(named)] += 1

    assert told[1] >= 10
    assert told[2] >= 10


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
