"""Which way of learning works better, told from later success and never from clicks; and how little we may know of it.

Ways of teaching, spacing and order are factors, each with arms (`adaptive.rewards`). What an arm earned is shrunk: a
learner's to their cohort, a cohort's to the subject, the subject's to zero. No learner is given a style.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import transaction

from adaptive.adapting import Standing
from adaptive.models import Checkpoint, LearnerState, ModalityEffect
from adaptive.progress import Progress
from adaptive.rewards import FACTORS, QUESTIONS, ArmProgress, present
from courses.models import Cohort, Course
from mlcore.effects.evidence import Evidence
from mlcore.effects.hierarchy import NOISE, USUAL, Hierarchy, Level, fit
from mlcore.effects.verdicts import Verdict, judge
from mlcore.interactions import UNKNOWN as NO_COHORT
from mlcore.interactions import Codes

FURTHEST = 0.15
TRIED = 0.04  # the most that not knowing better may add to an effect, or take from it
FRESH_FOR = 60.0  # seconds that a process trusts what it read


@dataclass(frozen=True)
class Effect:
    """How much better than the average one an arm works: in chance of a right answer, a normal belief."""

    mean: float
    sd: float
    spread: float = USUAL  # of learners around the mean
    noise: float = NOISE  # variance of one reward

    def after(self, earned: ArmProgress, usually: float) -> Effect:
        """Return the effect on one learner, who earned this under the arm and `usually` so much under any."""
        prior = 1.0 / (self.sd**2 + self.spread**2)
        precision = prior + earned.weight / self.noise
        reward = earned.total - usually * earned.weight
        return Effect((self.mean * prior + reward / self.noise) / precision, precision**-0.5)


UNKNOWN = Effect(0.0, USUAL)

_kept: dict[str, tuple[float, dict[int | None, dict[str, Effect]]]] = {}


def effects_for(standing: Standing) -> dict[str, Effect]:
    """Return how much better each arm is expected to work for this learner."""
    known = _known(standing.syllabus.subject)
    cohorts = standing.enrollment.learner.cohorts.values_list("pk", flat=True) if any(known) else ()
    shared = next((known[pk] for pk in cohorts if pk in known), known.get(None, {}))
    return believed_effects(standing.progress, arms_in(standing), shared)


def effects_in(subject: str) -> Mapping[str, Effect]:
    """Return what is known of each arm over all learners of a subject."""
    return _known(subject).get(None, {})


def arms_in(standing: Standing) -> list[str]:
    """Return the arms that the course has."""
    modules = standing.syllabus.modules.values()
    ways = {QUESTIONS} | {variant.modality for module in modules for variant in module.variants}
    return [arm for arms in FACTORS.values() for arm in arms if arm in ways or arms is not FACTORS["way"]]


def believed_effects(progress: Progress, arms: Collection[str], shared: Mapping[str, Effect]) -> dict[str, Effect]:
    """Return how much better each arm is expected to work for who did this, given the effects on others."""
    believed: dict[str, Effect] = {}
    for factor in FACTORS:
        own = {arm: progress.arms.get(arm, ArmProgress()) for arm in present(arms, factor)}
        usually = sum(one.total for one in own.values()) / (sum(one.weight for one in own.values()) + NOISE / USUAL**2)
        believed |= {arm: shared.get(arm, UNKNOWN).after(earned, usually) for arm, earned in own.items()}
    return believed


def means_of(effects: Mapping[str, Effect]) -> dict[str, float]:
    """Return what each arm is expected to add to the chance of a right answer."""
    return {arm: max(-FURTHEST, min(effect.mean, FURTHEST)) for arm, effect in effects.items()}


def tries_of(effects: Mapping[str, Effect], rng: random.Random) -> dict[str, float]:
    """Return how far from its mean each effect is taken to be this time: a Thompson draw, bounded.

    So what we know least about is tried most, and what is known by now hardly more than it deserves.
    """
    drawn = {arm: rng.gauss(0.0, effect.sd) for arm, effect in effects.items()}
    return {arm: round(max(-TRIED, min(away, TRIED)), 4) for arm, away in drawn.items()}


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


def evidence_in(earned: Sequence[Mapping[str, ArmProgress]], arms: Sequence[str], cohort: Codes) -> Evidence:
    """Return what learners earned as numbers of mlcore, in the order of learners and arms."""
    nothing = ArmProgress()
    rows = [[own.get(arm, nothing) for arm in arms] for own in earned]
    columns = np.array([[(c.answers, c.weight, c.total, c.squares) for c in row] for row in rows], float)
    answers, weight, total, squares = np.moveaxis(columns.reshape(len(earned), len(arms), 4), -1, 0)
    return Evidence(answers, weight, total, squares, cohort)


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
    states = LearnerState.objects.filter(
        enrollment__course__subject=subject, checkpoint=Checkpoint.objects.filter(is_live=True).first()
    )
    if not settings.DEMO:
        states = states.filter(enrollment__learner__is_simulated=False)
    people: dict[UUID, dict[str, ArmProgress]] = defaultdict(dict)
    kept = states.order_by("enrollment").values_list("enrollment__learner", "progress__arms")
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
