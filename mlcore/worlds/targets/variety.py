"""Whether what is offered stays varied: every window of as many lessons as a quota looks at, with the guard in place.

In the worlds with several modalities. All questions there are of one type, so the quota of types does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mlcore.diversity import BY_MODALITY, BY_SKILL, Quota, entropy
from mlcore.interactions import Codes
from mlcore.worlds.living import steps
from mlcore.worlds.policies.policy import Policy
from mlcore.worlds.policies.product import Ours
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, share
from mlcore.worlds.world import World

LESSONS = 40
OF_MEANS = 2  # one learner in so many is enough
ROUNDING = 1e-9


@dataclass(frozen=True)
class Windows:
    """How many windows there were, in how many of them a label had more than its share, or the entropy was too low."""

    every: int
    crowded: int
    uniform: int


def variety(means: Means) -> Iterator[Aim]:
    """Check the quotas of the policy as it is served, and tell what it does without the guard."""
    for name in ("modalities", "null_world", "one_modality"):
        world = WORLDS[name].make()
        for policy in (Ours(means.models.tutor), Ours(means.models.tutor, name="ours_no_guard", has_guard=False)):
            offered = _offered(world, policy, means)
            for label, quota in (("modality", BY_MODALITY), ("skill", BY_SKILL)):
                column = world.lessons.modality if label == "modality" else world.lessons.skill
                found, who = windows(column[offered], quota), Who(policy.name, name, LESSONS)
                for aim, broken in _broken(found, label, quota).items():
                    wanted = Wanted("100 %", broken == 0 if policy.has_guard else None)
                    yield share(aim, who, (found.every - broken, found.every), wanted)


def _broken(found: Windows, label: str, quota: Quota) -> dict[str, int]:
    window = f"windows of {quota.window} offers"
    return {
        f"{window} at most {quota.share:.0%} of which are of one {label}": found.crowded,
        f"{window} whose entropy by {label} is {quota.least_entropy:.2f} bits at least": found.uniform,
    }


def windows(labels: Codes, quota: Quota) -> Windows:
    """Look at every window of the labels of what learners were offered [n, t]."""
    seen = sliding_window_view(labels, quota.window, axis=1).reshape(-1, quota.window)
    counts = np.stack([(seen == label).sum(axis=1) for label in np.unique(labels)], axis=1)
    least = np.array([entropy(row / quota.window) for row in counts])
    crowded, uniform = counts.max(axis=1) > quota.most, least < quota.least_entropy - ROUNDING
    return Windows(len(seen), int(crowded.sum()), int(uniform.sum()))


def _offered(world: World, policy: Policy, means: Means) -> Codes:
    """The lessons of all learners of all seeds.  [n, t]"""
    each = max(means.learners // OF_MEANS, 1)
    return np.concatenate(
        [
            np.stack([step.choice.lesson for step in steps(world, policy, each, LESSONS, seed)], axis=1)
            for seed in range(means.seeds)
        ]
    )
