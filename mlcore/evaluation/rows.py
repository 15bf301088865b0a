"""The tables of a report, as text in cells, for Markdown and for the page alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from mlcore.evaluation.adaptation import StepScore
from mlcore.evaluation.cells import PROTOCOLS, cell_name, course_name
from mlcore.evaluation.comparing import Difference, Score
from mlcore.evaluation.discrimination import AucDifference
from mlcore.evaluation.efficiency import Efficiency
from mlcore.evaluation.fairness import FEWEST_LEARNERS, Gap, GroupScore
from mlcore.evaluation.targets import Target
from mlcore.evaluation.uncertainty import Coverage


@dataclass(frozen=True)
class Rows:
    """A table: names of columns, and lines as long."""

    head: Sequence[str]
    body: Sequence[Sequence[str]]


def score_rows(measured: Sequence[Score]) -> Rows:
    """AUC / log-loss of each predictor in one course."""
    body = [[name, *(f"{score.auc:.3f}/{score.log_loss:.3f}" for score in own)] for name, own in _lines(measured)]
    return Rows(_head(measured), body)


def calibration_rows(measured: Sequence[Score]) -> Rows:
    """ECE of each predictor in one course, and that of luck."""
    body = [[name, *(f"{score.ece:.3f} ({score.ece_noise:.3f})" for score in own)] for name, own in _lines(measured)]
    return Rows(_head(measured), body)


def difference_rows(compared: Sequence[Difference]) -> Rows:
    """Differences with all that tells how sure they are."""
    head = ["predictor", "where", "rival", "difference", "95 % interval", "p", "detectable", "improved", "signed rank"]
    body = [
        [
            each.predictor,
            cell_name(each.protocol, each.k),
            each.rival,
            f"{each.log_loss:+.4f}",
            f"{each.low:+.4f} to {each.high:+.4f}",
            f"{each.p_holm:.3f}",
            f"{each.detectable:.4f}",
            f"{each.improved:.0%}",
            f"{each.p_signed_rank:.3f}",
        ]
        for each in sorted(compared, key=_place)
    ]
    return Rows(head, body)


def auc_rows(compared: Sequence[AucDifference]) -> Rows:
    """Differences of AUC with their intervals."""
    body = [
        [each.predictor, each.rival, f"{each.auc:+.4f}", f"{each.low:+.4f} to {each.high:+.4f}", str(each.learners)]
        for each in compared
    ]
    return Rows(["predictor", "rival", "difference of AUC", "95 % interval", "learners"], body)


def efficiency_rows(found: Sequence[Efficiency]) -> Rows:
    """Answers needed by each predictor, a column for each course; a dash where more than were asked."""
    needed = {(course_name(e.course, e.cohort), e.predictor): "-" if e.k is None else str(e.k) for e in found}
    courses = {course_name(e.course, e.cohort): f"{e.needed:.3f}" for e in found}
    head = ["predictor", *(f"{course} ({loss})" for course, loss in courses.items())]
    names = dict.fromkeys(e.predictor for e in found)
    body = [[name, *(needed.get((course, name), "not asked") for course in courses)] for name in names]
    return Rows(head, body)


def target_rows(checked: Sequence[Target]) -> Rows:
    """Every target in every cell."""
    body = [
        [
            target.aim,
            course_name(target.course, target.cohort) if target.course else "all courses",
            target.where,
            _measured(target),
            target.bound,
            target.verdict,
        ]
        for target in checked
    ]
    return Rows(["target", "course", "where", "measured", "wanted", "verdict"], body)


def _measured(target: Target) -> str:
    if isnan(target.measured):
        return "-"
    interval = "" if isnan(target.low) else f" ({target.low:.4f} to {target.high:.4f})"
    return f"{target.measured:.4g}{interval}"


def aim_rows(checked: Sequence[Target]) -> Rows:
    """How many cells of each target are hit."""
    verdicts = ("hit", "missed", "not measured")
    counts = Counter((target.aim, str(target.verdict)) for target in checked)
    aims = dict.fromkeys(target.aim for target in checked)
    return Rows(["target", *verdicts], [[aim, *(str(counts[aim, verdict]) for verdict in verdicts)] for aim in aims])


def coverage_rows(found: Sequence[Coverage]) -> Rows:
    """How often intervals of mastery cover."""
    body = [
        [
            course_name(each.course, each.cohort),
            f"k={each.k}",
            str(each.learners),
            str(each.skills),
            f"{each.covered:.1%}",
            f"{each.low:.1%} to {each.high:.1%}",
            f"{each.expected:.1%}",
            f"{each.as_moves:.1%}",
            f"{each.mean_width:.3f}",
            f"{each.mean_move:.3f}",
        ]
        for each in found
    ]
    head = [
        "course",
        "where",
        "learners",
        "skills",
        "covered",
        "95 % interval",
        "expected",
        "as moves",
        "width",
        "move",
    ]
    return Rows(head, body)


def step_rows(found: Sequence[StepScore]) -> Rows:
    """Log-loss of each number of inner steps, and how far it is from that of the usual number."""
    body = [
        [
            *(course_name(each.course, each.cohort), each.predictor, f"k={each.k}"),
            f"{each.steps} (usual)" if each.steps == each.usual else str(each.steps),
            *(f"{each.log_loss:.4f}", f"{each.difference:+.4f}", f"{each.low:+.4f} to {each.high:+.4f}"),
        ]
        for each in found
    ]
    return Rows(["course", "predictor", "where", "steps", "log-loss", "difference", "95 % interval"], body)


def timing_rows(timings: pd.DataFrame) -> Rows:
    """Percentiles of how long each deed takes."""
    body = [
        [str(row["course"]), str(row["deed"]), *(f"{row[name]:.3f}" for name in ("p50_ms", "p95_ms", "p99_ms"))]
        for row in timings.to_dict("records")
    ]
    return Rows(["course", "deed", "p50", "p95", "p99"], body)


def group_rows(of_groups: Sequence[GroupScore]) -> Rows:
    """Groups that are large enough."""
    head = ["course", "grouping", "group", "predictor", "learners", "log-loss", "AUC", "ECE", "excess"]
    body = [
        [
            *(course_name(each.course, each.cohort), each.grouping, each.group, each.predictor, str(each.learners)),
            *map("{:.3f}".format, (each.log_loss, each.auc, each.ece, each.excess)),
        ]
        for each in of_groups
        if not isnan(each.log_loss)
    ]
    return Rows(head, body)


def silent_groups(of_groups: Sequence[GroupScore]) -> str:
    """How many groups of each grouping are too small."""
    small = {(course_name(e.course, e.cohort), e.grouping, e.group) for e in of_groups if e.learners < FEWEST_LEARNERS}
    counts = Counter(f"{course} {grouping}" for course, grouping, _ in sorted(small))
    return "; ".join(f"{where} ({groups})" for where, groups in counts.items()) or "none"


def gap_rows(between: Sequence[Gap]) -> Rows:
    """The largest gaps between groups."""
    body = [
        [
            *(course_name(each.course, each.cohort), each.grouping, each.predictor, each.measure),
            *(f"{each.gap:.3f}", f"{each.p:.3f}"),
        ]
        for each in between
    ]
    return Rows(["course", "grouping", "predictor", "measure", "largest gap", "p"], body)


def _head(measured: Sequence[Score]) -> list[str]:
    _, own = _lines(measured)[0]
    return ["predictor", *(cell_name(score.protocol, score.k) for score in own)]


def _lines(measured: Sequence[Score]) -> list[tuple[str, list[Score]]]:
    """Each predictor's scores, from few answers known to many."""
    names = dict.fromkeys(score.predictor for score in measured)
    ordered = sorted(measured, key=lambda score: (PROTOCOLS.index(score.protocol), score.k))
    return [(name, [score for score in ordered if score.predictor == name]) for name in names]


def _place(each: Difference) -> tuple[object, ...]:
    rival = "" if each.is_strongest else each.rival
    return each.predictor, rival, PROTOCOLS.index(each.protocol), each.k
