"""How networks are trained in one course: what they are given, and the ways to bring them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self, TypeVar

import numpy as np
import torch

from mlcore.algorithms.context import ContextNetwork
from mlcore.algorithms.every_weight import EveryWeightNetwork, FirstOrderNetwork
from mlcore.algorithms.fed_context import FedContextNetwork
from mlcore.algorithms.finetune import TunedNetwork, pooled_loss, with_best_rate
from mlcore.algorithms.gradient_steps import SteppedNetwork
from mlcore.algorithms.last_layer import LastLayerNetwork
from mlcore.algorithms.maml import LessonTensors
from mlcore.algorithms.meta_learner import MetaLearner, frozen_loss, outer_loss
from mlcore.algorithms.protonet import PrototypeNetwork
from mlcore.algorithms.reptile import CoursePace, adapt_to_course, reptile
from mlcore.algorithms.rl2 import RecurrentNetwork
from mlcore.difficulty import fit_difficulty
from mlcore.episodes import Episodes
from mlcore.inference import Knowledge
from mlcore.lessons import LessonPlan, lesson_of, pseudo_course, spread
from mlcore.training import LessonStock, NothingToLearnFrom, TrainingSettings, climb, estimate_population, tensors
from mlcore.weights import silent

M = TypeVar("M", bound=MetaLearner)
EVERYONE = 1_000_000
HELD_OUT_AFTER = np.array([1, 3, 5, 10])  # answers, after which held-out learners are predicted
LONGEST_HELD_OUT = 20
COURSE_STEPS = 4  # lessons of one course in a Reptile update
FIRST_MOVE, LAST_MOVE = 0.5, 0.02  # towards the adapted network, in the first Reptile update and in the last
STEPS_PER_MOVE = 16  # training steps for each Reptile update
LAST_STEPS = 8  # lessons of the course itself


@dataclass(frozen=True)
class School:
    """What a network is trained with."""

    course: Episodes
    held_out: LessonTensors  # other learners, to choose by
    knowledge: Knowledge  # difficulties judged from the whole course
    stock: LessonStock
    settings: TrainingSettings
    generator: torch.Generator

    @classmethod
    def of(cls, course: Episodes, held_out: Episodes, settings: TrainingSettings, seed: int) -> Self:
        """Judge the difficulties of a course and prepare its first lessons. Raises NothingToLearnFrom."""
        if course.learners < 2:
            raise NothingToLearnFrom("no course has answers of two learners")
        population = estimate_population([course])
        knowledge = Knowledge(silent(1), fit_difficulty(course, population))
        lesson = lesson_of(held_out.first(LONGEST_HELD_OUT), knowledge, HELD_OUT_AFTER)
        stock = LessonStock([course], population, settings, np.random.default_rng(seed))
        everyone, generator = np.arange(held_out.learners), torch.Generator().manual_seed(seed)
        return cls(course, tensors(lesson, everyone, settings.device), knowledge, stock, settings, generator)

    def newcomer(self, kind: Callable[[int, torch.Generator], M]) -> M:
        """Return an untrained network that reads features at the scale of the lessons."""
        network = kind(self.settings.hidden, self.generator)
        with torch.no_grad():
            network.standardize(*spread(self.stock.lessons))
        return network.to(self.settings.device)

    def lessons(self, count: int, plan: LessonPlan) -> Sequence[LessonTensors]:
        """Return so many lessons of one pseudo-course, another course each time; its pupils are dealt out to them."""
        lesson = pseudo_course(self.course, self.stock.population, plan, self.stock.rng)
        parts = np.array_split(self.stock.rng.permutation(len(lesson.mask)), min(count, len(lesson.mask)))
        return [tensors(lesson, part, self.settings.device) for part in parts]


def meta_trained(network: M, school: School) -> M:
    """Follow the meta-gradient of the outer loss."""
    loss_of = partial(outer_loss, frozen_weight=school.settings.frozen_weight)
    return climb(network, loss_of, school.stock, school.settings)


def stepped(network: SteppedNetwork, school: School) -> SteppedNetwork:
    """Follow the meta-gradient of the answers after each freeze: a start of its own for each answer costs too much."""
    return climb(network, frozen_loss, school.stock, school.settings)


def fine_tuned(school: School, frozen_weight: float) -> TunedNetwork:
    """Pre-train on everyone's answers pooled, then choose the rate of fine-tuning."""
    loss_of = partial(pooled_loss, frozen_weight=frozen_weight)
    pooled = climb(school.newcomer(TunedNetwork), loss_of, school.stock, school.settings)
    return with_best_rate(pooled, school.held_out)


def raised_for_courses(network: M, school: School) -> M:
    """Meta-train for learners, then find a start for courses by Reptile, then adapt it to the course itself."""
    plan, pace = school.settings.plan, CoursePace()
    moves = np.linspace(FIRST_MOVE, LAST_MOVE, school.settings.steps // STEPS_PER_MOVE).tolist()
    start = reptile(meta_trained(network, school), partial(school.lessons, COURSE_STEPS, plan), pace, moves)
    whole = replace(plan, cohorts=(EVERYONE,), cohort_chances=(1.0,))
    return adapt_to_course(start, school.lessons(LAST_STEPS, whole), pace)


UPBRINGINGS: Mapping[str, Callable[[School], MetaLearner]] = {
    "rl2": lambda school: meta_trained(school.newcomer(RecurrentNetwork), school),
    "last_layer": lambda school: meta_trained(school.newcomer(LastLayerNetwork), school),
    "protonet": lambda school: meta_trained(school.newcomer(PrototypeNetwork), school),
    "reptile": lambda school: raised_for_courses(school.newcomer(ContextNetwork), school),
    "maml_every_weight": lambda school: stepped(school.newcomer(EveryWeightNetwork), school),
    "maml_first_order": lambda school: stepped(school.newcomer(FirstOrderNetwork), school),
    "cavia": lambda school: stepped(school.newcomer(FedContextNetwork), school),
    "finetune": partial(fine_tuned, frozen_weight=0.0),
    "finetune_ahead": partial(fine_tuned, frozen_weight=1.0),
}
"""How each algorithm becomes a network, by name."""
