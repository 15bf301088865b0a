"""A table of predictions as a report: Markdown, CSV and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlcore.evaluation.asking import NO_K
from mlcore.evaluation.comparing import Difference, Score, differences, scores

CHANCE_AUC = 0.5
PREDICTIONS = "predictions.parquet"
INTRODUCTION = """# How well answers are predicted

AUC / log-loss of answers k+1 to k+10 of learners never met in training, the state frozen after their first k answers;
then of every answer given all before it (next), and of those that are the first on a skill (new skill). Low log-loss
and high AUC are good. {learners} test learners, seeds: {seeds}.
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
    """Write report.md, scores.csv, differences.csv, k_shot.svg, k_shot.png and the predictions; return report.md.

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
    figure = k_shot_figure(measured)
    figure.savefig(out / "k_shot.svg", metadata={"Date": None})
    figure.savefig(out / "k_shot.png", dpi=150)
    report = out / "report.md"
    judged = [each for each in compared if each.predictor not in (against or ())] or compared
    report.write_text(_markdown(predictions, measured, judged), encoding="utf-8")
    return report


def k_shot_figure(measured: Sequence[Score]) -> Figure:
    """Log-loss and AUC over k, a column of panels for each course; without those who tell no answers apart."""
    courses = sorted({score.course for score in measured})
    figure = Figure(figsize=(5.5 * len(courses), 7.5), layout="constrained")
    panels = figure.subplots(2, len(courses), squeeze=False, sharex=True)
    for column, course in enumerate(courses):
        rolling = [one for one in measured if (one.course, one.protocol) == (course, "roll") and one.auc != CHANCE_AUC]
        panels[0][column].set_title(course)
        _curves(panels[0][column], rolling, "log_loss", "log-loss")
        _curves(panels[1][column], rolling, "auc", "AUC")
        panels[1][column].set_xlabel("answers known (k)")
    panels[0][-1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return figure


def _curves(panel: Axes, rolling: Sequence[Score], measure: str, label: str) -> None:
    """One line for each predictor; k is spaced evenly, as few answers matter most."""
    shots = sorted({score.k for score in rolling})
    for number, name in enumerate(dict.fromkeys(score.predictor for score in rolling)):
        own = {score.k: getattr(score, measure) for score in rolling if score.predictor == name}
        known = [place for place, k in enumerate(shots) if k in own]
        style = "-" if number < 10 else "--"
        panel.plot(known, [own[shots[place]] for place in known], style, marker="o", markersize=3, label=name)
    panel.set_xticks(range(len(shots)), [str(k) for k in shots])
    panel.set_ylabel(label)
    panel.grid(alpha=0.3)


def _markdown(predictions: pd.DataFrame, measured: Sequence[Score], compared: Sequence[Difference]) -> str:
    seeds = ", ".join(map(str, sorted(predictions["seed"].unique())))
    learners = predictions.groupby("course")["learner"].nunique().sum()
    parts = [INTRODUCTION.format(learners=learners, seeds=seeds)]
    for course in sorted({score.course for score in measured}):
        of_scores = [score for score in measured if score.course == course]
        parts += [f"\n## {course}\n\n", _score_table(of_scores), CALIBRATION, _calibration_table(of_scores)]
        of_course = [difference for difference in compared if difference.course == course]
        if of_course:
            parts.append(COMPARISON + "\n" + _difference_table(of_course))
    return "".join(parts)


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
    return ["predictor", *(_cell_name(score.protocol, score.k) for score in own)]


def _by_predictor(measured: Sequence[Score]) -> list[tuple[str, list[Score]]]:
    """Each predictor's scores, from few answers known to many."""
    names = dict.fromkeys(score.predictor for score in measured)
    ordered = sorted(measured, key=lambda score: (score.protocol != "roll", score.protocol, score.k))
    return [(name, [score for score in ordered if score.predictor == name]) for name in names]


def _difference_table(compared: Sequence[Difference]) -> str:
    head = ["predictor", "where", "strongest other", "difference", "95 % interval", "p", "detectable", "improved"]
    rows = [
        [
            each.predictor,
            _cell_name(each.protocol, each.k),
            each.rival,
            f"{each.log_loss:+.4f}",
            f"{each.low:+.4f} to {each.high:+.4f}",
            f"{each.p_holm:.3f}",
            f"{each.detectable:.4f}",
            f"{each.improved:.0%}",
        ]
        for each in sorted(compared, key=lambda one: (one.predictor, one.protocol != "roll", one.k))
    ]
    return _table(head, rows)


def _cell_name(protocol: str, k: int) -> str:
    return protocol.replace("_", " ") if k == NO_K else f"k={k}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
