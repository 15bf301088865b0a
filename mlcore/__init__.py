"""How people learn: learner models, the policy, and how good they are. No Django, no clock.

tutor = mlcore.load_tutor()
belief = tutor.observe(tutor.begin(), mlcore.Answer("q1", ["fractions"], correct=1))
probabilities, sds = tutor.predict(belief, [mlcore.Item("q2", ["fractions"], difficulty=4)])
"""

from mlcore.answers import Answer, Item
from mlcore.belief import Belief
from mlcore.calibration import Calibration
from mlcore.checkpoint import CheckpointRefused, load_tutor
from mlcore.policy import PolicySettings, Suggestion
from mlcore.tutor import Mastery, Tutor

__all__ = [
    "Answer",
    "Belief",
    "Calibration",
    "CheckpointRefused",
    "Item",
    "Mastery",
    "PolicySettings",
    "Suggestion",
    "Tutor",
    "load_tutor",
]
