"""How often the intervals of off-policy estimates hold the truth, which a world knows.

The standard policy draws as it is served, and the recurrent one is judged by what it drew: as in the product, before
that may teach. The reward of a choice is what the lesson adds to the learner's score; its truth in each situation is
the world's own expectation, weighed by the chances that the judged policy gives each lesson.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlcore.interactions import Codes, Numbers
from mlcore.off_policy import Choices, Estimate, Offers, dr, ips, snips
from mlcore.reward_model import expected_rewards
from mlcore.worlds.living import Step, steps
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.product import Believed, Ours
from mlcore.worlds.policies.registry import Models
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, share
from mlcore.worlds.world import World

WORLD, LEARNERS, LESSONS = "tms_tree_own", 40, 5
LEAST, MOST = 0.90, 0.98
SEED = 10**5  # of the first run


@dataclass(frozen=True)
class Situations:
    """All m lessons that might have been given in n choices, and which were; of any number of learners."""

    learner: Codes  # [n]
    reward: Numbers  # [n]
    choice: Codes  # [m]
    logged: Numbers  # [m]
    target: Numbers  # [m]
    truth: Numbers  # [m] expected reward
    features: Numbers  # [m, f] by which a model may tell lessons apart
    taken: Codes  # [n]

    @property
    def value(self) -> Numbers:
        """What the target earns in each situation.  [n]"""
        earned: Numbers = np.bincount(self.choice, self.target * self.truth, len(self.reward)).astype(np.float64)
        return earned

    def estimates(self) -> dict[str, Estimate]:
        """Return what is told by the choices alone."""
        choices = Choices(self.learner, self.logged[self.taken], self.target[self.taken], self.reward)
        expected = expected_rewards(self.features, self.choice, self.taken, self.reward, self.learner)
        offers = Offers(self.choice, self.logged, self.target, expected, self.taken)
        return {"IPS": ips(choices), "SNIPS": snips(choices), "DR": dr(choices, offers)}


@dataclass(frozen=True)
class Logging(Ours):
    """Chooses as the standard policy, and remembers what the recurrent one needs to be asked what it would do."""

    def choose(self, memory: Believed, moment: Moment, rng: np.random.Generator) -> Choice:
        return Ours(self.tutor).choose(memory, moment, rng)


def estimates(means: Means) -> Iterator[Aim]:
    """Check the coverage of each estimate."""
    world = WORLDS[WORLD].make()
    runs = [situations(world, means.models, SEED + run) for run in range(means.runs)]
    truth = float(np.concatenate([one.value for one in runs]).mean())
    held = {"IPS": 0, "SNIPS": 0, "DR": 0}
    for one in runs:
        for name, estimate in one.estimates().items():
            low, high = estimate.interval()
            held[name] += low <= truth <= high
    for name, count in held.items():
        is_hit = LEAST <= count / means.runs <= MOST
        aim = f"{means.runs} runs of {LEARNERS} learners in which the 95 % interval of {name} holds the truth"
        yield share(aim, Who("rl2, told from ours", WORLD, LESSONS), (count, means.runs), Wanted("90 to 98 %", is_hit))


def situations(world: World, models: Models, seed: int) -> Situations:
    """Teach LEARNERS by the standard policy, and look at each choice."""
    served = Ours(models.tutor, models.sequencer)
    rng = np.random.default_rng([SEED, seed])
    parts = []
    for number, step in enumerate(steps(world, Logging(models.tutor, models.sequencer), LEARNERS, LESSONS, seed)):
        target = served.choose(step.memory, Moment(number, LESSONS - number), rng).propensities
        parts.append(_situations(world, step, target))
    choice = np.concatenate([part.choice + n * LEARNERS for n, part in enumerate(parts)])
    starts = np.cumsum([0, *(len(part.choice) for part in parts[:-1])])
    taken = np.concatenate([part.taken + start for part, start in zip(parts, starts, strict=True)])
    names = ("learner", "reward", "logged", "target", "truth", "features")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Situations(choice=choice, taken=taken, **whole)


def _situations(world: World, step: Step, target: Numbers) -> Situations:
    logged, lesson = step.choice.propensities, step.choice.lesson
    choice, offered = np.nonzero(logged)
    skills = np.eye(world.lessons.skills)[world.lessons.skill[offered]]
    chances = np.stack([logged[choice, offered], target[choice, offered]], axis=1)
    return Situations(
        learner=np.arange(len(lesson)),
        reward=world.score(step.after) - world.score(step.before),
        choice=choice,
        logged=chances[:, 0],
        target=chances[:, 1],
        truth=world.gains(step.before)[choice, offered],
        features=np.hstack([skills, chances]),
        taken=np.flatnonzero(offered == lesson[choice]),
    )
