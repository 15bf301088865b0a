"""Everything a report tells, computed from a dump once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mlcore.evaluation.adaptation import StepScore, step_scores
from mlcore.evaluation.comparing import Difference, Score, differences, differences_to, predictors_in, scores
from mlcore.evaluation.discrimination import AucDifference, auc_differences
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.efficiency import Efficiency, efficiencies
from mlcore.evaluation.fairness import Gap, GroupScore, gaps, group_scores
from mlcore.evaluation.targets import BY_AUC, RIVALS, Measured, Target, targets
from mlcore.evaluation.uncertainty import Coverage, coverages


@dataclass(frozen=True)
class Findings:
    """`judged` are the predictors that a report is about, the first of them above all."""

    dump: Dump
    judged: list[str]
    scores: list[Score]
    strongest: list[Difference]  # of all predictors, each to the strongest other in its cell
    named: list[Difference]  # of the judged, to each named rival by itself
    auc_named: list[AucDifference]  # of the first of the judged, over whole histories
    efficiencies: list[Efficiency]
    targets: list[Target]
    groups: list[GroupScore]
    gaps: list[Gap]
    coverages: list[Coverage]
    steps: list[StepScore]

    @classmethod
    def of(cls, dump: Dump, against: Sequence[str] | None, named: Sequence[str]) -> Self:
        """`against` are the rivals among which the strongest is looked for (None: all others)."""
        everyone = predictors_in(dump.predictions)[::-1]  # the champion was asked last
        judged = [name for name in everyone if name not in (against or ())] or everyone
        measured = scores(dump.predictions)
        rivals = list(dict.fromkeys([*named, *RIVALS]))
        apart = differences_to(dump.predictions, rivals, judged)
        auc_apart = auc_differences(dump.predictions, [*named, BY_AUC], judged[0])
        covered = coverages(dump.mastery) if len(dump.mastery) else []
        return cls(
            dump=dump,
            judged=judged,
            scores=measured,
            strongest=differences(dump.predictions, against) if len(everyone) > 1 else [],
            named=[each for each in apart if each.rival in named],
            auc_named=[each for each in auc_apart if each.rival in named],
            efficiencies=efficiencies(measured),
            targets=targets(Measured(judged[0], measured, apart, auc_apart, covered, dump.timings)),
            groups=group_scores(dump.predictions, judged),
            gaps=gaps(dump.predictions, judged),
            coverages=covered,
            steps=_in_order(step_scores(dump.adaptation), everyone) if len(dump.adaptation) else [],
        )

    @property
    def champion(self) -> str:
        """The predictor that the report is about above all."""
        return self.judged[0]

    @property
    def courses(self) -> list[tuple[str, int]]:
        """Each course with each cohort, in order."""
        return list(dict.fromkeys((score.course, score.cohort) for score in self.scores))

    def score(self, where: tuple[str, int], protocol: str, k: int, predictor: str) -> Score | None:
        """One score, if it was measured."""
        key = (*where, protocol, k, predictor)
        found = [s for s in self.scores if (s.course, s.cohort, s.protocol, s.k, s.predictor) == key]
        return found[0] if found else None

    def difference(self, where: tuple[str, int], protocol: str, k: int) -> Difference | None:
        """The champion against the strongest other, if there was one."""
        key = (*where, protocol, k, self.champion)
        found = [d for d in self.strongest if (d.course, d.cohort, d.protocol, d.k, d.predictor) == key]
        return found[0] if found else None


def _in_order(steps: Sequence[StepScore], everyone: Sequence[str]) -> list[StepScore]:
    return sorted(steps, key=lambda each: (each.course, each.cohort, everyone.index(each.predictor)))
