"""Where an estimate would mislead there is none, and numbers that make no sense are named."""

from dataclasses import replace

import numpy as np
import pytest

from mlcore.off_policy import Choices, NotEnoughData, Offers, dr, ips, lead, on_policy, snips
from tests.mlcore.bandits import live, make_world


@pytest.fixture
def log() -> tuple[Choices, Offers]:
    return live(make_world(), 40, np.random.default_rng(1))


def test_too_few_learners_are_not_enough_data(log: tuple[Choices, Offers]) -> None:
    choices, _ = log
    few = replace(choices, overridden=choices.learner >= 19)
    alone = replace(choices, target=np.where(choices.learner == 0, choices.target, 0.0))
    nobody = replace(choices, target=np.zeros(len(choices.reward)))
    nothing = replace(choices, overridden=np.ones(len(choices.reward), bool))

    for log_of_few in (few, alone, nobody, nothing):
        with pytest.raises(NotEnoughData, match="learners"):
            snips(log_of_few)
        with pytest.raises(NotEnoughData, match="learners"):
            ips(log_of_few)


@pytest.mark.parametrize(
    ("column", "value"), [("logged", 0.0), ("logged", 1.2), ("logged", np.nan), ("target", -0.1), ("reward", np.nan)]
)
def test_numbers_that_make_no_sense_are_named(log: tuple[Choices, Offers], column: str, value: float) -> None:
    spoiled = getattr(log[0], column).copy()
    spoiled[3] = value

    with pytest.raises(ValueError, match=column):
        ips(replace(log[0], **{column: spoiled}))


def test_offers_that_do_not_fit_are_named(log: tuple[Choices, Offers]) -> None:
    choices, offers = log
    first = offers.logged[:4].copy()
    never = (offers.taken[0] + 1) % 4
    first[offers.taken[0]] += first[never]
    first[never] = 0.0
    unlike = np.concatenate([first, offers.logged[4:]])

    with pytest.raises(ValueError, match="target: may do what was never drawn"):
        dr(replace(choices, logged=unlike[offers.taken]), replace(offers, logged=unlike))
    with pytest.raises(ValueError, match="taken"):
        dr(choices, replace(offers, taken=np.roll(offers.taken, 1)))
    with pytest.raises(ValueError, match="choice"):
        dr(choices, replace(offers, choice=offers.choice + 1))
    with pytest.raises(ValueError, match="target"):
        dr(choices, replace(offers, target=offers.logged))
    with pytest.raises(ValueError, match="sum to 1"):
        dr(
            choices,
            replace(
                offers,
                target=np.append(offers.target, 0.5),
                choice=np.append(offers.choice, 0),
                logged=np.append(offers.logged, 0.5),
                expected=np.append(offers.expected, 0.0),
            ),
        )
    with pytest.raises(ValueError, match="expected"):
        dr(choices, replace(offers, expected=np.full(len(offers.choice), np.nan)))


def test_columns_of_other_lengths_and_no_room_for_weights_are_named(log: tuple[Choices, Offers]) -> None:
    with pytest.raises(ValueError, match="clip"):
        ips(log[0], clip=0.0)
    with pytest.raises(ValueError, match="learner"):
        ips(replace(log[0], learner=log[0].learner[1:]))


def test_estimates_of_other_learners_are_not_compared(log: tuple[Choices, Offers]) -> None:
    fewer = replace(log[0], overridden=log[0].learner < 5)

    with pytest.raises(ValueError, match="baseline"):
        lead(ips(log[0]), on_policy(fewer))
