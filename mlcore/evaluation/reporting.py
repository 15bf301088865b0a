"""A table of predictions as a report: Markdown, CSV and a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path

import pandas as pd

from mlcore.evaluation.asking import AHEAD, FIXED
from mlcore.evaluation.cells import PROTOCOLS, cell_name
from mlcore.evaluation.comparing import Difference, Score, differences, predictors_in, scores
from mlcore.evaluation.fairness import FEWEST_LEARNERS, Gap, GroupScore, gaps, group_scores
from mlcore.evaluation.plotting import k_shot_figure, reliability_figure

PREDICTIONS = "predictions.parquet"
INTRODUCTION = """# How well answers are predicted

AUC / log-loss of answers k+1 to k+10 of learners never met in training, the state frozen after their first k answers;
then of every answer given all before it (next), and of those that are the first on a skill (new skill). Low log-loss
and high AUC are good. {learners} test learners, seeds: {seeds}.
"""
SAME_TARGETS = f"""
The same for answers {FIXED + 1} to {FIXED + AHEAD} whatever k, so that only what is known differs.

"""
GROUPS = f"""
## Groups of learners

Next answers. A group of fewer than {FEWEST_LEARNERS} learners is not judged. `excess` is the mean chance minus the
share of right answers: below 0 the group is underestimated.

"""
GAPS = """
Largest gap between two groups, and how often learners dealt to groups at random show one as large.

"""
CALIBRATION = """
Calibration error (equal-mass ECE, 15 bins), and in brackets what luck alone would give if the chances were exact.

"""
COMPARISON = """
Difference of log-loss to the strongest other predictor on the same answers, with the 95 % interval of a bootstrap over
learners; negative is better. `detectable` is the true difference that such an experiment finds in 80 % of cases, `p`
is corrected for the number of k tried (Holm), `improved` the share of learners predicted better.
"""


def write_report(predictions: pd.DataFrame, out: Path, against: Sequence[str] | None = None) -> Path:
    """Write report.md, scores.csv, differences.csv, the predictions and two plots; return report.md.

    Differences are to the strongest of `against` (default: of all others); report.md shows them for the predictors that
    are not themselves in `against`. Every number comes from `predictions`, so the same table gives the same report.
    """
    out.mkdir(parents=True, exist_ok=True)
    measured = scores(predictions)
    pd.DataFrame([asdict(score) for score in measured]).to_csv(out / "scores.csv", index=False)
    several = len({score.predictor for score in measured}) > 1
    compared = differences(predictions, against) if several else []
    pd.DataFrame([asdict(difference) for difference in compared]).to_csv(out / "differences.csv", index=False)
    predictions.to_parquet(out / PREDICTIONS, index=False)
    for name, figure in (("k_shot", k_shot_figure(measured)), ("reliability", reliability_figure(predictions))):
        figure.savefig(out / f"{name}.svg", metadata={"Date": None})
        figure.savefig(out / f"{name}.png", dpi=150)
    everyone = predictors_in(predictions)
    judged = [name for name in everyone if name not in (against or ())] or everyone
    of_groups, between = group_scores(predictions, judged), gaps(predictions, judged)
    pd.DataFrame([asdict(score) for score in of_groups]).to_csv(out / "groups.csv", index=False)
    text = _markdown(predictions, measured, [each for each in compared if each.predictor in judged])
    report = out / "report.md"
    report.write_text(text + (_group_section(of_groups, between) if of_groups else ""), encoding="utf-8")
    return report


def _markdown(predictions: pd.DataFrame, measured: Sequence[Score], compared: Sequence[Difference]) -> str:
    seeds = ", ".join(map(str, sorted(predictions["seed"].unique())))
    learners = predictions.groupby("course")["learner"].nunique().sum()
    parts = [INTRODUCTION.format(learners=learners, seeds=seeds)]
    for course in sorted({score.course for score in measured}):
        of_scores = [score for score in measured if score.course == course]
        moving = [score for score in of_scores if score.protocol != "fix"]
        fixed = [score for score in of_scores if score.protocol == "fix"]
        parts += [f"\n## {course}\n\n", _score_table(moving)]
        parts += [SAME_TARGETS, _score_table(fixed)] if fixed else []
        parts += [CALIBRATION, _calibration_table(moving)]
        of_course = [difference for difference in compared if difference.course == course]
        if of_course:
            parts.append(COMPARISON + "\n" + _difference_table(of_course))
    return "".join(parts)


def _group_section(of_groups: Sequence[GroupScore], between: Sequence[Gap]) -> str:
    """The groups and the gaps between them."""
    head = ["course", "grouping", "group", "predictor", "learners", "log-loss", "AUC", "ECE", "excess"]
    rows = [
        [each.course, each.grouping, each.group, each.predictor, str(each.learners), *map("{:.3f}".format, measures)]
        for each in of_groups
        if not isnan((measures := (each.log_loss, each.auc, each.ece, each.excess))[0])
    ]
    small = {(each.course, each.grouping, each.group) for each in of_groups if each.learners < FEWEST_LEARNERS}
    counts = Counter(f"{course} {grouping}" for course, grouping, _ in sorted(small))
    silent = "; ".join(f"{where} ({groups})" for where, groups in counts.items()) or "none"
    tested = [
        [each.course, each.grouping, each.predictor, each.measure, f"{each.gap:.3f}", f"{each.p:.3f}"]
        for each in between
    ]
    tests = _table(["course", "grouping", "predictor", "measure", "largest gap", "p"], tested)
    return GROUPS + _table(head, rows) + f"\nInsufficient data (number of groups): {silent}.\n" + GAPS + tests


def _score_table(measured: Sequence[Score]) -> str:
    rows = [
        [name, *(f"{score.auc:.3f}/{score.log_loss:.3f}" for score in own)] for name, own in _by_predictor(measured)
    ]
    return _table(_head(measured), rows)


def _calibration_table(measured: Sequence[Score]) -> str:
    rows = [
        [name, *(f"{score.ece:.3f} ({score.ece_noise:.3f})" for score in own)] for name, own in _by_predictor(measured)
    ]
    return _table(_head(measured), rows)


def _head(measured: Sequence[Score]) -> list[str]:
    _, own = _by_predictor(measured)[0]
    return ["predictor", *(cell_name(score.protocol, score.k) for score in own)]


def _by_predictor(measured: Sequence[Score]) -> list[tuple[str, list[Score]]]:
    """Each predictor's scores, from few answers known to many."""
    names = dict.fromkeys(score.predictor for score in measured)
    ordered = sorted(measured, key=lambda score: (PROTOCOLS.index(score.protocol), score.k))
    return [(name, [score for score in ordered if score.predictor == name]) for name in names]


def _difference_table(compared: Sequence[Difference]) -> str:
    head = ["predictor", "where", "strongest other", "difference", "95 % interval", "p", "detectable", "improved"]
    rows = [
        [
            each.predictor,
            cell_name(each.protocol, each.k),
            each.rival,
            f"{each.log_loss:+.4f}",
            f"{each.low:+.4f} to {each.high:+.4f}",
            f"{each.p_holm:.3f}",
            f"{each.detectable:.4f}",
            f"{each.improved:.0%}",
        ]
        for each in sorted(compared, key=lambda one: (one.predictor, PROTOCOLS.index(one.protocol), one.k))
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
