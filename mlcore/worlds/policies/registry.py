"""The policies by name, each made for a world; those that make no sense there are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlcore.sequencing.sequencer import Sequencer
from mlcore.tutor import Tutor
from mlcore.worlds.circumstances import MeasurementError
from mlcore.worlds.planning import chain_in, plan_of
from mlcore.worlds.policies.informed import Informed
from mlcore.worlds.policies.insiders import Oracle, TrueGate, TrueGreedy
from mlcore.worlds.policies.later import after_others
from mlcore.worlds.policies.plain import FixedOrder, Random
from mlcore.worlds.policies.policy import Policy
from mlcore.worlds.policies.product import Ours
from mlcore.worlds.policies.recurrent import Recurrent
from mlcore.worlds.policies.schedules import FixedIntervals, Leitner
from mlcore.worlds.policies.tracing import MasteryThreshold, PrerequisiteGate, SuccessBand
from mlcore.worlds.policies.zpdes import ZPDES
from mlcore.worlds.world import World


@dataclass(frozen=True)
class Models:
    """What our own policies are made of."""

    tutor: Tutor
    sequencer: Sequencer


Maker = Callable[[World, Models, int], Policy | None]  # for a world, with these models, for at most so many lessons


def _oracle(world: World, models: Models, horizon: int) -> Policy | None:
    chain = chain_in(world)
    return Oracle(world, plan_of(chain, horizon)) if chain else None


def _informed(world: World, models: Models, horizon: int) -> Policy | None:
    chain = chain_in(world)
    if chain is None or not isinstance(world, MeasurementError):
        return None
    return Informed(world, chain, plan_of(chain, horizon))


def _with_prerequisites(policy: Callable[[World], Policy]) -> Maker:
    return lambda world, models, horizon: policy(world) if world.lessons.prerequisites.any() else None


def _without_prerequisites(policy: Callable[[], Policy]) -> Maker:
    return lambda world, models, horizon: None if world.lessons.prerequisites.any() else policy()


def _anywhere(policy: Callable[[], Policy]) -> Maker:
    return lambda world, models, horizon: policy()


def _in_modalities(policy: Callable[[Models], Policy]) -> Maker:
    """Where there are several ways to learn, and what the product does about them can make a difference."""
    return lambda world, models, horizon: policy(models) if len(np.unique(world.lessons.modality)) > 1 else None


def _served(world: World, models: Models) -> Policy | None:
    """As in the product: where no skill builds on another, the standard policy teaches."""
    return Ours(models.tutor, models.sequencer, "rl2") if world.lessons.prerequisites.any() else None


POLICIES: Mapping[str, Maker] = {
    "random": _anywhere(Random),
    "fixed_order": _anywhere(FixedOrder),
    "prerequisite_gate": _with_prerequisites(lambda world: PrerequisiteGate()),
    "mastery_threshold": _anywhere(MasteryThreshold),
    "success_band": _anywhere(SuccessBand),
    "zpdes": _anywhere(ZPDES),
    "leitner": _without_prerequisites(Leitner),
    "fixed_intervals": _without_prerequisites(FixedIntervals),
    "ours": lambda world, models, horizon: Ours(models.tutor),
    "ours_later": lambda world, models, horizon: after_others(Ours(models.tutor), world, horizon),
    "ours_no_bandit": _in_modalities(lambda models: Ours(models.tutor, name="ours_no_bandit", has_bandit=False)),
    "ours_no_guard": _in_modalities(lambda models: Ours(models.tutor, name="ours_no_guard", has_guard=False)),
    "rl2": lambda world, models, horizon: _served(world, models),
    "rl2_alone": lambda world, models, horizon: Recurrent(models.sequencer),
    "informed": _informed,
    "true_gate": _with_prerequisites(TrueGate),
    "true_greedy": lambda world, models, horizon: TrueGreedy(world),
    "oracle": _oracle,
}
