"""A dump as a report: a page for people, Markdown, CSV and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import rc_context

from mlcore.evaluation.dump import Dump
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.markdown import markdown
from mlcore.evaluation.page import page
from mlcore.evaluation.plotting import k_shot_figure, reliability_figure

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NAMED = ("rasch_eb", "classic2", "best_lr")  # rivals shown one by one, unless told otherwise
SALT = "adept"  # of the names of parts within a plot, which would be random


def write_report(dump: Dump, out: Path, against: Sequence[str] | None = None, named: Sequence[str] = NAMED) -> Path:
    """Write report.html, report.md, tables as CSV, two plots and the dump itself; return report.md.

    Differences are to the strongest of `against` (default: of all others) and to each of `named`; the report shows them
    for the predictors that are not themselves in `against`. Every number comes from the dump, so the same dump gives
    the same files, byte for byte.
    """
    out.mkdir(parents=True, exist_ok=True)
    findings = Findings.of(dump, against, named)
    tables: dict[str, Sequence[DataclassInstance]] = {
        "scores": findings.scores,
        "differences": [*findings.strongest, *findings.named],
        "auc_differences": findings.auc_named,
        "targets": findings.targets,
        "efficiency": findings.efficiencies,
        "coverage": findings.coverages,
        "adaptation": findings.steps,
        "groups": findings.groups,
    }
    for name, rows in tables.items():
        pd.DataFrame([asdict(row) for row in rows]).to_csv(out / f"{name}.csv", index=False)
    dump.write(out)
    figures = {"k_shot": k_shot_figure(findings.scores), "reliability": reliability_figure(dump.predictions)}
    with rc_context({"svg.hashsalt": SALT}):
        for name, figure in figures.items():
            figure.savefig(out / f"{name}.svg", metadata={"Date": None})
            figure.savefig(out / f"{name}.png", dpi=150)
    (out / "report.html").write_text(page(findings), encoding="utf-8")
    report = out / "report.md"
    report.write_text(markdown(findings), encoding="utf-8")
    return report
