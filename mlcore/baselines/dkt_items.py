"""Deep knowledge tracing that knows items too: each reads and predicts its own part beside that of its skills."""

from __future__ import annotations

from mlcore.baselines.dkt import DKT


def dkt_items() -> DKT:
    """Return the stronger DKT: what it says of a question is its skills' mean plus its item's own."""
    return DKT(name="dkt_items", knows_items=True)
