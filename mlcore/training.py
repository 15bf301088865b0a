"""Train the network on lessons from several courses, from the start or from the weights that serve now."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from mlcore.algorithms.maml import LessonTensors, outer_loss
from mlcore.calibration import Population
from mlcore.datasets import split_learners
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, episodes_in
from mlcore.inference import Knowledge, walk
from mlcore.interactions import Codes, Interactions, Numbers
from mlcore.lessons import Lesson, LessonPlan, pseudo_course, spread
from mlcore.memory import moderated, sigmoid
from mlcore.network import AnswerNetwork, FeatureNetwork
from mlcore.weights import HIDDEN, Weights

Progress = Callable[[float, str], None]
N = TypeVar("N", bound=FeatureNetwork)

BLENDS = (0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)
MOST_TRUST = 0.7  # in the network; the rest stays with the classic, for courses that are unlike all in training
MOST_POPULAR = 2_000  # learners whose answers tell a course's variances


def unheard(fraction: float, message: str) -> None:
    """Progress that nobody follows."""


class EnoughTraining(Exception):
    """Raised by a progress callback: training ends with what it has found so far."""


class NothingToLearnFrom(Exception):
    """The courses have too few learners to train on."""


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how boldly to train."""

    steps: int = 1200
    rate: float = 3e-3
    decay: float = 0.1
    batch: int = 128  # pupils
    hidden: int = HIDDEN
    stock: int = 16  # lessons at hand
    steps_per_lesson: int = 3
    frozen_weight: float = 1.0
    averaging: float = 0.995  # of the weights over steps (Polyak)
    validation_share: float = 0.1  # of the learners of each course
    plan: LessonPlan = field(default_factory=LessonPlan)
    device: str = "cpu"


@dataclass(frozen=True)
class TrainedNetwork:
    """What training found, and how good it is on learners it did not see."""

    weights: Weights
    population: Population
    network_weight: float
    metrics: dict[str, float]


def train(
    courses: Sequence[Interactions],
    settings: TrainingSettings,
    generator: torch.Generator,
    start_from: Weights | None = None,
    progress: Progress = unheard,
) -> TrainedNetwork:
    """Meta-train on these courses; the same generator state gives the same network.

    `progress` is told the share that is done and what is going on; it may raise EnoughTraining.
    Raises NothingToLearnFrom.
    """
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    parts = [_parted(course, settings.validation_share, rng) for course in courses]
    learning = [part for part, _ in parts if part.learners >= 2]
    if not learning:
        raise NothingToLearnFrom("no course has answers of two learners")
    progress(0.0, "judging difficulties")
    population = estimate_population(learning)
    stock = LessonStock(learning, population, settings, rng)
    network = _network(settings, generator, stock, start_from)
    loss_of = partial(outer_loss, frozen_weight=settings.frozen_weight)
    averaged = climb(network, loss_of, stock, settings, progress)
    progress(0.98, "validating")
    weights = averaged.to_weights()
    network_weight, metrics = validate(weights, population, parts)
    progress(1.0, "trained")
    return TrainedNetwork(weights, population, network_weight, metrics)


def estimate_population(courses: Sequence[Episodes]) -> Population:
    """Return how learners, skills and items vary within these courses, and levels between them."""
    fits = [
        fit_difficulty(course.of_learners(np.arange(min(course.learners, MOST_POPULAR))), Population())
        for course in courses
    ]
    levels = np.array([fit.level for fit in fits])
    default = Population()
    level_sd = np.sqrt((levels.var() * len(levels) + default.level_sd**2 * 3) / (len(levels) + 3))
    sds = {
        name: float(np.exp(np.mean([np.log(getattr(fit.population, name)) for fit in fits])))
        for name in ("ability_sd", "skill_sd", "item_sd")
    }
    return Population(level=float(levels.mean()), level_sd=float(level_sd), **sds)


class LessonStock:
    """A few lessons at hand; old ones give way to new ones, so memory is bounded and none is seen often."""

    def __init__(
        self, courses: Sequence[Episodes], population: Population, settings: TrainingSettings, rng: np.random.Generator
    ) -> None:
        self.courses, self.population, self.plan, self.rng = courses, population, settings.plan, rng
        sizes = np.sqrt([min(len(course), 400_000) for course in courses])
        self.chances = sizes / sizes.sum()
        self.lessons = [self._draw() for _ in range(settings.stock)]

    def _draw(self) -> Lesson:
        course = self.courses[int(self.rng.choice(len(self.courses), p=self.chances))]
        return pseudo_course(course, self.population, self.plan, self.rng)

    def renew(self) -> None:
        self.lessons = [*self.lessons[1:], self._draw()]

    def pick(self, batch: int, device: str) -> LessonTensors:
        lesson = self.lessons[int(self.rng.integers(len(self.lessons)))]
        chosen: Codes = self.rng.permutation(len(lesson.mask))[:batch]
        return tensors(lesson, chosen, device)


def tensors(lesson: Lesson, chosen: Codes, device: str) -> LessonTensors:
    """Copy these pupils of a lesson to the device, without the padding that none of them needs."""
    longest = int(lesson.mask[chosen].sum(1).max(initial=1.0))
    parts: dict[str, torch.Tensor] = {}
    for column in fields(lesson):
        if column.name != "freezes":
            array = getattr(lesson, column.name)[chosen]
            array = array if column.name.startswith("frozen") else array[:, :longest]
            parts[column.name] = torch.from_numpy(array).to(device)
    return LessonTensors(freezes=lesson.freezes.tolist(), **parts)


def _parted(course: Interactions, share: float, rng: np.random.Generator) -> tuple[Episodes, Episodes]:
    kept, held_out = split_learners(course, (1.0 - share, share), int(rng.integers(2**31)))
    return episodes_in(kept), episodes_in(held_out)


def _network(
    settings: TrainingSettings, generator: torch.Generator, stock: LessonStock, start_from: Weights | None
) -> AnswerNetwork:
    if start_from is not None:
        return AnswerNetwork.from_weights(start_from).to(settings.device)
    network = AnswerNetwork(settings.hidden, generator)
    with torch.no_grad():
        network.standardize(*spread(stock.lessons))
    return network.to(settings.device)


def climb(
    network: N,
    loss_of: Callable[[N, LessonTensors], Tensor],
    stock: LessonStock,
    settings: TrainingSettings,
    progress: Progress = unheard,
) -> N:
    """Follow the gradient of the loss of lessons. Returns the average of the networks on the way."""
    matrices = network.matrices()
    others = [value for value in network.parameters() if not any(value is matrix for matrix in matrices)]
    groups = [{"params": matrices, "weight_decay": settings.decay}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=settings.rate)
    averaged = copy.deepcopy(network)
    for step in range(settings.steps):
        done = step / settings.steps
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * _warm_then_cosine(done)
        if step % settings.steps_per_lesson == 0:
            stock.renew()
        loss = loss_of(network, stock.pick(settings.batch, settings.device))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        if torch.isfinite(loss):
            optimizer.step()
        _average_in(averaged, network, min(settings.averaging, (step + 1.0) / (step + 10.0)))
        try:
            progress(0.02 + 0.96 * done, f"step {step + 1}: loss {loss.item():.4f}")
        except EnoughTraining:
            break
    return averaged


def _warm_then_cosine(done: float) -> float:
    return float(min(done / 0.05 + 0.05, 0.5 * (1.0 + np.cos(np.pi * done)), 1.0))


@torch.no_grad()
def _average_in(averaged: nn.Module, network: nn.Module, kept: float) -> None:
    for mean, value in zip(averaged.parameters(), network.parameters(), strict=True):
        mean.mul_(kept).add_(value, alpha=1.0 - kept)


def validate(
    weights: Weights, population: Population, parts: Sequence[tuple[Episodes, Episodes]]
) -> tuple[float, dict[str, float]]:
    """Choose the network's share in the average on held-out learners. Returns it, and mean log-losses."""
    losses = []
    for learned, held_out in parts:
        if held_out.learners and learned.learners:
            calibration = fit_difficulty(learned, population)
            losses.append(_losses_of_blends(Knowledge(weights, calibration), held_out))
    if not losses:
        return 0.5, dict.fromkeys(("log_loss", "log_loss_classic", "log_loss_network"), float("nan"))
    mean = np.mean(losses, axis=0)
    trusted = sum(blend <= MOST_TRUST for blend in BLENDS)
    best = int(mean[:trusted].argmin())
    return BLENDS[best], {
        "log_loss": float(mean[best]),
        "log_loss_classic": float(mean[BLENDS.index(0.0)]),
        "log_loss_network": float(mean[BLENDS.index(1.0)]),
        "validation_courses": float(len(losses)),
    }


def _losses_of_blends(knowledge: Knowledge, episodes: Episodes) -> Numbers:
    """Return the log-loss of the next answer for each of BLENDS."""
    classic, network = np.empty(len(episodes)), np.empty(len(episodes))
    for step in walk(knowledge, episodes):
        classic[step.rows] = moderated(step.foresight.known.logit, step.foresight.known.variance)
        network[step.rows] = moderated(step.foresight.mean, step.foresight.variance)
    right = episodes.outcomes.correct
    losses = []
    for blend in BLENDS:
        p = np.clip(sigmoid((1.0 - blend) * classic + blend * network), 1e-6, 1.0 - 1e-6)
        losses.append(-float(np.mean(right * np.log(p) + (1.0 - right) * np.log(1.0 - p))))
    return np.array(losses)
