"""Finding out where to start: what is believed is the posterior, what is asked tells most, and few questions do."""

from __future__ import annotations

from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from mlcore import checkpoint, placement
from mlcore.__main__ import main
from mlcore.answers import Item
from mlcore.evaluation.placing import (
    DEMO,
    Placed,
    Population,
    Setting,
    demo,
    having_strengths,
    in_order,
    knowing_states,
    place_all,
)
from mlcore.interactions import Mask, Numbers
from mlcore.placement import (
    KINDS,
    SKIPPING,
    SURETY,
    USUAL_KINDS,
    Expected,
    Imagined,
    Pool,
    conclude,
    imagine,
    information,
    known,
    outset,
    unsure,
    weigh,
)

CHAIN = {0: (), 1: (0,), 2: (1,), 3: (2,), 4: (3,), 5: (4,), 6: (5,)}


def graph(builds_on: dict[int, tuple[int, ...]]) -> Mask:
    requires = np.zeros((len(builds_on), len(builds_on)), bool)
    for skill, before in builds_on.items():
        requires[skill, list(before)] = True
    return requires


def alike(skills: int) -> Expected:
    return Expected(np.full(skills, 0.7), np.full(skills, 0.9))


def pool_of(skills: int) -> Pool:
    """A question of each difficulty for each skill, and one that takes the first two."""
    asks = np.vstack([np.repeat(np.eye(skills, dtype=bool), 3, axis=0), np.arange(skills) < 2])
    ease = np.array([1.0, 0.0, -1.0] * skills + [0.0])
    return Pool(asks, ease, np.full(len(ease), 0.8), np.array([0.25, 0.05, 0.5] * skills + [0.05]))


def usual(imagined: Imagined) -> Numbers:
    return outset(imagined, np.array(USUAL_KINDS))


def nothing_passed(answers: int) -> Mask:
    return np.zeros(answers, bool)


def test_whoever_knows_a_skill_knows_what_it_builds_on() -> None:
    imagined = imagine(alike(len(DEMO)), graph(DEMO))

    for skill, before in DEMO.items():
        assert imagined.known[imagined.known[:, skill]][:, list(before)].all()
    assert {tuple(state) for state in imagine(alike(7), graph(CHAIN)).known.tolist()} == {
        tuple(place < learned for place in range(7)) for learned in range(8)
    }


def test_novices_know_little_and_the_experienced_most_and_all_alike_often() -> None:
    imagined = imagine(alike(len(DEMO)), graph(DEMO))

    shares = [imagined.known[imagined.kind == kind].mean() for kind in range(len(KINDS))]

    assert shares[0] < 0.15
    assert 0.4 < shares[1] < 0.6
    assert shares[2] > 0.85
    assert placement.kinds(imagined, usual(imagined)) == pytest.approx(USUAL_KINDS)


def test_skills_that_are_found_easier_are_known_earlier() -> None:
    expected = Expected(np.array([-1.0, 1.0]), np.full(2, 0.5))
    imagined = imagine(expected, graph({0: (), 1: ()}))

    chance = known(imagined, usual(imagined))

    assert chance[1] > chance[0] + 0.1


def test_what_is_believed_after_answers_is_what_bayes_rule_gives_state_by_state() -> None:
    imagined, pool = imagine(alike(3), graph({0: (), 1: (0,), 2: ()})), pool_of(3)
    asked, scores, passed = pool.rows([4, 7, 9]), np.array([1.0, 0.0, 0.3]), np.array([False, True, False])

    chance = known(imagined, weigh(imagined, usual(imagined), asked, scores, passed))

    whole, parts = 0.0, np.zeros(3)
    for state in product((False, True), repeat=3):
        likely = float(usual(imagined)[(imagined.known == state).all(1)].sum())
        for row in range(3):
            place = 0 if all(state[skill] for skill in np.flatnonzero(asked.asks[row])) else 1
            right = (asked.mastering if passed[row] else asked.chances)[place, row]
            likely *= right ** scores[row] * (1.0 - right) ** (1.0 - scores[row])
        whole, parts = whole + likely, parts + likely * np.array(state)
    assert chance == pytest.approx(parts / whole, abs=1e-9)


def test_information_is_the_entropy_of_all_states_that_an_answer_takes_away() -> None:
    imagined, pool = imagine(alike(3), graph({0: (), 1: (0,), 2: ()})), pool_of(3)
    weights = weigh(imagined, usual(imagined), pool.rows([4]), np.ones(1), nothing_passed(1))

    told = information(imagined, weights, pool)

    for question in range(len(pool.ease)):
        after = {}
        for score in (0.0, 1.0):
            likely = weigh(imagined, weights, pool.rows([question]), np.array([score]), nothing_passed(1))
            after[score] = entropy(imagined, likely)
        able = imagined.known[:, pool.asks[question]].all(1)
        right = float(weights @ np.where(able, *pool.rows([question]).chances))
        later = right * after[1.0] + (1.0 - right) * after[0.0]
        assert told[question] == pytest.approx(entropy(imagined, weights) - later, abs=1e-9)


def entropy(imagined: Imagined, weights: Numbers) -> float:
    """Of what is known as a whole, in bits."""
    _, which = np.unique(imagined.known, axis=0, return_inverse=True)
    chance = np.bincount(which.ravel(), weights)
    return float(-(chance[chance > 0] * np.log2(chance[chance > 0])).sum())


def test_the_first_question_halves_a_chain() -> None:
    imagined, pool = imagine(alike(7), graph(CHAIN)), pool_of(7)

    told = information(imagined, usual(imagined), pool)

    [skill] = np.flatnonzero(pool.asks[int(told.argmax())])
    assert known(imagined, usual(imagined))[skill] == pytest.approx(0.5, abs=0.15)


def test_an_answer_speaks_for_what_it_builds_on_and_against_what_builds_on_it() -> None:
    imagined, pool = imagine(alike(3), graph({0: (), 1: (0,), 2: ()})), pool_of(3)

    two = nothing_passed(2)
    knows_later = known(imagined, weigh(imagined, usual(imagined), pool.rows([4, 5]), np.ones(2), two))
    lacks_first = known(imagined, weigh(imagined, usual(imagined), pool.rows([1, 2]), np.zeros(2), two))

    assert knows_later[0] >= knows_later[1] > 0.7
    assert lacks_first[1] <= lacks_first[0] < 0.2
    assert knows_later[2] < knows_later[0]
    assert lacks_first[2] > lacks_first[1]


def test_saying_that_one_does_not_know_tells_at_least_as_much_as_a_wrong_answer() -> None:
    imagined, pool = imagine(alike(2), graph({0: (), 1: (0,)})), pool_of(2).rows([0, 0])

    wrong = known(imagined, weigh(imagined, usual(imagined), pool, np.zeros(2), nothing_passed(2)))
    passed = known(imagined, weigh(imagined, usual(imagined), pool, np.zeros(2), ~nothing_passed(2)))

    assert (passed <= wrong).all()


def test_a_skill_is_taken_as_known_where_that_costs_less_and_never_without_its_basis() -> None:
    requires, chance = graph({0: (), 1: (0,), 2: (1,)}), np.array([0.9, 0.7, 0.8])
    nothing_shown = np.zeros(3, bool)

    taken = conclude(chance, requires, nothing_shown)
    shown = conclude(chance, requires, np.array([False, False, True]))

    assert pytest.approx(SURETY) == SKIPPING * (1.0 - SURETY)
    assert taken.tolist() == [True, False, False]
    assert shown.tolist() == [True, False, True]


def test_what_a_question_could_change_is_what_two_such_answers_do() -> None:
    imagined, pool = imagine(alike(3), graph({0: (), 1: (0,), 2: ()})), pool_of(3)
    weights = weigh(imagined, usual(imagined), pool.rows([1]), np.ones(1), nothing_passed(1))

    changed = placement.change(imagined, weights, pool)

    now = known(imagined, weights) >= SURETY
    for question in range(len(pool.ease)):
        twice, expected = pool.rows([question, question]), 0.0
        for score in (0.0, 1.0):
            after = known(imagined, weigh(imagined, weights, twice, np.full(2, score), nothing_passed(2))) >= SURETY
            each = np.where(imagined.known[:, pool.asks[question]].all(1), *twice.chances[:, :1])
            likely = float(weights @ (each if score else 1.0 - each) ** 2)
            expected += likely * (after != now).sum()
        assert changed[question] == pytest.approx(expected, abs=1e-6)


def test_a_circle_of_skills_does_not_hang() -> None:
    imagined = imagine(Expected(np.zeros(2), np.ones(2)), graph({0: (1,), 1: (0,)}))

    assert imagined.known.any()
    assert conclude(np.ones(2), graph({0: (1,), 1: (0,)}), np.zeros(2, bool)).all()


def test_a_graph_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="requires: expected 2 by 2"):
        imagine(Expected(np.zeros(2), np.ones(2)), graph({0: ()}))


def test_the_shipped_tutor_expects_what_it_believes_of_somebody_new() -> None:
    tutor = checkpoint.load_tutor(checkpoint.DEFAULT)
    items = tutor.prepare([Item("easy", ["a"], 1), Item("hard", ["a"], 5)])

    expected, ease, sd = tutor.expect(["a"], items)

    [held] = tutor.held(tutor.begin(), ["a"]).logit.tolist()
    assert expected.mean[0] == pytest.approx(held, abs=1e-6)
    assert expected.own_sd[0] > 0.0
    assert ease[0] > 0.0 > ease[1]
    assert sd == pytest.approx([tutor.calibration.population.item_sd] * 2)


def placed_by_ours(setting: Setting, population: Population, learners: int) -> list[Placed]:
    name, placed = next(place_all(setting, population, learners, seed=3))
    assert name == "ours"
    return placed


def mean(several: list[Placed], what: str) -> float:
    return float(np.mean([getattr(one, what) for one in several]))


@pytest.mark.parametrize(("count", "most"), [(0, 4), (6, 8), (13, 5)], ids=["a novice", "half", "an expert"])
def test_what_somebody_knows_is_found_and_who_is_clear_stops_early(count: int, most: int) -> None:
    ours = placed_by_ours(demo(), in_order(count, slip=0.0), learners=3)

    assert mean(ours, "found") == count
    assert mean(ours, "wrongly") == 0
    assert mean(ours, "asked") <= most


def test_telling_questions_find_more_than_random_ones_and_than_a_test_of_strengths() -> None:
    ways = dict(place_all(demo(), knowing_states, learners=40, seed=3))

    ours, random, strengths = (np.array([cost(one) for one in ways[name]]) for name in ways)

    for other in (random, strengths):
        saved = other - ours
        assert saved.mean() - 1.96 * saved.std() / sqrt(len(saved)) > 0.0
    assert mean(ways["ours"], "asked") < mean(ways["ours, random questions"], "asked")
    assert mean(ways["ours"], "wrongly") <= 0.3


def cost(one: Placed) -> float:
    """Skills repeated though known, and three times those skipped though not."""
    return one.known - one.found + SKIPPING * one.wrongly


def test_learners_who_know_by_degrees_are_better_off_with_the_test_than_without() -> None:
    ours = placed_by_ours(demo(), having_strengths, learners=60)

    assert mean(ours, "found") > SKIPPING * mean(ours, "wrongly")


def test_the_command_writes_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["place", "--report", str(tmp_path), "--learners", "1"]) == 0

    text = (tmp_path / "placement.md").read_text(encoding="utf-8")
    assert text == capsys.readouterr().out
    assert text.count("| ours |") == text.count("| strengths |") == 16


def test_entropy_is_greatest_in_the_middle() -> None:
    assert unsure(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)
