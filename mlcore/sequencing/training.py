"""Train the recurrent policy: thousands of made-up learners, in courses and by laws that are drawn anew all the time.

RL^2 (Duan et al. 2016; Wang et al. 2016): what a recurrent policy learns across tasks becomes a way to learn within
one. Its loss here is not a policy gradient but imitation of one who sees the truth (DAgger, Ross, Gordon and Bagnell
2011; AggreVaTe, Ross and Bagnell 2014): the policy teaches, and is told of every lesson it might have chosen what that
would have been worth (`expert`). The best guess of a square loss is the mean over all learners, courses and laws that
look the same so far, so it weighs what it does not know as a Bayesian would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.sequencing.courses import draw_courses
from mlcore.sequencing.expert import worth
from mlcore.sequencing.law import Alike
from mlcore.sequencing.laws import LAWS, Kind
from mlcore.sequencing.network import SequencingNetwork, Surroundings
from mlcore.training import Progress, unheard

EXPLORED = 0.15  # share of lessons drawn evenly, so that all is seen


@dataclass(frozen=True)
class SequencingSettings:
    """How long and how boldly to train."""

    steps: int = 2400
    rate: float = 3e-3
    courses: int = 96  # of each law in a step: what differs among laws matters more than among pupils
    pupils: int = 2  # of each course
    laws: Sequence[str] = tuple(LAWS)
    averaging: float = 0.99  # of the weights over steps (Polyak)


def train_sequencer(
    settings: SequencingSettings, generator: torch.Generator, progress: Progress = unheard
) -> SequencingNetwork:
    """Return the average of the networks on the way; the same generator state gives the same one."""
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    network, averaged = (SequencingNetwork(generator=generator) for _ in range(2))
    averaged.load_state_dict(network.state_dict())
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.rate)
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * _pace(step / settings.steps)
        losses = [_loss_under(network, LAWS[name], settings, rng) for name in settings.laws]
        loss = torch.stack(losses).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        kept = min(settings.averaging, (step + 1.0) / (step + 10.0))
        _average_in(averaged, network, kept)
        said = ", ".join(f"{name} {one.item():.3f}" for name, one in zip(settings.laws, losses, strict=True))
        progress((step + 1) / settings.steps, f"step {step + 1}: {said}")
    return averaged


def _loss_under(
    network: SequencingNetwork, kind: Kind, settings: SequencingSettings, rng: np.random.Generator
) -> Tensor:
    """Let the policy teach new pupils in new courses, and return how wrong its gains were on the way."""
    courses = draw_courses(rng, (settings.courses, settings.pupils), kind.skills, kind.linked)
    law = kind.draw(courses, Alike(rng, settings.courses, settings.pupils))
    around = Surroundings.of(law.courses)
    real = torch.from_numpy(law.courses.real)
    pupils, hidden = law.begin(rng), network.begin(around)
    lessons, loss = int(rng.choice(kind.lessons)), torch.zeros(())
    for _ in range(lessons):
        truth = torch.from_numpy((worth(law, pupils, kind.ahead, rng) / kind.unit).astype(np.float32))
        guess = network.gains(hidden, around)
        loss = loss + ((guess - truth) ** 2)[real].mean()
        lesson = _chosen(guess.detach().numpy(), law.courses.real, rng)
        pupils, shown = law.teach(pupils, lesson, rng)
        hidden = network.observe(hidden, around, lesson, shown)
    return loss / lessons


def _chosen(guess: Numbers, real: Mask, rng: np.random.Generator) -> Codes:
    best: Codes = np.where(real, guess, -np.inf).argmax(1)
    any_skill = (rng.random(len(best)) * real.sum(1)).astype(np.int64)
    is_drawn = rng.random(len(best)) < EXPLORED
    best[is_drawn] = any_skill[is_drawn]
    return best


def _pace(done: float) -> float:
    return float(min(done / 0.02 + 0.05, 0.5 * (1.0 + np.cos(np.pi * done)), 1.0))


@torch.no_grad()
def _average_in(averaged: torch.nn.Module, network: torch.nn.Module, kept: float) -> None:
    for mean, value in zip(averaged.parameters(), network.parameters(), strict=True):
        mean.mul_(kept).add_(value, alpha=1.0 - kept)
