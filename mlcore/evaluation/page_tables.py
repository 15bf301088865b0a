"""The tables of the page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mlcore.evaluation.cells import course_name
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.rows import (
    Rows,
    auc_rows,
    calibration_rows,
    difference_rows,
    gap_rows,
    group_rows,
    score_rows,
    silent_groups,
)

PILLS = ("hit", "missed", "not measured")
LONG = 40  # characters of a cell that may wrap


def html_table(rows: Rows, own: str = "", label: str = "Table") -> str:
    """A table that scrolls sideways by itself; lines about `own` stand out."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in rows.head)
    lines = [("own" if own and own in line else "", "".join(map(_cell, line))) for line in rows.body]
    body = "".join(f'<tr class="{name}">{cells}</tr>' for name, cells in lines)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def tables_of(findings: Findings) -> Iterator[str]:
    """Everything of each course, folded away; then groups of learners."""
    for where in findings.courses:
        tables = "".join(_of_course(findings, where))
        yield f"<details><summary>{escape(course_name(*where))}</summary>{tables}</details>"
    if findings.groups:
        yield "<details><summary>Groups of learners</summary>"
        yield html_table(group_rows(findings.groups), label="Groups of learners")
        yield f"<p class='note'>Insufficient data (number of groups): {escape(silent_groups(findings.groups))}.</p>"
        yield html_table(gap_rows(findings.gaps), label="Gaps between groups") + "</details>"


def _of_course(findings: Findings, where: tuple[str, int]) -> Iterator[str]:
    measured = [score for score in findings.scores if (score.course, score.cohort) == where]
    moving = [score for score in measured if score.protocol != "fix"]
    fixed = [score for score in measured if score.protocol == "fix"]
    strongest = [d for d in findings.strongest if (d.course, d.cohort) == where and d.predictor in findings.judged]
    named = [d for d in findings.named if (d.course, d.cohort) == where]
    ranked = [d for d in findings.auc_named if (d.course, d.cohort) == where]
    tables = {
        "AUC / log-loss": score_rows(moving) if moving else None,
        "AUC / log-loss of answers 21 to 30, whatever k": score_rows(fixed) if fixed else None,
        "Calibration error (in brackets, that of luck)": calibration_rows(moving) if moving else None,
        "Difference to the strongest rival": difference_rows(strongest) if strongest else None,
        "Difference to rivals by name": difference_rows(named) if named else None,
        "Difference of AUC over whole histories, to rivals by name": auc_rows(ranked) if ranked else None,
    }
    for title, rows in tables.items():
        if rows:
            own = "" if title.startswith("Difference") else findings.champion
            yield f"<h4>{title}</h4>{html_table(rows, own, title)}"


def _cell(text: str) -> str:
    if text in PILLS:
        return f'<td><span class="pill {text.split()[0]}">{text}</span></td>'
    return f"<td class='wide'>{escape(text)}</td>" if len(text) > LONG else f"<td>{escape(text)}</td>"
