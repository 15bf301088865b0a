"""Findings as one page that a manager can read: no scripts, no other files, light and dark, wide and narrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

from mlcore.evaluation.adaptation import STEPS
from mlcore.evaluation.asking import CHANCE, IN_COURSE, NO_K
from mlcore.evaluation.cells import FEWEST_LEARNERS, PROTOCOLS, cell_name, course_name
from mlcore.evaluation.charts import Bar, Line, curves, intervals, legend, reliability_plot
from mlcore.evaluation.comparing import predictors_in
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.measures import reliability
from mlcore.evaluation.page_tables import html_table, tables_of
from mlcore.evaluation.rows import aim_rows, coverage_rows, efficiency_rows, step_rows, target_rows, timing_rows
from mlcore.evaluation.words import GLOSSARY, PREDICTORS, Tone, tone_of, verdict
from mlcore.evaluation.words import STEPS as STEPS_NOTE

STYLE = Path(__file__).with_name("page.css")
SHOWN = ("rasch_eb", "classic2", "best_lr", "dkt_items", "beta", "elo", "item_mean", "dkt", "global_mean")
MOST_SHOWN = 4  # rivals in a plot
BADGES: dict[Tone, str] = {"ahead": "ahead", "level": "level", "behind": "behind"}

Where = tuple[str, int]


def page(findings: Findings) -> str:
    """The whole page."""
    body = "".join(
        [
            _opening(findings),
            _verdicts(findings),
            _targets(findings),
            _plots(findings),
            *_measured(findings),
            _details(findings),
            _glossary(findings),
        ]
    )
    style = STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>How well answers are predicted</title><style>{style}</style></head><body><main>{body}"
        "<footer>Made by <code>python -m mlcore evaluate</code>. Every number can be computed again from the dump "
        "beside this page: <code>python -m mlcore evaluate --predictions predictions.parquet --out DIR</code>."
        "</footer></main></body></html>\n"
    )


def _opening(findings: Findings) -> str:
    table = findings.dump.predictions
    facts = {
        "courses": table["course"].nunique(),
        "test learners": table.groupby("course")["learner"].nunique().sum(),
        "random splits": table["seed"].nunique(),
        "answers asked about": int((table["protocol"] == "next").sum()),
        "predictors": len(predictors_in(table)),
    }
    boxes = "".join(f"<div><dt>{name}</dt><dd>{number:,}</dd></div>" for name, number in facts.items())
    return (
        "<header><h1>How well answers are predicted</h1>"
        f'<p class="lead">Learners whom {escape(findings.champion)} never met answer questions. It says beforehand how '
        "likely each answer is to be right, and so do its rivals. Whoever is less surprised by what happens knows the "
        f'learners better.</p><dl class="facts">{boxes}</dl></header>'
    )


def _verdicts(findings: Findings) -> str:
    cards = []
    for where in findings.courses:
        judged = verdict(findings, where)
        cards.append(
            f'<article class="card"><div class="head"><h3>{escape(course_name(*where))}</h3>'
            f'<span class="pill {judged.tone}">{BADGES[judged.tone]}</span></div><p>{escape(judged.text)}</p></article>'
        )
    return f'<section><h2>In short</h2><div class="cards verdicts">{"".join(cards)}</div></section>'


def _targets(findings: Findings) -> str:
    counts = Counter(target.verdict for target in findings.targets)
    if not counts:
        return ""
    summary = ", ".join(f"{counts[name]} {name}" for name in ("hit", "missed", "not measured") if counts[name])
    return (
        f'<section><h2>Targets</h2><p class="note">What was to be reached, in every cell it is about: {summary}. A '
        "cell of fewer than 20 learners decides nothing.</p>"
        f"{html_table(aim_rows(findings.targets), label='Targets')}"
        f"<details><summary>All {len(findings.targets)} cells</summary>"
        f"{html_table(target_rows(findings.targets))}</details></section>"
    )


def _plots(findings: Findings) -> str:
    courses = [
        f"<article class='course'><h3>{escape(course_name(*where))}</h3><div class='cards'>"
        f"{_curves(findings, where)}{_intervals(findings, where)}{_reliability(findings, where)}"
        f"{_steps(findings, where)}</div></article>"
        for where in findings.courses
    ]
    return f"<section><h2>Course by course</h2>{''.join(courses)}</section>"


def _figure(title: str, note: str, plot: str) -> str:
    return (
        f'<figure class="card"><figcaption><strong>{escape(title)}</strong><span>{escape(note)}</span></figcaption>'
        f"{plot}</figure>"
    )


def _shown(findings: Findings, where: Where) -> list[str]:
    asked = {score.predictor for score in findings.scores if (score.course, score.cohort) == where}
    rivals = [name for name in SHOWN if name in asked and name != findings.champion]
    return [name for name in (findings.champion, *rivals[:MOST_SHOWN]) if name in asked]


def _number(findings: Findings, name: str) -> int:
    """The color of a predictor, the same in every plot; 0 is the champion's."""
    if name == findings.champion:
        return 0
    return SHOWN.index(name) + 1 if name in SHOWN else len(SHOWN) + 1


def _curves(findings: Findings, where: Where) -> str:
    rolling = [s for s in findings.scores if (s.course, s.cohort) == where and s.protocol == "roll"]
    shots = sorted({score.k for score in rolling})
    if not shots:
        return ""
    names = _shown(findings, where)
    lines = [
        Line(name, _number(findings, name), [(shots.index(s.k), s.log_loss) for s in rolling if s.predictor == name])
        for name in names
    ]
    plot = curves(lines, [str(k) for k in shots], f"{course_name(*where)}: log-loss over answers known")
    note = "Log-loss of a learner's next ten answers, by how many of theirs are known. Lower is better."
    return _figure(
        "How surprised predictors are", note, plot + legend([(_number(findings, name), name) for name in names])
    )


def _intervals(findings: Findings, where: Where) -> str:
    own = [d for d in findings.strongest if (d.course, d.cohort, d.predictor) == (*where, findings.champion)]
    enough = [d for d in own if d.protocol != "fix" and d.learners >= FEWEST_LEARNERS]
    shown = sorted(enough, key=lambda d: (PROTOCOLS.index(d.protocol), d.k))
    if not shown:
        return ""
    bars = [Bar(cell_name(d.protocol, d.k), d.low, d.log_loss, d.high, d.rival, tone_of(d)) for d in shown]
    plot = intervals(bars, f"{course_name(*where)}: {findings.champion} against the strongest rival")
    note = (
        f"Log-loss of {findings.champion} minus that of whoever else did best, with 95 % intervals, where "
        f"{FEWEST_LEARNERS} learners or more were tested."
    )
    return _figure("Ahead of the strongest rival?", note, plot)


def _reliability(findings: Findings, where: Where) -> str:
    table = findings.dump.predictions
    own = table[(table["course"] == where[0]) & (table["cohort"] == where[1]) & (table["protocol"] == "next")]
    strongest = findings.difference(where, "next", NO_K)
    names = [findings.champion, *([strongest.rival] if strongest else [])]
    points = [
        (_number(findings, name), *reliability(own[CHANCE + name].to_numpy(), own["correct"].to_numpy()))
        for name in names
    ]
    plot = reliability_plot(points, f"{course_name(*where)}: share of right answers over the chance given")
    note = "On the dashed line, what was called 70 % was right 70 times out of 100. Answers of like chance together."
    return _figure(
        "Can its chances be believed?", note, plot + legend([(_number(findings, name), name) for name in names])
    )


def _steps(findings: Findings, where: Where) -> str:
    own = [score for score in findings.steps if (score.course, score.cohort) == where]
    if not own:
        return ""
    named = list(dict.fromkeys((score.predictor, score.k) for score in own))
    numbers = {each: min(number, len(SHOWN) + 1) for number, each in enumerate(named)}
    names = {(name, k): f"{name}, k={k}" for name, k in named}
    lines = [
        Line(names[each], numbers[each], [(s.steps, s.difference) for s in own if (s.predictor, s.k) == each])
        for each in named
    ]
    title = f"{course_name(*where)}: log-loss over inner steps"
    plot = curves(lines, [str(steps) for steps in STEPS], title, "inner steps")
    note = (
        "Log-loss of a learner's next ten answers, minus that after the usual number of inner steps, if other numbers "
        "are taken to adapt to them. Lower is better."
    )
    return _figure("What adapting is worth", note, plot + legend([(numbers[each], names[each]) for each in named]))


def _measured(findings: Findings) -> Iterator[str]:
    """Uncertainty, speed and answers needed, where they were measured."""
    covered, timed = coverage_rows(findings.coverages), timing_rows(findings.dump.timings)
    if covered.body:
        yield (
            "<h2>Does it know how sure it is?</h2>"
            '<p class="note">How often the 90 % interval of a skill\'s mastery after k answers holds the estimate '
            "after 20, where the learner gave two or more answers on it in between. As that estimate is uncertain too, "
            "exact beliefs would cover more than 90 % of it (“expected”); “as moves” leaves that out, so exact beliefs "
            f"would cover 90 %.</p>{html_table(covered)}"
        )
    if findings.efficiencies:
        own = efficiency_rows(findings.efficiencies)
        yield (
            "<h2>How many answers does it need?</h2>"
            '<p class="note">The fewest after which a predictor is as good as rasch_eb with ten, judged by answers '
            f"21 to 30 whatever is known. In brackets the log-loss to reach; a dash where it takes more answers than "
            f"were asked about.</p>{html_table(own, findings.champion)}"
        )
    if findings.steps:
        yield (
            f'<h2>Is adapting worth it, and in how many steps?</h2><p class="note">{STEPS_NOTE}</p>'
            f"{html_table(step_rows(findings.steps))}"
        )
    if timed.body:
        yield (
            "<h2>How long does a learner wait?</h2>"
            '<p class="note">Milliseconds for one learner on the machine of this run: the median, and what 95 and 99 '
            f"of 100 stay below.</p>{html_table(timed)}"
        )


def _details(findings: Findings) -> str:
    return f"<section><h2>All tables</h2>{''.join(tables_of(findings))}</section>"


def _glossary(findings: Findings) -> str:
    asked = {score.predictor for score in findings.scores}
    named = {name: f"Predictor: {words}." for name, words in PREDICTORS.items() if name in asked}
    has_cohorts = any(cohort != IN_COURSE for _, cohort in findings.courses)
    words = {word: meaning for word, meaning in GLOSSARY.items() if word != "Cohort" or has_cohorts}
    entries = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{escape(meaning)}</dd></div>" for word, meaning in (words | named).items()
    )
    return f'<section><h2>Words</h2><dl class="glossary">{entries}</dl></section>'
