"""What candidates would bring: what is ready, lacking and worth coming back to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlcore.baselines.bkt import Chances
from mlcore.prospects import DRAWS, FEW, Held, Path, Record, prospects
from mlcore.retention import lasting, usual_paces
from mlcore.tracing import GUESS, LEARNED, SLIP, answered, joined, taught

CHAIN = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], bool)
PATH = Path(np.eye(3, dtype=bool), CHAIN, np.ones(3, bool), np.zeros(3))
NOTHING = np.full(3, np.nan)
UNSEEN = Record(np.array([0.9, 0.2, 0.2]), np.zeros(3), NOTHING, NOTHING, NOTHING, usual_paces())
SURE = Held(np.full(3, np.log(1.5)), np.zeros(3), 0.0)  # of exactly what holding a skill leads to


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_tracing_is_bayesian_knowledge_tracing() -> None:
    known = np.array([0.1, 0.4, 0.8])
    bkt = Chances(known, *(np.full(3, chance) for chance in (LEARNED, SLIP, GUESS)))

    for right in (0.0, 1.0):
        was, now = bkt.after(known, np.full(3, right))
        np.testing.assert_allclose([answered(one, right) for one in known.tolist()], was)
        np.testing.assert_allclose(taught(was), now)


def test_a_skill_is_learned_when_what_it_builds_on_is_held_and_it_is_not() -> None:
    """By hand: chance of being ready, times chance of lacking it, times one lesson in two, times what lasts."""
    held = joined(UNSEEN.traced, SURE.logit)

    found = prospects(PATH, UNSEEN, SURE, rng())

    ready = np.array([1.0, held[0], held[1]])
    np.testing.assert_allclose(found.learning, ready * (1 - held) * 0.5 * lasting(usual_paces()))
    assert found.learning.argmax() == 1


def test_lessons_that_did_not_work_make_the_next_one_look_less_likely_to() -> None:
    tried = replace(UNSEEN, lessons=np.array([0.0, 4.0, 0.0]))

    fresh, stuck = (prospects(PATH, record, SURE, rng()).learning[1] for record in (UNSEEN, tried))

    assert stuck < 0.6 * fresh


def test_what_only_asks_teaches_nothing_but_keeps_what_is_held() -> None:
    known = replace(UNSEEN, stability=np.full(3, 2.3), difficulty=np.full(3, 5.0), days=np.full(3, 8.0))
    asking = replace(PATH, is_lesson=np.zeros(3, bool))

    found = prospects(asking, known, SURE, rng())

    assert not found.learning.any()
    assert found.retention[0] > found.retention[1] > 0


def test_draws_spread_as_far_as_the_tutor_is_unsure_and_agree_with_it_on_average() -> None:
    sure, unsure = (
        prospects(PATH, UNSEEN, replace(SURE, own_sd=np.full(3, sd), shared_sd=sd), rng()).drawn for sd in (0.0, 1.0)
    )

    assert sure.shape == (DRAWS, 3)
    assert sure.std(0).max() == pytest.approx(0.0, abs=1e-12)
    assert unsure.std(0).min() > 1e-3


def test_of_many_candidates_nothing_is_drawn() -> None:
    many = FEW + 1
    path = Path(np.ones((many, 3), bool), np.zeros((many, 3), bool), np.ones(many, bool), np.zeros(many))

    assert prospects(path, UNSEEN, SURE, rng()).drawn.shape == (0, many)


def test_of_many_candidates_each_brings_what_it_would_among_few() -> None:
    draws, many = rng(), FEW + 44
    teaches, needs = (draws.random((many, 3)) < share for share in (0.4, 0.2))
    path = Path(teaches, needs, draws.random(many) < 0.8, draws.random(many))
    few = Path(path.teaches[:50], path.needs[:50], path.is_lesson[:50], path.minutes[:50])

    among_many, among_few = prospects(path, UNSEEN, SURE, rng()), prospects(few, UNSEEN, SURE, rng())

    for name in ("learning", "retention", "held", "minutes"):
        np.testing.assert_allclose(getattr(among_many, name)[:50], getattr(among_few, name))


def test_a_candidate_of_several_skills_brings_their_mean() -> None:
    both = Path(
        np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0]], bool), np.zeros((3, 3), bool), np.ones(3, bool), np.zeros(3)
    )

    learning = prospects(both, UNSEEN, SURE, rng()).learning

    assert learning[0] == pytest.approx(learning[1:].mean())
