"""Train the network on lessons from several courses, from the start or from the weights that serve now."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from mlcore import distributed
from mlcore.algorithms.maml import LessonTensors, outer_loss
from mlcore.calibration import Calibration, Population, uncalibrated
from mlcore.checkpoint import Checkpoint
from mlcore.datasets import split_learners
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes, episodes_in
from mlcore.inference import Knowledge, served_logit, walk
from mlcore.interactions import Codes, Interactions, Numbers
from mlcore.lessons import Lesson, LessonPlan, pseudo_course, spread
from mlcore.memory import moderated
from mlcore.network import AnswerNetwork, FeatureNetwork
from mlcore.trusting import evidence_of, trust_by_stage
from mlcore.weights import HIDDEN, Weights

Progress = Callable[[float, str], None]
N = TypeVar("N", bound=FeatureNetwork)

BEGINNING = 10  # answers
FEWEST_COURSES = 4  # that can be left out by turns
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

    steps: int = 1000
    trial_steps: int = 300  # of each network that is tried on courses left out of its training
    rate: float = 3e-3
    decay: float = 0.1
    batch: int = 128  # pupils
    hidden: int = HIDDEN
    stock: int = 16  # lessons at hand
    steps_per_lesson: int = 3
    frozen_weight: float = 1.0
    cohorts: tuple[int, ...] = (0, 8, 20, 40, 60)  # pupils of a batch to whom the course's last layer is adapted
    averaging: float = 0.995  # of the weights over steps (Polyak)
    validation_share: float = 0.1  # of the learners of each course
    plan: LessonPlan = field(default_factory=LessonPlan)
    device: str = "cpu"


@dataclass(frozen=True)
class TrainedNetwork:
    """What training found, and how good it is on learners it did not see."""

    weights: Weights
    prior: Calibration  # of a course that nobody has taken
    metrics: dict[str, float]


def train(
    courses: Sequence[Interactions],
    settings: TrainingSettings,
    generator: torch.Generator,
    start_from: Checkpoint | None = None,
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
    stages = start_from.prior.stages if start_from else _trust(learning, population, settings, generator, progress)
    prior = uncalibrated(population, stages=stages)
    stock = LessonStock(learning, population, settings, distributed.own_chance(rng))
    network = _network(settings, generator, stock, start_from)
    distributed.start_alike(network)
    averaged = climb(network, _loss_of(settings, rng), stock, settings, progress)
    progress(0.98, "validating")
    weights = averaged.to_weights()
    metrics = validate(weights, prior, parts)
    progress(1.0, "trained")
    return TrainedNetwork(weights, prior, metrics)


def estimate_population(courses: Sequence[Episodes]) -> Population:
    """Return how learners, skills and items vary within these courses, and levels between them.

    Levels are those of first answers: what is expected of a course that nobody has taken is asked of beginners.
    """
    popular = [course.of_learners(np.arange(min(course.learners, MOST_POPULAR))) for course in courses]
    fits = [fit_difficulty(course, Population()) for course in popular]
    levels = np.array([fit_difficulty(course.first(BEGINNING), Population()).level for course in popular])
    default = Population()
    level_sd = np.sqrt((levels.var() * len(levels) + default.level_sd**2 * 3) / (len(levels) + 3))
    sds = {
        name: float(np.exp(np.mean([np.log(getattr(fit.population, name)) for fit in fits])))
        for name in ("ability_sd", "skill_sd", "item_sd")
    }
    return Population(level=float(levels.mean()), level_sd=float(level_sd), **sds)


def _trust(
    courses: Sequence[Episodes],
    population: Population,
    settings: TrainingSettings,
    generator: torch.Generator,
    progress: Progress,
) -> Numbers:
    """Return the weights by stage that suit new courses: every second course is left out, then the others."""
    if len(courses) < FEWEST_COURSES or not settings.trial_steps:
        return uncalibrated(population).stages
    trial, evidence = replace(settings, steps=settings.trial_steps), []
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    for left_out in range(2):
        stock = LessonStock(courses[1 - left_out :: 2], population, trial, rng)
        network = _network(trial, generator, stock, None)
        tried = climb(network, _loss_of(trial, rng), stock, trial, lambda done, said: progress(0.0, f"trial {said}"))
        weights = tried.to_weights()
        evidence += [evidence_of(weights, population, course, rng) for course in courses[left_out::2]]
    return trust_by_stage(evidence)


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


def _loss_of(settings: TrainingSettings, rng: np.random.Generator) -> Callable[[AnswerNetwork, LessonTensors], Tensor]:
    """Return the outer loss after a course step on a cohort of random size."""

    def loss_of(network: AnswerNetwork, lesson: LessonTensors) -> Tensor:
        cohort = min(int(rng.choice(settings.cohorts)), len(lesson.mask) // 2)
        return outer_loss(network, lesson, cohort, settings.frozen_weight)

    return loss_of


def _network(
    settings: TrainingSettings, generator: torch.Generator, stock: LessonStock, start_from: Checkpoint | None
) -> AnswerNetwork:
    if start_from is not None:
        return AnswerNetwork.from_weights(start_from.weights).to(settings.device)
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
        distributed.average_gradients(network)
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizer.step()
        _average_in(averaged, network, min(settings.averaging, (step + 1.0) / (step + 10.0)))
        enough = _is_enough(progress, 0.02 + 0.96 * done, f"step {step + 1}: loss {loss.item():.4f}")
        if distributed.anyone(enough, settings.device):
            break
    return averaged


def _is_enough(progress: Progress, fraction: float, message: str) -> bool:
    try:
        progress(fraction, message)
    except EnoughTraining:
        return True
    return False


def _warm_then_cosine(done: float) -> float:
    return float(min(done / 0.05 + 0.05, 0.5 * (1.0 + np.cos(np.pi * done)), 1.0))


@torch.no_grad()
def _average_in(averaged: nn.Module, network: nn.Module, kept: float) -> None:
    for mean, value in zip(averaged.parameters(), network.parameters(), strict=True):
        mean.mul_(kept).add_(value, alpha=1.0 - kept)


def validate(weights: Weights, prior: Calibration, parts: Sequence[tuple[Episodes, Episodes]]) -> dict[str, float]:
    """Return mean log-losses of next answers over held-out learners: as served, of the classic, of the network."""
    losses = []
    for learned, held_out in parts:
        if held_out.learners and learned.learners:
            calibration = fit_difficulty(learned, prior.population)
            calibration = replace(calibration, network_weight=prior.network_weight, stages=prior.stages)
            losses.append(_losses(Knowledge(weights, calibration), held_out))
    mean = np.mean(losses, axis=0) if losses else np.full(3, np.nan)
    names = ("log_loss", "log_loss_classic", "log_loss_network")
    return dict(zip(names, mean.tolist(), strict=True)) | {"validation_courses": float(len(losses))}


def _losses(knowledge: Knowledge, episodes: Episodes) -> Numbers:
    """Return the log-loss of next answers: as served, of the classic, of the network.  [3]"""
    logits = np.empty((3, len(episodes)))
    for step in walk(knowledge, episodes):
        known = step.foresight.known
        logits[0, step.rows] = served_logit(knowledge.calibration, step.foresight)
        logits[1, step.rows] = moderated(known.logit, known.variance)
        logits[2, step.rows] = moderated(step.foresight.mean, step.foresight.variance)
    right = episodes.outcomes.correct
    losses: Numbers = (np.logaddexp(0.0, logits) - right * logits).mean(1)
    return losses
