"""Which way of teaching works better, told from later success and never from clicks; and how little we may know of it.

After learning in a modality, a score minus its prediction is a surprise. Mean surprises are shrunk: a learner's to
their cohort, a cohort's to the subject, the subject's to zero. No learner is given a style.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from adaptive.adapting import Standing
from adaptive.models import Checkpoint, LearnerState, ModalityEffect
from adaptive.progress import Progress
from courses.models import Cohort, Course

NOISE = 0.2  # variance of one surprise
SUBJECT_SD, COHORT_SD, LEARNER_SD = 0.05, 0.03, 0.05  # how far a mean surprise may lie from the one above it
FURTHEST = 0.15
FRESH_FOR = 60.0  # seconds that a process trusts what it read

Evidence = dict[str, tuple[int, float]]  # modality -> answers, sum of surprises


@dataclass(frozen=True)
class Effect:
    """How much better than the average way a modality works: in chance of a right answer."""

    mean: float
    sd: float

    def after(self, answers: int, surprise: float, spread: float) -> Effect:
        """Return the effect in a part of the group, whose own may lie `spread` away: a normal posterior."""
        prior = 1.0 / (self.sd**2 + spread**2)
        precision = prior + answers / NOISE
        return Effect((self.mean * prior + surprise / NOISE) / precision, precision**-0.5)


UNKNOWN = Effect(0.0, 0.0)

_kept: dict[str, tuple[float, dict[int | None, dict[str, Effect]]]] = {}


def effects_for(standing: Standing, modalities: Iterable[str]) -> dict[str, float]:
    """Return how much better each modality is expected to work for this learner."""
    known = _known(standing.syllabus.subject)
    cohorts = standing.enrollment.learner.cohorts.values_list("pk", flat=True) if any(known) else ()
    shared = next((known[pk] for pk in cohorts if pk in known), known.get(None, {}))
    return expected_effects(standing.progress, modalities, shared)


def effects_in(subject: str) -> Mapping[str, Effect]:
    """Return what is known of each modality over all learners of a subject."""
    return _known(subject).get(None, {})


def expected_effects(progress: Progress, modalities: Iterable[str], shared: Mapping[str, Effect]) -> dict[str, float]:
    """Return how much better each modality is expected to work for who did this, given the effects on others."""
    expected = {}
    for modality in modalities:
        own = progress.modalities.get(modality)
        effect = shared.get(modality, UNKNOWN).after(
            own.answers if own else 0, own.surprise if own else 0.0, LEARNER_SD
        )
        expected[modality] = max(-FURTHEST, min(effect.mean, FURTHEST))
    return expected


@transaction.atomic
def refresh_modality_effects() -> int:
    """Write down anew what is known of each subject and cohort; returns how many effects that are."""
    rows = []
    for subject in Course.objects.order_by().values_list("subject", flat=True).distinct():
        states = LearnerState.objects.filter(
            enrollment__course__subject=subject, checkpoint=Checkpoint.objects.filter(is_live=True).first()
        )
        whole = _evidence(states)
        rows += _rows(subject, None, whole, {modality: UNKNOWN for modality in whole}, SUBJECT_SD)
        above = {row.modality: Effect(row.mean, row.sd) for row in rows if row.subject == subject}
        for cohort in Cohort.objects.filter(courses__subject=subject).distinct():
            own = _evidence(states.filter(enrollment__learner__cohorts=cohort))
            rows += _rows(subject, cohort, own, above, COHORT_SD)
    ModalityEffect.objects.all().delete()
    ModalityEffect.objects.bulk_create(rows)
    forget()
    return len(rows)


def forget() -> None:
    """Empty this process's memory."""
    _kept.clear()


def _known(subject: str) -> dict[int | None, dict[str, Effect]]:
    """Return the effects of a subject by cohort; None for all of its learners."""
    read_at, known = _kept.get(subject, (0.0, {}))
    if not read_at or time.monotonic() - read_at >= FRESH_FOR:
        known = defaultdict(dict)
        for row in ModalityEffect.objects.filter(subject=subject):
            known[row.cohort_id][row.modality] = Effect(row.mean, row.sd)
        _kept[subject] = time.monotonic(), dict(known)
    return dict(known)


def _evidence(states: QuerySet[LearnerState]) -> Evidence:
    """Add up surprises by modality, less the mean surprise over all of them."""
    answers: dict[str, int] = defaultdict(int)
    surprise: dict[str, float] = defaultdict(float)
    for modalities in states.values_list("progress__modalities", flat=True).iterator():
        for modality, (count, total) in (modalities or {}).items():
            answers[modality] += count
            surprise[modality] += total
    average = sum(surprise.values()) / max(sum(answers.values()), 1)
    return {modality: (count, surprise[modality] - average * count) for modality, count in answers.items()}


def _rows(
    subject: str, cohort: Cohort | None, evidence: Evidence, above: Mapping[str, Effect], spread: float
) -> list[ModalityEffect]:
    rows = []
    for modality, (answers, surprise) in sorted(evidence.items()):
        effect = above.get(modality, UNKNOWN).after(answers, surprise, spread)
        rows.append(
            ModalityEffect(
                subject=subject, cohort=cohort, modality=modality, mean=effect.mean, sd=effect.sd, answers=answers
            )
        )
    return rows
