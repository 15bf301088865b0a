"""Lives as a report: Markdown for people, CSV for programs, and the lives themselves, from which both follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd

from mlcore.evaluation.bootstrapping import Interval
from mlcore.evaluation.markdown import table
from mlcore.evaluation.rows import Rows
from mlcore.worlds.collecting import COLUMNS
from mlcore.worlds.judging import DRAWS, Cohort, Score, cohorts
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.targets.aim import Aim
from mlcore.worlds.targets.gains import Check, checks, target
from mlcore.worlds.targets.registry import told_from_lives

LIVES, APART, REPORT = "lives.parquet", "apart.csv", "report.md"
AIM_COLUMNS = [one.name for one in fields(Aim)]
INTRODUCTION = f"""# How well policies teach

Made-up learners of published models (`mlcore.worlds`), {{learners}} of them under each policy, seeds: {{seeds}}. `gain`
is (end - start) / (1 - start) of the mean scores; `regret` is (best - policy) / (best - random), where the best is the
exact oracle, or else the greedy policy that sees the truth; that one looks a single step ahead, so regret may be below
0. In brackets 95 % intervals of a bootstrap over learners of all seeds ({DRAWS} draws, the same for all policies).
`unready` is the share of lessons for which a prerequisite was truly lacking, `violations` counts lessons outside what
the policy itself held admissible, a dash where it has no gate: it tells of the draw alone, and whether prerequisites
were held is judged apart, from the log (`prerequisites`). Policies named true_* and oracle see the true state;
informed sees answers only, but knows every chance of its world.
"""
AIMS = """
## Targets

With 95 % intervals: of a bootstrap over learners, exact ones of shares, and of a bootstrap over repetitions of times.
*told* is a figure that was asked for and has no bound.

"""
CHECKS = """
## The worlds beside other implementations

Normalized gains of the same policies, measured with implementations that are not ours. The tree's chances are drawn
anew, and the concepts' difficulties and the lessons that new learners had before follow the paper only in kind.

"""


def write_report(lives: pd.DataFrame, apart: Sequence[Aim], out: Path) -> Path:
    """Write report.md, tables as CSV and the lives; return report.md. The same lives and figures give the same files.

    `apart` are the targets that were measured apart from the lives.
    """
    out.mkdir(parents=True, exist_ok=True)
    judged = cohorts(lives)
    scores = [score for cohort in judged for score in cohort.scores()]
    lives.to_parquet(out / LIVES, index=False)
    pd.json_normalize([asdict(score) for score in scores]).to_csv(out / "scores.csv", index=False)
    found = [*told_from_lives(judged), *apart]
    _as_table(found).to_csv(out / "targets.csv", index=False)
    _as_table(apart).to_csv(out / APART, index=False)
    pd.DataFrame([asdict(check) for check in checks(scores)]).to_csv(out / "checks.csv", index=False)
    report = out / REPORT
    report.write_text("".join(_markdown(lives, judged, found)), encoding="utf-8")
    return report


def read_lives(path: Path) -> pd.DataFrame:
    """Read what `write_report` wrote. Raises OSError, or ValueError if these are no lives that can be compared."""
    lives = pd.read_parquet(path)
    if missing := [name for name in COLUMNS if name not in lives]:
        raise ValueError(f"{path.name} has no {', '.join(missing)}")
    cohorts(lives)
    return lives


def read_apart(path: Path) -> list[Aim]:
    """Read what `write_report` wrote of targets measured apart. Raises OSError, or ValueError if these are none."""
    table = pd.read_csv(path, keep_default_na=False, na_values={"low": [""], "high": [""]})
    if missing := [name for name in AIM_COLUMNS if name not in table]:
        raise ValueError(f"{path.name} has no {', '.join(missing)}")
    return [Aim(*row) for row in table[AIM_COLUMNS].itertuples(index=False)]


def _as_table(found: Sequence[Aim]) -> pd.DataFrame:
    return pd.DataFrame([asdict(aim) for aim in found], columns=AIM_COLUMNS)


def _markdown(lives: pd.DataFrame, judged: Sequence[Cohort], found: Sequence[Aim]) -> Iterator[str]:
    seeds = ", ".join(map(str, sorted(lives["seed"].unique())))
    yield INTRODUCTION.format(learners=len(lives[["seed", "learner"]].drop_duplicates()), seeds=seeds)
    scores = [score for cohort in judged for score in cohort.scores()]
    for world in dict.fromkeys(cohort.world for cohort in judged):
        about = f"{WORLDS[world].about}." if world in WORLDS else ""
        yield f"\n## {world}\n\n{about}\n"
        for cohort in (each for each in judged if each.world == world):
            yield f"\nAfter {cohort.horizon} lessons:\n\n{table(_score_rows(cohort.scores()))}"
    if found:
        yield AIMS + table(_aim_rows(found))
    if known := checks(scores):
        yield CHECKS + table(_check_rows(known))


def _score_rows(scores: Sequence[Score]) -> Rows:
    head = ["policy", "gain", "regret", "unready", "violations", "target"]
    return Rows(head, [_score_row(score) for score in scores])


def _score_row(score: Score) -> Sequence[str]:
    violations = "–" if score.violations < 0 else str(score.violations)
    regret = "–" if score.regret is None else _shown(score.regret)
    return [score.policy, _shown(score.gain), regret, f"{score.unready:.1%}", violations, target(score)]


def _aim_rows(found: Sequence[Aim]) -> Rows:
    head = ["target", "policy", "world", "lessons", "measured", "wanted", "verdict"]
    rows = [[a.aim, a.policy, a.world, str(a.horizon or "–"), a.shown, a.bound, a.verdict] for a in found]
    return Rows(head, rows)


def _check_rows(known: Sequence[Check]) -> Rows:
    head = ["world", "lessons", "policy", "here", "elsewhere"]
    return Rows(head, [[c.world, str(c.horizon), c.policy, f"{c.here:.3f}", f"{c.elsewhere:.3f}"] for c in known])


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})"
