"""The worlds by name, and how long learners are taught in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlcore.worlds.circumstances import DropOut, Fatigue, MeasurementError, Modalities, OneSticks
from mlcore.worlds.kss import KnowledgeStructure
from mlcore.worlds.memories import MemoryWorld
from mlcore.worlds.tms import MasteryChain, binary, tree
from mlcore.worlds.world import World

ERRORS = (0.1, 0.3)  # range of slip and of guess, as in Tang et al.


@dataclass(frozen=True)
class Entry:
    """How to make a world, the numbers of lessons after which it is judged, and what it is in words."""

    make: Callable[[], World]
    horizons: tuple[int, ...]
    about: str


def measured(world: World, name: str = "", seed: int = 0) -> MeasurementError:
    """The world with errors of measurement; `seed` draws those of its questions, not the learners."""
    slip, guess = np.random.default_rng(seed).uniform(*ERRORS, (2, world.items))
    return MeasurementError(name or world.name, world, slip, guess)


def _own() -> MasteryChain:
    return tree(tests_all=False)


WORLDS: Mapping[str, Entry] = {
    "tms_tree": Entry(
        lambda: measured(tree()), (5, 10, 20), "Tang et al. 2019, study II: after each lesson all skills are tested"
    ),
    "tms_tree_own": Entry(lambda: measured(_own()), (5, 10, 20), "the same; a lesson tests its own skill alone"),
    "tms_binary": Entry(lambda: measured(binary()), (5,), "Tang et al. 2019, study I: two skills"),
    "kss": Entry(KnowledgeStructure, (5, 10, 20), "Liu et al. 2019: ten concepts that lead into each other"),
    "efc": Entry(lambda: MemoryWorld("efc"), (30, 60), "exponential forgetting (Reddy et al. 2017)"),
    "hlr": Entry(lambda: MemoryWorld("hlr"), (30, 60), "half-life regression (Settles & Meeder 2016)"),
    "gpl": Entry(lambda: MemoryWorld("gpl"), (30, 60), "generalized power law (Lindsey et al. 2014)"),
    "modalities": Entry(
        lambda: Modalities("modalities", measured(_own())), (20,), "tms_tree_own in four modalities, some of which suit"
    ),
    "null_world": Entry(
        lambda: Modalities("null_world", measured(_own()), least=0.65, most=0.65),
        (20,),
        "the same, but no modality suits anybody better",
    ),
    "one_modality": Entry(
        lambda: OneSticks("one_modality", measured(_own()), least=0.5, most=1.0),
        (20,),
        "the same, but one modality sticks twice as often as the others, in everybody",
    ),
    "fatigue": Entry(lambda: Fatigue("fatigue", measured(_own())), (20,), "tms_tree_own, and lessons tire"),
    "drop_out": Entry(lambda: DropOut("drop_out", measured(_own())), (20,), "tms_tree_own, and learners leave"),
}
