"""How far a policy has come: whom it teaches."""

from enum import StrEnum


class Stage(StrEnum):
    """Whom a policy teaches."""

    SHADOW = "shadow"
    TRIAL = "trial"
    MOST = "most"  # and a few go on as before, so that both can still be compared


SHARES = {Stage.SHADOW: 0.0, Stage.TRIAL: 0.2, Stage.MOST: 0.9}  # of the learners
