"""Whether what a rule asks about is so: decided on where the learner stands, without reading or writing anything.

An occasion is what a rule fires for once. Whoever has begun, completed, mastered or not mastered something has done so
for good; a score is that of one visit to a module, and the next visit is another occasion; so is the next absence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from adaptive.adapting import Standing
from adaptive.progress import Ending
from adaptive.rules import Rule, When

Facts = dict[str, Any]


@dataclass(frozen=True)
class Met:
    """The occasion on which a rule fires, and the facts that make it."""

    occasion: str
    facts: Facts = field(default_factory=dict)


def met(rule: Rule, standing: Standing) -> Met | None:
    """Return the occasion if the rule's condition is met now; an absence never is while the learner is here."""
    condition = CONDITIONS.get(When(rule.when))
    return condition(rule, standing) if condition else None


def absence(last_sequence: int, last_at: datetime, now: datetime) -> Met:
    """Return the occasion that begins with the last thing that a learner did, or with their enrollment."""
    return Met(
        f"after {last_sequence}", {"since": last_at.isoformat(), "days": (now - last_at).days, "entries": last_sequence}
    )


def _begun(rule: Rule, standing: Standing) -> Met | None:
    return Met("begun")


def _completed(rule: Rule, standing: Standing) -> Met | None:
    """A module that only seems known, from a placement test, was not completed."""
    done = standing.progress.module(rule.module_id)
    is_completed = done.done and done.ended != Ending.PLACED
    return Met("completed", {"visits": done.visits, "answers": done.answered}) if is_completed else None


def _scored(rule: Rule, standing: Standing) -> Met | None:
    """The score of the latest visit that came to an end with an answer or more."""
    visit = standing.progress.module(rule.module_id)
    if not visit.ended_answered:
        return None
    percent = 100 * visit.ended_right / visit.ended_answered
    is_met = percent < (rule.percent or 0) if rule.when == When.BELOW else percent >= (rule.percent or 0)
    return (
        Met(f"visit {visit.visits}", {"percent": round(percent), "answers": visit.ended_answered}) if is_met else None
    )


def _mastered(rule: Rule, standing: Standing) -> Met | None:
    skill = rule.skill_id or 0
    belief = standing.beliefs([skill])[skill]
    return Met("mastered", {"mean": belief.mean, "answers": belief.answers}) if belief.is_known else None


def _unmastered(rule: Rule, standing: Standing) -> Met | None:
    skill = rule.skill_id or 0
    practiced, belief = standing.progress.skills.get(skill), standing.beliefs([skill])[skill]
    if practiced is None or practiced.answers < (rule.answers or 0) or belief.is_known:
        return None
    return Met("not mastered", {"mean": belief.mean, "answers": practiced.answers})


CONDITIONS: dict[When, Callable[[Rule, Standing], Met | None]] = {
    When.BEGUN: _begun,
    When.COMPLETED: _completed,
    When.BELOW: _scored,
    When.AT_LEAST: _scored,
    When.MASTERED: _mastered,
    When.UNMASTERED: _unmastered,
}


def facts_in_words(facts: Facts) -> str:
    """Return the facts as people read them; "" where the condition says it all."""
    if "since" in facts:
        day = date_format(localtime(datetime.fromisoformat(facts["since"])))
        words = gettext("last here on %(day)s") if facts["entries"] else gettext("never here since %(day)s")
        return words % {"day": day}
    if not facts:
        return ""
    answers = ngettext("%d answer", "%d answers", facts["answers"]) % facts["answers"]
    if "percent" in facts:
        return gettext("%(percent)d %% of %(answers)s") % {"percent": facts["percent"], "answers": answers}
    if "mean" in facts:
        right = round(10 * facts["mean"])
        return gettext("%(answers)s; we expect %(right)d of 10 right") % {"answers": answers, "right": right}
    visits = ngettext("%d visit", "%d visits", facts["visits"]) % facts["visits"]
    return f"{visits}, {answers}"
