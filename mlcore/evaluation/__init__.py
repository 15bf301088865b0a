"""How good is a learner model? The same questions for everyone, measures, and paired intervals of differences."""

from mlcore.evaluation.asking import SHARES, SHOTS, Split
from mlcore.evaluation.bootstrapping import bootstrap
from mlcore.evaluation.comparing import Difference, Score, differences, differences_to, scores, signed_rank_p
from mlcore.evaluation.discrimination import AucDifference, Ranking, auc_differences
from mlcore.evaluation.fairness import Gap, GroupScore, gaps, group_scores
from mlcore.evaluation.kshot import KShot, ask, k_shot
from mlcore.evaluation.measures import auc, brier, calibration_error, calibration_noise, log_losses, reliability

__all__ = [
    "SHARES",
    "SHOTS",
    "AucDifference",
    "Difference",
    "Gap",
    "GroupScore",
    "KShot",
    "Ranking",
    "Score",
    "Split",
    "ask",
    "auc",
    "auc_differences",
    "bootstrap",
    "brier",
    "calibration_error",
    "calibration_noise",
    "differences",
    "differences_to",
    "gaps",
    "group_scores",
    "k_shot",
    "log_losses",
    "reliability",
    "scores",
    "signed_rank_p",
]
