"""Findings as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

from mlcore.evaluation.asking import AHEAD, FIXED
from mlcore.evaluation.cells import course_name
from mlcore.evaluation.fairness import FEWEST_LEARNERS
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.rows import (
    Rows,
    auc_rows,
    calibration_rows,
    coverage_rows,
    difference_rows,
    efficiency_rows,
    gap_rows,
    group_rows,
    score_rows,
    silent_groups,
    step_rows,
    target_rows,
    timing_rows,
)
from mlcore.evaluation.words import STEPS, verdict

INTRODUCTION = f"""# How well answers are predicted

AUC / log-loss of answers k+1 to k+{AHEAD} of learners never met in training, the state frozen after their first k
answers; the mean over few shots (k = 1, 3, 5, 10, those that were asked, each counting alike); then of every answer
given all before it (next), and of those that are the first on a skill (new skill). Low log-loss and high AUC are good.
Of an unseen course, everybody knows a cohort of learners and nothing else.
{{learners}} test learners, seeds: {{seeds}}.
"""
SAME_TARGETS = f"""
The same for answers {FIXED + 1} to {FIXED + AHEAD} whatever k, so that only what is known differs.

"""
CALIBRATION = """
Calibration error (equal-mass ECE, 15 bins), and in brackets what luck alone would give if the chances were exact.

"""
COMPARISON = """
Difference of log-loss to the strongest other predictor on the same answers, with the 95 % interval of a bootstrap over
learners; negative is better. `detectable` is the true difference that such an experiment finds in 80 % of cases, `p`
is corrected for the number of k tried (Holm), `improved` the share of learners predicted better, `signed rank` the p of
Wilcoxon's test over learners, not corrected.

"""
BY_NAME = """
The same, to rivals by name.

"""
AUC_BY_NAME = """
Difference of AUC over whole histories (next), to rivals by name, with the 95 % interval of the same kind of bootstrap;
positive is better.

"""
EFFICIENCY = """
## Answers needed

The smallest k at which a predictor is as good as rasch_eb with 10 answers, judged by answers 21 to 30 whatever k;
in brackets the log-loss to reach, a dash where more answers are needed than were asked about. Courses in which fewer
than 20 test learners gave so many answers are left out.

"""
TARGETS = """
## Targets

Every cell that a target is about; a cell of fewer than 20 learners decides nothing. Targets of training speed are
measured by `python -m mlcore bench`.

"""
COVERAGE = """
## Uncertainty

How often the 90 % interval of a skill's mastery after k answers covers the estimate after 20, where the learner gave
two or more answers on it in between. The interval is about the truth, of which that estimate tells only a part, so
exact beliefs would cover more of it: `expected`. `as moves`: how often intervals cover it that leave out what is still
in doubt after 20; exact beliefs would cover 90 %.

"""
ADAPTATION = f"""
## Adaptation steps

{fill(STEPS, 118)}

"""
TIMINGS = """
## Speed

Milliseconds of wall-clock for one learner, on the machine of this run.

"""
GROUPS = f"""
## Groups of learners

Next answers. A group of fewer than {FEWEST_LEARNERS} learners is not judged. `excess` is the mean chance minus the
share of right answers: below 0 the group is underestimated.

"""
GAPS = """
Largest gap between two groups, and how often learners dealt to groups at random show one as large.

"""


def markdown(findings: Findings) -> str:
    """The whole report."""
    predictions = findings.dump.predictions
    seeds = ", ".join(map(str, sorted(predictions["seed"].unique())))
    learners = predictions.groupby("course")["learner"].nunique().sum()
    parts = [INTRODUCTION.format(learners=learners, seeds=seeds)]
    for where in findings.courses:
        parts += _course(findings, where)
    parts += _section(TARGETS, target_rows(findings.targets))
    parts += _section(EFFICIENCY, efficiency_rows(findings.efficiencies))
    parts += _section(COVERAGE, coverage_rows(findings.coverages))
    parts += _section(ADAPTATION, step_rows(findings.steps))
    parts += _section(TIMINGS, timing_rows(findings.dump.timings))
    if findings.groups:
        silent = silent_groups(findings.groups)
        parts += [GROUPS, table(group_rows(findings.groups)), f"\nInsufficient data (number of groups): {silent}.\n"]
        parts += [GAPS, table(gap_rows(findings.gaps))]
    return "".join(parts)


def _course(findings: Findings, where: tuple[str, int]) -> Iterator[str]:
    measured = [score for score in findings.scores if (score.course, score.cohort) == where]
    moving = [score for score in measured if score.protocol != "fix"]
    yield f"\n## {course_name(*where)}\n\n{verdict(findings, where).text}\n\n{table(score_rows(moving))}"
    if len(moving) < len(measured):
        yield SAME_TARGETS + table(score_rows([score for score in measured if score.protocol == "fix"]))
    yield CALIBRATION + table(calibration_rows(moving))
    own = [each for each in findings.strongest if (each.course, each.cohort) == where]
    yield from _section(COMPARISON, difference_rows([each for each in own if each.predictor in findings.judged]))
    named = [each for each in findings.named if (each.course, each.cohort) == where]
    yield from _section(BY_NAME, difference_rows(named))
    ranked = [each for each in findings.auc_named if (each.course, each.cohort) == where]
    yield from _section(AUC_BY_NAME, auc_rows(ranked))


def _section(introduction: str, rows: Rows) -> list[str]:
    """Nothing where there are no rows."""
    return [introduction, table(rows)] if rows.body else []


def table(rows: Rows) -> str:
    """A table in Markdown."""
    lines: list[Sequence[str]] = [rows.head, ["---"] * len(rows.head), *rows.body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
