"""Every predictor by name: the rivals, and the champion that must beat them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from mlcore.algorithms.champion import Champion, champion_from
from mlcore.algorithms.eb_irt import EbIrt
from mlcore.algorithms.in_course import Maml
from mlcore.algorithms.meta_learned import MetaLearned
from mlcore.baselines.bkt import BKT
from mlcore.baselines.classic2 import Classic2
from mlcore.baselines.dkt import DKT
from mlcore.baselines.dkt_items import dkt_items
from mlcore.baselines.elo import Elo
from mlcore.baselines.logistic import best_lr, pfa
from mlcore.baselines.means import BetaMean, GlobalMean, ItemMean
from mlcore.baselines.rasch import RaschEB
from mlcore.baselines.sakt import SAKT
from mlcore.predictor import Predictor

CHAMPION = Champion.name

RIVALS: Mapping[str, Callable[[], Predictor]] = {
    "global_mean": GlobalMean,
    "item_mean": ItemMean,
    "beta": BetaMean,
    "elo": Elo,
    "rasch_eb": RaschEB,
    "pfa": pfa,
    "best_lr": best_lr,
    "bkt": BKT,
    "dkt": DKT,
    "dkt_items": dkt_items,
    "sakt": SAKT,
    "classic2": Classic2,
}
"""Those fitted from nothing on the training learners, the simple ones first."""

PARTS: Mapping[str, Callable[[], Predictor]] = {
    "eb_irt": EbIrt,
    "maml": Maml,
    "rl2": partial(MetaLearned, "rl2"),
    "last_layer": partial(MetaLearned, "last_layer"),
    "protonet": partial(MetaLearned, "protonet"),
    "reptile": partial(MetaLearned, "reptile"),
    "maml_every_weight": partial(MetaLearned, "maml_every_weight"),
    "maml_first_order": partial(MetaLearned, "maml_first_order"),
    "cavia": partial(MetaLearned, "cavia"),
    "finetune": partial(MetaLearned, "finetune"),
    "finetune_ahead": partial(MetaLearned, "finetune_ahead"),
}
"""What the champion is made of and what it could be, trained in the course itself; all but eb_irt take minutes."""

NEEDS_NOBODY = frozenset({"global_mean", "beta", "elo", "eb_irt", CHAMPION})
"""Those that predict even where not a single learner was met."""

NEEDS_NO_VALIDATION = (
    NEEDS_NOBODY - {"elo"}
    | {"item_mean", "rasch_eb", "pfa", "best_lr", "bkt"}
    | PARTS.keys() - {"finetune", "finetune_ahead"}
)
"""Those that learn from the training learners alone, so that nothing need be split off a small cohort."""

DEFAULT_CHECKPOINT = "default"


def unfitted(names: Sequence[str]) -> list[Predictor]:
    """New rivals or parts. Raises KeyError."""
    known = {**RIVALS, **PARTS}
    return [known[name]() for name in names]


def has_met(predictor: Predictor, course: str) -> bool:
    """Whether a checkpoint was trained on learners of this course, so that it is no unseen one."""
    return isinstance(predictor, Champion) and course in predictor.checkpoint.facts.get("courses", {})


def may_have_met(predictor: Predictor, course: str, seed: int) -> bool:
    """Whether a checkpoint was trained on this course without sparing the test learners of this seed."""
    if not isinstance(predictor, Champion):
        return False
    options = predictor.checkpoint.facts.get("options", {})
    return has_met(predictor, course) and options.get("spare_test_of_seed") != seed


def champion(checkpoint: str, course: str = "", seed: int = 0) -> Champion:
    """The learner model of a checkpoint file, or of the one that comes with mlcore.

    `{course}` and `{seed}` in the file's name stand for what it is judged on, so that each course can be judged with a
    checkpoint that never met it, and each split with one that never met its test learners. Raises CheckpointRefused.
    """
    if checkpoint == DEFAULT_CHECKPOINT:
        return champion_from()
    return champion_from(checkpoint.replace("{course}", course).replace("{seed}", str(seed)))
