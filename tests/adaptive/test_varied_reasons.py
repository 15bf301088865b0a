"""That the fare is kept varied, or who made the list, is given as a reason where it decided, and nowhere else."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from adaptive.adapting import Standing
from adaptive.causes import NEARLY
from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.recommending import SETTINGS, choose, decide_step
from adaptive.replaying import CLOSE
from adaptive.verifying import stated_in
from courses.models import Course
from mlcore.policy import LISTED
from tests.adaptive.sequenced import let_teach, make_fan
from tests.adaptive.test_true_reasons import Decided, decided_steps

STEPS = 900  # a third of them by their scores, and a third of those with something kept back
RULED = ("again", "given_back", "put_off")  # a rule goes before, whatever else is so


@pytest.fixture
def fan(db: None) -> Course:
    """Ten modules, all but eight of them open from the start, each in several ways."""
    return make_fan(10, 1)


def fed_lately(course: Course, rng: random.Random) -> Iterator[Decided]:
    """Steps of learners who lately had much of one modality, of one module, or of neither."""
    for one in islice(decided_steps(course), STEPS):
        modules, modalities = list(one.standing.syllabus.modules), ["text", "worked-example", ""]
        modules += [rng.choice(modules)] * rng.choice((0, 15))
        modalities += [rng.choice(modalities)] * rng.choice((0, 4))
        steps = [(rng.choice(modules), rng.choice(modalities)) for _ in range(rng.randint(10, 19))]
        fed = with_steps(one.standing, steps)
        yield Decided(fed, one.inputs, decide_step(fed, one.inputs))


def with_steps(standing: Standing, steps: list[tuple[int, str]]) -> Standing:
    return replace(standing, progress=replace(standing.progress, steps=steps))


def without_the_guard(one: Decided) -> int:
    """The module that the same draw leads to who had nothing lately, so that everything is allowed."""
    free = with_steps(one.inputs.set_into(one.standing), [])
    _, weighed = choose(free, one.inputs)
    assert weighed.allowed.all()
    return weighed.candidates[weighed.pick].module.id


def with_its_own_list(step: Recommendation) -> int:
    """The same draw from the policy's own list, worked out from the step as it is stored."""
    allowed = [offer for offer in step.candidates if not offer.get("kept_back")]
    best = sorted(allowed, key=lambda offer: -offer["score"])[:LISTED]
    listed = [offer for offer in allowed if offer in best]
    odds = np.exp((np.array([offer["score"] for offer in listed]) - best[0]["score"]) / SETTINGS.temperature)
    chances = SETTINGS.floor + (1.0 - SETTINGS.floor * len(listed)) * odds / odds.sum()
    luck, reached = np.random.default_rng(step.seed).random(), 0.0
    for offer, chance in zip(listed, chances, strict=True):
        reached += chance
        if luck <= reached:
            return int(offer["module"])
    return int(listed[-1]["module"])


@pytest.mark.parametrize("policy", ["standard", "recurrent"])
def test_variety_is_the_reason_wherever_the_same_draw_without_the_guard_goes_elsewhere(
    fan: Course, policy: str
) -> None:
    if policy == "recurrent":
        let_teach(fan)
    found: Counter[tuple[bool, bool]] = Counter()
    guarded, stating, weighed = 0, 0, 0
    for one in fed_lately(fan, random.Random(3)):
        rule = one.step.reasons[0].get("rule", "")
        if rule in RULED:
            continue
        found[rule == "varied", without_the_guard(one) != one.step.module_id] += 1
        stating += bool(stated_in(one.step.reasons)) or rule in ("varied", "listed")
        weighed += rule not in ("only", "tried_before")
        guarded += any(offer.get("kept_back") for offer in one.step.candidates)
        if rule == "varied":
            assert sentence(one.step) == "You have had much of the same lately, so here is something else."

    assert found[True, True] >= 10
    assert found[True, False] == found[False, True] == 0
    assert guarded >= 3 * found[True, True]
    assert stating / weighed >= 0.33


def test_the_usual_list_is_the_reason_wherever_the_same_draw_from_its_own_goes_elsewhere(fan: Course) -> None:
    let_teach(fan)
    found: Counter[tuple[bool, bool]] = Counter()
    for one in fed_lately(fan, random.Random(3)):
        rule = one.step.reasons[0].get("rule", "")
        if rule not in (*RULED, "varied"):
            found[rule == "listed", with_its_own_list(one.step) != one.step.module_id] += 1

    assert found[True, True] >= 10
    assert found[True, False] == found[False, True] == 0


def lead_of(step: Recommendation, *, with_kept_back: bool) -> float:
    """How far the chosen module was ahead of all others, or of those that could be drawn; inf where there are none."""
    rivals = [one for one in step.candidates if one["module"] != step.module_id]
    ways = [one["score"] for one in step.candidates if one["module"] == step.module_id and one["propensity"]]
    return float(
        max(ways) - max((one["score"] for one in rivals if with_kept_back or one["propensity"]), default=-np.inf)
    )


def test_nothing_is_called_the_best_or_the_only_one_where_something_better_was_kept_back(fan: Course) -> None:
    called: Counter[str] = Counter()
    for one in fed_lately(fan, random.Random(5)):
        called[is_called_truly(one.step)] += 1
        lead = lead_of(one.step, with_kept_back=True)
        called["behind what was kept back"] += lead < lead_of(one.step, with_kept_back=False)

    assert min(called[rule] for rule in ("drawn", "only")) >= 10
    assert called["behind what was kept back"] - called["varied"] >= 10


def test_what_is_called_the_best_is_ahead_of_all(demo: Course) -> None:
    called = Counter(is_called_truly(one.step) for one in islice(decided_steps(demo), STEPS // 3))

    assert called["best"] >= 10


def is_called_truly(step: Recommendation) -> str:
    """Return the rule that the step states, after it was held against all that was weighed."""
    rule, lead = str(step.reasons[0].get("rule", "")), lead_of(step, with_kept_back=True)
    assert rule != "best" or lead > NEARLY - CLOSE
    assert rule != "drawn" or abs(lead) < NEARLY + CLOSE
    assert rule != "only" or np.isposinf(lead)
    return rule
