"""Two plots of a comparison: how fast each predictor gets better, and whether its chances can be believed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlcore.evaluation.asking import CHANCE
from mlcore.evaluation.comparing import Score, predictors_in
from mlcore.evaluation.measures import reliability

CHANCE_AUC = 0.5
COLUMNS = 5  # of reliability panels
SHOWN_K = 5


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


def reliability_figure(predictions: pd.DataFrame) -> Figure:
    """Frequency of right answers over the chance given, a panel for each predictor, all courses together."""
    names = predictors_in(predictions)
    columns = min(COLUMNS, len(names))
    lines = -(-len(names) // columns)
    figure = Figure(figsize=(2.6 * columns, 2.8 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for panel, name in zip(panels, names, strict=False):
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        for label, rows in _protocols_shown(predictions):
            chance, frequency = reliability(rows[CHANCE + name].to_numpy(), rows["correct"].to_numpy())
            panel.plot(chance, frequency, marker="o", markersize=3, linewidth=1, label=label)
        panel.set_title(name)
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    panels[0].legend(frameon=False)
    figure.supxlabel("chance given")
    figure.supylabel("share of right answers")
    return figure


def _protocols_shown(predictions: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The answers after SHOWN_K known ones, or after the nearest number that was asked; and all next answers."""
    rolling = predictions[predictions["protocol"] == "roll"]
    following = ("next", predictions[predictions["protocol"] == "next"])
    if rolling.empty:  # nobody gave so many answers
        return [following]
    k = min(rolling["k"].unique(), key=lambda asked: (abs(asked - SHOWN_K), asked))
    return [(f"k={k}", rolling[rolling["k"] == k]), following]
