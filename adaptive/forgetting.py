"""How long learners of a subject remember what they learned, compared with FSRS's usual parameters.

A learner's own pace is shrunk to that of their subject, and a subject's to the usual one (`mlcore.retention`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from uuid import UUID

import numpy as np
from django.db import transaction

from adaptive.models import Checkpoint, Forgetting, LearnerState
from mlcore.interactions import Numbers
from mlcore.retention import PACES, paces_among, usual_paces

FRESH_FOR = 60.0  # seconds that a process trusts what it read

_kept: dict[str, tuple[float, Numbers]] = {}


def paces_in(subject: str) -> Numbers:
    """Return the chance of each of PACES among the learners of a subject.  [g]"""
    read_at, known = _kept.get(subject, (0.0, usual_paces()))
    if not read_at or time.monotonic() - read_at >= FRESH_FOR:
        row = Forgetting.objects.filter(subject=subject).first()
        known = np.array(row.paces) if row and len(row.paces) == len(PACES) else usual_paces()
        _kept[subject] = time.monotonic(), known
    return known


@transaction.atomic
def refresh_paces() -> int:
    """Write down anew how long the learners of each subject remember; returns how many subjects that are."""
    told: dict[str, dict[UUID, Numbers]] = defaultdict(dict)
    states = LearnerState.objects.filter(checkpoint=Checkpoint.objects.filter(is_live=True).first())
    rows = states.values_list("enrollment__course__subject", "enrollment__learner", "progress__memory")
    for subject, learner, memory in rows.iterator():
        if memory and len(memory) == len(PACES):
            told[subject][learner] = told[subject].get(learner, np.zeros(len(PACES))) + np.array(memory)
    Forgetting.objects.all().delete()
    Forgetting.objects.bulk_create(_row(subject, list(of_all.values())) for subject, of_all in told.items())
    forget()
    return len(told)


def _row(subject: str, told: list[Numbers]) -> Forgetting:
    heard = [one for one in told if one.any()]
    paces = paces_among(np.array(heard).reshape(-1, len(PACES)))
    return Forgetting(subject=subject, paces=[round(float(pace), 6) for pace in paces], learners=len(heard))


def forget() -> None:
    """Empty this process's memory."""
    _kept.clear()
