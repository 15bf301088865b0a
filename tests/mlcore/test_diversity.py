"""Quotas hold in every window, whatever the scores, and let everything through where nothing keeps them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcore import diversity
from mlcore.diversity import BY_MODALITY, BY_SKILL, KINDS_WINDOW, Quota, all_within, entropy, keeps_kinds, within
from mlcore.policy import Outlook, PolicySettings, choose
from mlcore.prospects import Prospects

MODALITIES = ("text", "video", "audio")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 0, 0, 1, 2]), min_size=60, max_size=90))
def test_no_window_holds_more_of_a_modality_than_its_share_nor_less_entropy(wanted: list[int]) -> None:
    """Somebody greedy asks for modalities, mostly the same; the guard gives the next best where it must."""
    given_so_far: list[tuple[str]] = []
    for favorite in wanted:
        ordered = [(MODALITIES[(favorite + step) % 3],) for step in range(3)]
        allowed = within(BY_MODALITY, given_so_far, ordered)
        given_so_far.append(ordered[int(np.argmax(allowed))])

    for start in range(len(given_so_far) - BY_MODALITY.window + 1):
        counts = Counter(given_so_far[start : start + BY_MODALITY.window])
        assert max(counts.values()) <= 12
        shares = [count / BY_MODALITY.window for count in counts.values()]
        assert entropy(shares) >= BY_MODALITY.least_entropy - 1e-9


def test_the_floor_of_entropy_is_reached_and_never_undercut() -> None:
    assert BY_MODALITY.least_entropy == pytest.approx(-(0.6 * np.log2(0.6) + 0.4 * np.log2(0.4)))
    assert BY_SKILL.least_entropy == pytest.approx(1.0)
    assert Quota(10, 0.3).least_entropy == pytest.approx(entropy([0.3, 0.3, 0.3, 0.1]))


def test_a_choice_of_several_skills_counts_for_each_of_them() -> None:
    recent = [("adding", "carrying")] * 10

    allowed = within(BY_SKILL, recent, [("adding",), ("carrying", "new"), ("new",), ()])

    assert allowed.tolist() == [False, False, True, True]


def test_what_left_the_window_is_forgiven() -> None:
    recent = [("text",)] * 12 + [("video",)] * 7

    assert within(BY_MODALITY, recent, [("text",)]).tolist() == [False]
    assert within(BY_MODALITY, [*recent, ("video",)], [("text",)]).tolist() == [True]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("aaaab"), min_size=30, max_size=60))
def test_every_window_has_three_kinds_of_questions_once_one_had(wanted: list[str]) -> None:
    recent = list("abcabcabca")
    for favorite in wanted:
        ordered = [favorite, *(kind for kind in "abc" if kind != favorite)]
        recent.append(ordered[int(np.argmax(keeps_kinds(recent, ordered)))])

    windows = [recent[start : start + KINDS_WINDOW] for start in range(len(recent) - KINDS_WINDOW + 1)]
    assert all(len(set(window)) >= diversity.FEWEST_KINDS for window in windows)


def test_where_nothing_keeps_a_quota_the_quota_gives_way() -> None:
    never, some, other = np.array([[False, False, False], [True, True, False], [False, False, True]])

    assert all_within(never).all()
    assert all_within(some, never, other).tolist() == [True, True, False]


def outlook(probability: list[float]) -> Outlook:
    p = np.array(probability)
    nothing = np.zeros(len(p))
    brought = Prospects(p, np.empty((0, len(p))), nothing, nothing, nothing)
    return Outlook(p, nothing + 1.0, brought, nothing, 0.0, nothing, nothing)


def test_what_is_not_allowed_is_never_drawn_and_the_cost_of_that_is_told() -> None:
    settings = PolicySettings(temperature=0.05, floor=0.02)
    allowed = np.array([False, True, True])

    free = choose(outlook([0.7, 0.2, 0.3]), np.random.default_rng(0), settings)
    bound = choose(outlook([0.7, 0.2, 0.3]), np.random.default_rng(0), settings, allowed)

    assert free.cost == 0.0
    assert bound.propensities[0] == 0.0
    assert bound.propensities.sum() == pytest.approx(1.0)
    assert (bound.propensities[1:] >= 0.02).all()
    assert bound.cost == pytest.approx(free.propensities @ free.scores - bound.propensities @ bound.scores)
    assert bound.cost > 0.3
    picks = {choose(outlook([0.7, 0.2, 0.3]), np.random.default_rng(n), settings, allowed).pick for n in range(60)}
    assert picks == {1, 2}


def test_a_mask_that_allows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed"):
        choose(outlook([0.5, 0.6]), np.random.default_rng(0), None, np.array([False, False]))


def test_what_the_same_luck_picks_where_all_is_allowed_or_from_the_own_list_is_told() -> None:
    rng, usual, own = np.random.default_rng(4), PolicySettings(temperature=0.2), PolicySettings(learning=0.3)
    moved = [0, 0]
    for seed in range(60):
        seen, allowed = outlook(rng.uniform(0.2, 0.9, 40).tolist()), rng.random(40) < 0.5
        seen = replace(seen, effects=rng.normal(0.0, 0.3, 40))

        bound = choose(seen, np.random.default_rng(seed), own, allowed, listing=usual)

        free = choose(seen, np.random.default_rng(seed), own, listing=usual)
        unlisted = choose(seen, np.random.default_rng(seed), own, allowed)
        assert (bound.all_allowed, bound.own_list) == (free.pick, unlisted.pick)
        assert (free.all_allowed, unlisted.own_list) == (None, None)
        moved[0] += free.pick != bound.pick
        moved[1] += unlisted.pick != bound.pick
    assert min(moved) > 10
