"""The terms of the score switched off or turned round, to ask what would have been chosen then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlcore.interactions import Numbers
from mlcore.policy import PolicySettings

WEIGHTS = ("learning", "retention", "information", "variety", "time")  # terms that the policy's settings weigh

Turned = Mapping[str, float]  # how often terms count; those that are not named count once


def turned_weights(settings: PolicySettings, turned: Turned) -> PolicySettings:
    """Return the settings with those terms turned that are the policy's own."""
    weights = {name: getattr(settings, name) * turned[name] for name in WEIGHTS if name in turned}
    return replace(settings, **weights) if weights else settings


def turned_terms(terms: Mapping[str, Numbers], turned: Turned) -> dict[str, Numbers]:
    """Return those that we add to its score, turned.  name -> [n]"""
    return {name: term * turned.get(name, 1.0) for name, term in terms.items()}
