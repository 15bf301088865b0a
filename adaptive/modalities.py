"""Which way of learning works better, told from later success and never from clicks; and how little we may know of it.

Ways of teaching, spacing and order are factors, each with arms (`adaptive.rewards`). What an arm earned is shrunk: a
learner's to their cohort, a cohort's to the subject, the subject's to zero. No learner is given a style.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import transaction

from adaptive.adapting import Standing
from adaptive.kept_states import with_kept
from adaptive.models import ModalityEffect
from adaptive.rewards import FACTORS, present
from adaptive.syllabus import Syllabus
from courses.models import Cohort, Course, Enrollment
from mlcore.effects.believing import Effect, believed, evidence_in
from mlcore.effects.credit import QUESTIONS, WAY, ArmProgress
from mlcore.effects.evidence import Evidence
from mlcore.effects.hierarchy import Hierarchy, Level, fit
from mlcore.effects.verdicts import Verdict, judge
from mlcore.interactions import UNKNOWN as NO_COHORT

FRESH_FOR = 60.0  # seconds that a process trusts what it read


_kept: dict[str, tuple[float, dict[int | None, dict[str, Effect]]]] = {}


def effects_for(standing: Standing) -> dict[str, Effect]:
    """Return how much better each arm is expected to work for this learner."""
    known = _known(standing.syllabus.subject)
    cohorts = standing.enrollment.learner.cohorts.values_list("pk", flat=True) if any(known) else ()
    shared = next((known[pk] for pk in cohorts if pk in known), known.get(None, {}))
    return believed(standing.progress.arms, factors_in(standing.syllabus), shared)


def effects_in(subject: str) -> Mapping[str, Effect]:
    """Return what is known of each arm over all learners of a subject."""
    return _known(subject).get(None, {})


def factors_in(syllabus: Syllabus) -> dict[str, list[str]]:
    """Return the arms that a course has, by factor."""
    modules = syllabus.modules.values()
    ways = {QUESTIONS} | {variant.modality for module in modules for variant in module.variants}
    return {factor: present(ways, factor) if factor == WAY else list(arms) for factor, arms in FACTORS.items()}


@transaction.atomic
def refresh_modality_effects() -> int:
    """Write down anew what is known of each subject and cohort; returns how many effects that are."""
    rows: list[ModalityEffect] = []
    for subject in Course.objects.order_by().values_list("subject", flat=True).distinct():
        earned = _earned(subject)
        members = Cohort.learners.through.objects.filter(cohort__courses__subject=subject, user__in=list(earned))
        cohorts: dict[int, set[UUID]] = defaultdict(set)
        for cohort, learner in members.order_by("cohort").values_list("cohort", "user").distinct():
            cohorts[cohort].add(learner)
        for factor in FACTORS:
            rows += _rows(subject, factor, earned, cohorts)
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
            known[row.cohort_id][row.arm] = Effect(row.mean, row.sd, row.spread, row.noise)
        _kept[subject] = time.monotonic(), dict(known)
    return dict(known)


def _earned(subject: str) -> dict[UUID, dict[str, ArmProgress]]:
    """Return what each learner earned under each arm, by learner; of made-up ones only in a demo."""
    enrollments = Enrollment.objects.filter(course__subject=subject)
    if not settings.DEMO:
        enrollments = enrollments.filter(learner__is_simulated=False)
    people: dict[UUID, dict[str, ArmProgress]] = defaultdict(dict)
    kept = with_kept(enrollments, arms="progress__arms").order_by("pk").values_list("learner", "arms")
    for learner, arms in kept.iterator():
        for arm, row in (arms or {}).items():
            people[learner][arm] = people[learner].get(arm, ArmProgress()).plus(ArmProgress(*row))
    return people


def _rows(
    subject: str, factor: str, earned: Mapping[UUID, Mapping[str, ArmProgress]], cohorts: Mapping[int, set[UUID]]
) -> Iterator[ModalityEffect]:
    arms = present({arm for own in earned.values() for arm in own}, factor)
    if not arms:
        return
    cohort_of = {learner: place for place, members in enumerate(cohorts.values()) for learner in members}
    codes = np.array([cohort_of.get(learner, NO_COHORT) for learner in earned], np.int64)
    evidence = evidence_in(list(earned.values()), arms, codes)
    hierarchy = fit(evidence)
    believed, kept = hierarchy.of_subject(), (subject, factor, hierarchy)
    yield from _group(kept, None, zip(arms, believed.mean, believed.sd, strict=True), _judged(evidence, hierarchy))
    for cohort, members in cohorts.items():
        own = evidence.of(np.flatnonzero([learner in members for learner in earned]))
        level = fit(own, hierarchy.spreads).subject
        inside = hierarchy.within(Level(level.precision[None], level.pull[None]))
        found = own, judge(level, own)
        yield from _group(kept, cohort, zip(arms, inside.mean[0], inside.sd[0], strict=True), found)


def _judged(evidence: Evidence, hierarchy: Hierarchy) -> tuple[Evidence, Verdict]:
    return evidence, judge(hierarchy.subject, evidence)


def _group(
    kept: tuple[str, str, Hierarchy],
    cohort: int | None,
    effects: Iterable[tuple[str, float, float]],
    found: tuple[Evidence, Verdict],
) -> Iterator[ModalityEffect]:
    """Yield the rows of one group of learners."""
    (subject, factor, hierarchy), (evidence, verdict) = kept, found
    ends = [np.where(verdict.differences.compared, end, np.nan) for end in verdict.differences.believed]
    for place, (arm, mean, sd) in enumerate(effects):
        difference, low, high = (None if np.isnan(end[place]) else float(end[place]) for end in ends)
        yield ModalityEffect(
            subject=subject,
            cohort_id=cohort,
            factor=factor,
            arm=arm,
            mean=float(mean),
            sd=float(sd),
            spread=float(hierarchy.spreads.learner) ** 0.5,
            noise=float(hierarchy.spreads.noise),
            answers=int(evidence.answers[:, place].sum()),
            learners=int((evidence.answers[:, place] > 0).sum()),
            difference=difference,
            low=low,
            high=high,
            is_better=place in verdict.winners,
            finding=verdict.outcome,
            missing=verdict.missing,
        )
