"""What is said of ways of learning: a finding with its figures, in words. It is about the ways, not about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from adaptive.modalities import effects_in
from adaptive.models import Factor, Finding, ModalityEffect
from adaptive.progress import Progress
from adaptive.rewards import present
from courses.models import Cohort, Modality
from mlcore.effects import verdicts
from mlcore.effects.believing import UNKNOWN, evidence_in
from mlcore.effects.credit import BLOCKED, EARLY, INTERLEAVED, MASSED, QUESTIONS, SPACED, ArmProgress
from mlcore.effects.verdicts import Verdict, judge_learner
from mlcore.interactions import UNKNOWN as NO_COHORT

FALSE_ALARM, MARGIN, SURE = verdicts.ALPHA, verdicts.MARGIN, verdicts.CONFIDENCE

NAMES: dict[str, Promise] = {
    Modality.TEXT: _("Texts"),
    Modality.VIDEO: _("Videos"),
    Modality.WORKED_EXAMPLE: _("Worked examples"),
    Modality.INTERACTIVE: _("Interactive lessons"),
    Modality.FLASH_CARDS: _("Flash cards"),
    Modality.PROJECT: _("Projects"),
    Modality.REFLECTION: _("Reflections"),
    QUESTIONS: _("Practice questions"),
    SPACED: _("Practice after a day or more"),
    MASSED: _("Practice within a day"),
    INTERLEAVED: _("Practice after another skill"),
    BLOCKED: _("Practice of one skill in a row"),
}


@dataclass(frozen=True)
class Figure:
    """One arm: how many points of later success better than the others; None where there is too little to compare."""

    arm: str
    answers: int
    learners: int
    difference: float | None
    low: float | None
    high: float | None
    is_better: bool

    @property
    def name(self) -> str:
        return str(NAMES.get(self.arm, self.arm))

    @property
    def points(self) -> str:
        return "–" if self.difference is None else f"{round(100 * self.difference):+d}".replace("-", "−")

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return "–"
        low, high = (f"{round(100 * end)}".replace("-", "−") for end in (self.low, self.high))
        return gettext("%(low)s to %(high)s") % {"low": low, "high": high}


@dataclass(frozen=True)
class Told:
    """What the arms of a factor come to, for one group of learners or one learner."""

    factor: Factor
    finding: Finding
    figures: Sequence[Figure]
    missing: int | None
    is_own: bool = False

    @property
    def title(self) -> str:
        return str(self.factor.label)

    @property
    def sentences(self) -> list[str]:
        if not self.figures:
            return [gettext("There is nothing to compare yet: no skill was practiced again.")]
        if len(self.figures) < 2:
            return [gettext("There is nothing to compare yet: all was learned in one way.")]
        if self.finding == Finding.WINNER:
            return [self._better(figure) for figure in self.figures if figure.is_better]
        return [self._same() if self.finding == Finding.SAME else self._open()]

    def _better(self, figure: Figure) -> str:
        words = (
            gettext("%(arm)s helped more so far: %(success)s, %(size)s.")
            if self.is_own
            else gettext("%(arm)s helped more: %(success)s, %(size)s.")
        )
        success = gettext("%(points)s points of later success (90 %% interval %(interval)s)") % {
            "points": figure.points,
            "interval": figure.interval,
        }
        return words % {"arm": figure.name, "success": success, "size": self._size(figure.answers, figure.learners)}

    def _same(self) -> str:
        size = self._size(
            sum(figure.answers for figure in self.figures), max(figure.learners for figure in self.figures)
        )
        words = gettext("No difference found: all compared lie within %(margin)d points of the others, %(size)s.")
        return words % {"margin": round(100 * MARGIN), "size": size}

    def _open(self) -> str:
        if not self.missing:
            return gettext("Not enough data yet.")
        is_compared = any(figure.difference is not None for figure in self.figures)
        words = (
            gettext("Not enough data yet (about %(missing)d more answers).")
            if is_compared
            else gettext("Not enough data yet (at least %(missing)d more answers).")
        )
        return words % {"missing": _about(self.missing)}

    def _size(self, answers: int, learners: int) -> str:
        counted = ngettext("%(count)d answer", "%(count)d answers", answers) % {"count": answers}
        if self.is_own:
            return counted
        people = ngettext("%(count)d learner", "%(count)d learners", learners) % {"count": learners}
        return gettext("%(answers)s of %(learners)s") % {"answers": counted, "learners": people}


@dataclass(frozen=True)
class Compared:
    """A factor in a cohort, and in all learners of the subject."""

    cohort: Told
    subject: Told | None


def findings_of(cohort: Cohort, subject: str) -> list[Compared]:
    """Return what is known of each factor in a cohort, for the courses of a subject. One query."""
    rows = ModalityEffect.objects.filter(subject=subject).order_by("pk")
    rows = rows.filter(cohort=cohort) | rows.filter(cohort=None)
    groups: dict[tuple[str, int | None], list[ModalityEffect]] = {}
    for row in rows:
        groups.setdefault((row.factor, row.cohort_id), []).append(row)
    told = {key: _told(group) for key, group in groups.items() if any(row.answers for row in group)}
    return [
        Compared(told[factor, cohort.pk], told.get((factor, None))) for factor in Factor if (factor, cohort.pk) in told
    ]


def nothing_told() -> str:
    """Say what it takes until a learner's own answers tell anything."""
    words = gettext(
        "Nothing is known yet. It takes answers after learning in two ways: about %(late)d in each that come a day or "
        "more later, or %(early)d that come right after."
    )
    return words % {"late": round(verdicts.FEWEST_WEIGHT), "early": round(verdicts.FEWEST_WEIGHT / EARLY)}


def findings_for(progress: Progress, subject: str) -> list[Told]:
    """Return what a learner's own answers tell of each factor, and nobody else's: to them and to their trainers.

    Once they tell of one, the others say that they are still open.
    """
    noise = next(iter(effects_in(subject).values()), UNKNOWN).noise
    earned = progress.arms
    return [_own(factor, earned, noise) for factor in Factor] if earned else []


def _own(factor: Factor, earned: Mapping[str, ArmProgress], noise: float) -> Told:
    arms = present(earned, factor)
    if not arms:
        return Told(factor, Finding.OPEN, (), None, is_own=True)
    verdict = judge_learner(evidence_in([earned], arms, np.array([NO_COHORT])), np.array(noise))
    figures = [_figure(arm, earned[arm].answers, verdict, place) for place, arm in enumerate(arms)]
    return Told(factor, Finding(verdict.outcome), figures, verdict.missing, is_own=True)


def _figure(arm: str, answers: int, verdict: Verdict, place: int) -> Figure:
    if not verdict.differences.compared[place]:
        return Figure(arm, answers, 1, None, None, None, is_better=False)
    difference, low, high = (float(end[place]) for end in verdict.differences.believed)
    return Figure(arm, answers, 1, difference, low, high, is_better=place in verdict.winners)


def _told(rows: Sequence[ModalityEffect]) -> Told:
    figures = [
        Figure(row.arm, row.answers, row.learners, row.difference, row.low, row.high, row.is_better)
        for row in rows
        if row.answers
    ]
    return Told(Factor(rows[0].factor), Finding(rows[0].finding), figures, rows[0].missing)


def _about(number: int) -> int:
    """The number to two digits, and to tens at least: nobody knows it better."""
    return max(round(number, -max(len(str(number)) - 2, 1)), 10)
