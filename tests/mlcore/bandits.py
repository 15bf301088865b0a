"""Made-up situations, steps and rewards of which the truth is known, and logs of them."""

from dataclasses import dataclass, replace

import numpy as np

from mlcore.off_policy import Choices, Offers


@dataclass(frozen=True)
class World:
    """Situations in which four steps have a mean reward, and the chances that two policies give them.  [6, 4] each"""

    reward: np.ndarray
    drawing: np.ndarray
    target: np.ndarray

    @property
    def truth(self) -> float:
        """Mean reward of the target; every situation is equally frequent."""
        return float((self.target * self.reward).sum(1).mean())


def make_world(temperature: float = 0.3, floor: float = 0.1) -> World:
    rng = np.random.default_rng(5)
    reward = 0.1 + 0.15 * rng.normal(size=(6, 4))
    taste = rng.normal(size=(6, 4))
    other = 0.3 * taste + rng.normal(size=(6, 4))

    def chances(scores: np.ndarray) -> np.ndarray:
        odds = np.exp(scores / temperature)
        return floor / 4 + (1 - floor) * odds / odds.sum(1, keepdims=True)

    return World(reward, chances(taste), chances(other))


def live(world: World, learners: int, rng: np.random.Generator, noise: float = 0.3) -> tuple[Choices, Offers]:
    """Draw a log: some learners take more steps than others, and each does better at some of them than others do."""
    counts = 3 + rng.poisson(9, learners)
    learner = np.repeat(np.arange(learners), counts)
    n = len(learner)
    situation = rng.integers(6, size=n)
    taken = (rng.random(n)[:, None] > np.cumsum(world.drawing[situation], axis=1)[:, :3]).sum(1)
    own = noise / 3 * (rng.normal(size=(learners, 1)) + rng.normal(size=(learners, 4)))
    reward = world.reward[situation, taken] + own[learner, taken] + noise * rng.normal(size=n)
    offers = Offers(
        choice=np.repeat(np.arange(n), 4),
        logged=world.drawing[situation].ravel(),
        target=world.target[situation].ravel(),
        expected=world.reward[situation].ravel(),
        taken=4 * np.arange(n) + taken,
    )
    return Choices(learner, offers.logged[offers.taken], offers.target[offers.taken], reward), offers


def wrong(offers: Offers) -> Offers:
    """A reward model that is far off."""
    return replace(offers, expected=0.3 - 0.5 * offers.expected)
