"""Whether what a rule asks about is so: decided on where the learner stands, without reading or writing anything.

An occasion is what a rule fires for once. Whoever has begun, completed, mastered or not mastered something has done so
for good; a score is that of one visit to a module, and the next visit is another occasion; so is the next absence.
A rule with several conditions fires again when one of those that hold does so on another occasion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from adaptive.adapting import Standing
from adaptive.mastery import Level
from adaptive.progress import Ending
from adaptive.rule_conditions import REMEDIAL, Condition, When, both
from adaptive.rules import Firing, Joined, Rule

Facts = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What is so: on which occasion, and the facts that make it."""

    occasion: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Met:
    """What a rule fires for: those of its conditions that hold, in their places."""

    held: Sequence[tuple[Condition, Found]]

    @property
    def occasions(self) -> list[str]:
        return [f"{condition.place} {found.occasion};" for condition, found in self.held]

    @property
    def occasion(self) -> str:
        """All of them, as the log keeps them: "1 visit 2; 3 after 35;"."""
        return " ".join(self.occasions)

    @property
    def facts(self) -> Facts:
        return {str(condition.place): found.facts for condition, found in self.held}

    @property
    def cause(self) -> str:
        """What the learner reads of why the rule fired."""
        return both(condition.cause for condition, _ in self.held)

    @property
    def words(self) -> str:
        """What trainers read of it."""
        return _in_words(self.held)

    @property
    def is_remedial(self) -> bool:
        """Something is wrong, and it is to be mended."""
        return any(condition.when in REMEDIAL for condition, _ in self.held)


@dataclass(frozen=True)
class Absence:
    """It begins with the last thing that a learner did, or with their enrollment."""

    last_sequence: int
    last_at: datetime
    now: datetime

    def found(self, condition: Condition) -> Found | None:
        days = (self.now - self.last_at).days
        facts = {"since": self.last_at.isoformat(), "days": days, "entries": self.last_sequence}
        return Found(f"after {self.last_sequence}", facts) if days >= (condition.days or 0) else None


def met(
    rule: Rule,
    conditions: Sequence[Condition],
    standing: Standing,
    fired: Collection[str] = (),
    absence: Absence | None = None,
) -> Met | None:
    """Return what the rule fires for now, if anything: nothing for which it has fired before. While the learner is here
    no absence holds.

    Where any condition is enough, those that it fired for before are left out; where all are needed, one of them must
    be met anew.
    """
    held = [(one, found) for one in conditions if (found := _found(one, standing, absence))]
    new = [(one, found) for one, found in held if f"{one.place} {found.occasion};" not in fired]
    if rule.joined == Joined.ANY:
        return Met(new) if new else None
    return Met(held) if new and len(held) == len(conditions) else None


def occasions_in(kept: str) -> list[str]:
    """Return the occasions of one firing, as Met.occasions."""
    return [f"{part};" for part in kept.removesuffix(";").split("; ")]


def _found(condition: Condition, standing: Standing, absence: Absence | None) -> Found | None:
    if condition.when == When.INACTIVE:
        return absence.found(condition) if absence else None
    if condition.when == When.BEGUN and absence and not absence.last_sequence:
        return None  # enrolled, and never here
    return CONDITIONS[When(condition.when)](condition, standing)


def _begun(condition: Condition, standing: Standing) -> Found | None:
    """Who is looked at without being absent is here: at the latest, this is the visit with which they begin."""
    return Found("begun")


def _completed(condition: Condition, standing: Standing) -> Found | None:
    """A module that only seems known, from a placement test, was not completed."""
    done = standing.progress.module(condition.module_id)
    is_completed = done.done and done.ended != Ending.PLACED
    return Found("completed", {"visits": done.visits, "answers": done.answered}) if is_completed else None


def _scored(condition: Condition, standing: Standing) -> Found | None:
    """The score of the latest visit that came to an end with an answer or more."""
    visit = standing.progress.module(condition.module_id)
    if not visit.ended_answered:
        return None
    percent = 100 * visit.ended_right / visit.ended_answered
    is_met = percent < (condition.percent or 0) if condition.when == When.BELOW else percent >= (condition.percent or 0)
    facts = {"percent": round(percent), "answers": visit.ended_answered}
    return Found(f"visit {visit.visits}", facts) if is_met else None


def _mastered(condition: Condition, standing: Standing) -> Found | None:
    """The level of that name, which learners and trainers see. To be Proficient is less."""
    skill = condition.skill_id or 0
    belief = standing.beliefs([skill])[skill]
    facts = {"mean": belief.mean, "answers": belief.answers, "level": belief.level}
    return Found("mastered", facts) if belief.level == Level.MASTERED else None


def _unmastered(condition: Condition, standing: Standing) -> Found | None:
    skill = condition.skill_id or 0
    practiced, belief = standing.progress.skills.get(skill), standing.beliefs([skill])[skill]
    if practiced is None or practiced.answers < (condition.answers or 0) or belief.level == Level.MASTERED:
        return None
    return Found("not mastered", {"mean": belief.mean, "answers": practiced.answers, "level": belief.level})


CONDITIONS: dict[When, Callable[[Condition, Standing], Found | None]] = {
    When.BEGUN: _begun,
    When.COMPLETED: _completed,
    When.BELOW: _scored,
    When.AT_LEAST: _scored,
    When.MASTERED: _mastered,
    When.UNMASTERED: _unmastered,
}


def reasons_of(firing: Firing) -> str:
    """Return what made a rule fire, as trainers read it: the conditions that held, with their facts."""
    return _in_words([(one, Found("", firing.facts[str(one.place)])) for one in held_in(firing)])


def held_in(firing: Firing) -> list[Condition]:
    """Return the conditions that held when the rule fired."""
    return [one for one in firing.rule.conditions.all() if str(one.place) in firing.facts]


def _in_words(held: Sequence[tuple[Condition, Found]]) -> str:
    said = [(one.words, facts_in_words(found.facts)) for one, found in held]
    return "; ".join(f"{words}: {facts}" if facts else words for words, facts in said)


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """Return the facts of one condition as people read them; "" where the condition says it all."""
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
        level = f"{Level(facts['level']).label}, " if "level" in facts else ""  # earlier versions kept none
        right = round(10 * facts["mean"])
        return level + gettext("%(answers)s; we expect %(right)d of 10 right") % {"answers": answers, "right": right}
    visits = ngettext("%d visit", "%d visits", facts["visits"]) % facts["visits"]
    return f"{visits}, {answers}"
