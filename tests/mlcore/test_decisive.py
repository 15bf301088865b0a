from dataclasses import replace

import numpy as np
import pytest

from mlcore.decisive import Drawn, again, decisive, support
from mlcore.policy import Outlook, PolicySettings, choose
from mlcore.prospects import Prospects

OWN = ("learning", "retention", "information", "variety", "time", "effects")  # weights of terms


def looks(rng: np.random.Generator, count: int) -> Outlook:
    """Made-up candidates of which something is believed, in draws."""
    learning = rng.uniform(0, 0.5, count)
    drawn = np.clip(learning + rng.normal(0, 0.05, (32, count)), 0, 1)
    return Outlook(
        probability=rng.uniform(0.2, 0.95, count),
        variance=rng.uniform(0.1, 1.0, count),
        prospects=Prospects(learning, drawn, rng.uniform(0, 0.1, count), rng.uniform(0, 1, count), np.full(count, 5.0)),
        lately=np.zeros(count),
        answered=5.0,
        modality_share=rng.uniform(0, 1, count),
        effects=rng.normal(0, 0.1, count),
    )


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0])
def test_drawing_again_is_choosing_by_other_weights_with_the_same_random_numbers(factor: float) -> None:
    rng, settings, moved = np.random.default_rng(1), PolicySettings(), 0
    for seed in range(120):
        seen = looks(rng, 10)
        name = OWN[seed % len(OWN)]
        chosen = choose(seen, np.random.default_rng(seed), settings)
        other = choose(seen, np.random.default_rng(seed), replace(settings, **{name: factor * getattr(settings, name)}))

        picks, chances = again(Drawn(chosen, np.arange(10), settings), np.array([[factor]]), [name])

        assert picks.tolist() == [other.pick]
        assert chances[0] == pytest.approx(other.propensities[chosen.pick])
        moved += other.pick != chosen.pick
    assert moved > 3


def test_what_decided_is_the_fewest_terms_and_without_them_the_choice_is_another_one() -> None:
    rng, settings, sizes = np.random.default_rng(2), PolicySettings(), []
    for seed in range(80):
        seen = looks(rng, 10)
        drawn = Drawn(choose(seen, np.random.default_rng(seed), settings), np.arange(10) // 2, settings)

        stated = decisive(drawn, support(drawn))

        if stated:
            without = replace(settings, **dict.fromkeys(stated, 0.0))
            assert choose(seen, np.random.default_rng(seed), without).pick // 2 != drawn.own
        sizes.append(len(stated))
    assert {0, 1, 2} <= set(sizes)


def test_a_term_speaks_for_a_choice_as_far_as_it_is_above_that_of_the_likeliest_others() -> None:
    seen, settings = looks(np.random.default_rng(3), 4), PolicySettings()
    chosen = choose(seen, np.random.default_rng(0), settings)
    group = np.array([0, 0, 1, 2])

    gains = support(Drawn(chosen, group, settings))

    others = [n for n in range(4) if group[n] != group[chosen.pick]]
    usual = np.average(chosen.terms["learning"][others], weights=chosen.propensities[others])
    assert gains["learning"] == pytest.approx(chosen.terms["learning"][chosen.pick] - usual)
    assert list(gains.values()) == sorted(gains.values(), reverse=True)


def test_nothing_decided_where_there_was_nothing_else() -> None:
    chosen = choose(looks(np.random.default_rng(4), 3), np.random.default_rng(0))
    drawn = Drawn(chosen, np.zeros(3, int), PolicySettings())

    assert support(drawn) == {}
    assert decisive(drawn, {}) == []
