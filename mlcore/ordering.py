"""The order that an author gave a course, as far as it decides between equals."""

from __future__ import annotations

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers

BY_ORDER_ALONE = (
    0.05  # score that each new module further on costs where nothing builds on anything: order is all we know
)
BESIDE_PREREQUISITES = 0.02  # likewise, where prerequisites say what comes first
MOST = 0.15  # that it costs


def order_terms(places: Codes, is_new: Mask, is_layered: bool) -> Numbers:
    """Return what the places of n candidates in their course add to their scores: of new ones the less, the further on.

    What was begun before is in no order any more: that never speaks for it. In a layered course, skills build on each
    other. What this costs in worlds where the order misleads: docs/worlds.md.  [n]
    """
    if not is_new.any():
        return np.zeros(len(places))
    weight = BESIDE_PREREQUISITES if is_layered else BY_ORDER_ALONE
    terms = -np.minimum(weight * (places - places[is_new].min()), MOST)
    ordered: Numbers = np.where(is_new, terms, terms[is_new].min())
    return ordered
