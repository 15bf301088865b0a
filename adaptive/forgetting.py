"""How long learners of a subject remember what they learned, compared with FSRS's usual parameters.

A learner's own pace is shrunk to that of their subject, and a subject's to the usual one (`mlcore.retention`). By which
law it is forgotten is a subject's own, where that foretells better (`adaptive.refitting`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from uuid import UUID

import numpy as np
from django.db import transaction

from adaptive.kept_states import with_kept
from adaptive.models import Forgetting
from courses.models import Enrollment
from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law
from mlcore.retention import PACES, paces_among, usual_paces

FRESH_FOR = 60.0  # seconds that a process trusts what it read
DIGITS = 6

_kept: dict[str, tuple[float, Numbers, Law]] = {}


def paces_in(subject: str) -> Numbers:
    """Return the chance of each of PACES among the learners of a subject.  [g]"""
    return _known(subject)[1]


def law_in(subject: str) -> Law:
    """Return the law by which the learners of a subject forget."""
    return _known(subject)[2]


def _known(subject: str) -> tuple[float, Numbers, Law]:
    known = _kept.get(subject)
    if known is None or time.monotonic() - known[0] >= FRESH_FOR:
        row = Forgetting.objects.filter(subject=subject).first()
        paces = np.array(row.paces) if row and len(row.paces) == len(PACES) else usual_paces()
        known = time.monotonic(), paces, Law.from_json(row.parameters) if row else USUAL
        _kept[subject] = known
    return known


@transaction.atomic
def refresh_paces() -> int:
    """Write down anew how long the learners of each subject remember; returns how many subjects that are.

    What was folded by an earlier law does not count.
    """
    laws = dict(Forgetting.objects.values_list("subject", "parameters"))
    told: dict[str, dict[UUID, Numbers]] = defaultdict(dict)
    kept = with_kept(Enrollment.objects.order_by("pk"), memory="progress__memory", law="progress__law")
    for subject, learner, memory, law in kept.values_list("course__subject", "learner", "memory", "law").iterator():
        if memory and len(memory) == len(PACES) and (law or []) == laws.get(subject, []):
            told[subject][learner] = told[subject].get(learner, np.zeros(len(PACES))) + np.array(memory)
    Forgetting.objects.filter(parameters=[], judged={}).exclude(subject__in=told).delete()
    for subject, of_all in told.items():
        heard = [one for one in of_all.values() if one.any()]
        paces = written(paces_among(np.array(heard).reshape(-1, len(PACES))))
        Forgetting.objects.update_or_create(subject=subject, defaults={"paces": paces, "learners": len(heard)})
    forget()
    return len(told)


def written(paces: Numbers) -> list[float]:
    """Return chances of PACES as they are kept."""
    return [round(float(pace), DIGITS) for pace in paces]


def forget() -> None:
    """Empty this process's memory."""
    _kept.clear()
